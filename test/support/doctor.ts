/** `doctor` run on a database, and what it found. */
import { expect } from "vitest";
import type { Finding } from "../../src/operations/doctor.ts";
import { empty, json, run } from "./damaged.ts";
import type { Scratch } from "./databases.ts";

export const TOPICS = [
  "database",
  "file",
  "integrity",
  "layout",
  "schema",
  "references",
  "clock",
  "zones",
  "locks",
  "cron",
  "quarantine",
  "findings",
];
export const OF_FILES = ["file", "integrity", "references"];
export const SLOW = ["integrity", "references", "zones", "findings"];

export async function doctor(place: Scratch, flags = ""): Promise<{ code: number; found: Finding[] }> {
  const { code, answer } = await json(place, `doctor${flags}`);
  return { code, found: answer as Finding[] };
}

export const about = (found: readonly Finding[], topic: string) =>
  found.filter((finding) => finding.topic === topic);
export const topicsOf = (found: readonly Finding[]) => [...new Set(found.map(({ topic }) => topic))];

/** A new database of classbook's own. */
export async function own(engine: Scratch["engine"]): Promise<Scratch> {
  const place = await empty(engine);
  expect((await run(place, "db migrate")).code).toBe(0);
  return place;
}
