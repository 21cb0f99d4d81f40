/** Narrow terminals: what is shown fits, is broken between words, and loses nothing (CLI.md "Output"). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runHere } from "../support/run-here.ts";
import { makeMigratedSchool, makeSchool, type School } from "../support/school.ts";

let fresh: School;
let migrated: School;

beforeAll(async () => {
  fresh = makeSchool();
  migrated = await makeMigratedSchool();
});
afterAll(() => {
  for (const school of [fresh, migrated]) school.remove();
});

const WORDS = /[^\s]+/g;

async function show(school: School, words: string, width?: number) {
  const copy = school.clone();
  try {
    // The file is named by its relative path, as people do: a long word cannot be broken.
    const here = process.cwd();
    process.chdir(copy.folder);
    try {
      const line = [
        ...words.split(" "),
        "--db",
        "sample/school.sqlite3",
        "--format",
        "table",
        "--tz",
        "Europe/Madrid",
      ];
      return await runHere([...line, "--now", "2026-11-20T09:00:00Z"], width === undefined ? {} : { width });
    } finally {
      process.chdir(here);
    }
  } finally {
    copy.remove();
  }
}

/** Without what a layout is free to draw otherwise, and what differs from run to run. */
const wordsOf = (text: string) =>
  [...text.replaceAll(/[\d.]+ s\b/g, "N s").matchAll(WORDS)]
    .map(([word]) => word)
    .filter((word) => !/^─+$/.test(word));

describe.each([40, 60, 80])("%d columns", (width) => {
  test.each([
    ["legacy plan", () => fresh],
    ["legacy migrate --no-backup", () => fresh],
    ["legacy migrate", () => migrated],
    ["legacy verify", () => migrated],
    ["legacy status", () => migrated],
    ["db status", () => migrated],
    ["legacy issues", () => migrated],
    ["legacy issues show booking:9007", () => migrated],
    ["legacy find booking:1", () => migrated],
    ["verify", () => migrated],
  ])("%s fits", async (words, school) => {
    const { out, err } = await show(school(), words, width);
    // The progress line is drawn over and over.
    const remarks = err.split(/\r\p{Cc}\[K/u).join("\n");
    const lines = `${out}\n${remarks}`.split("\n");
    const tooWide = lines.filter((line) => line.length > width && line.trim().includes(" "));
    expect(tooWide).toEqual([]);
  });

  test.each([
    ["legacy verify", () => migrated],
    ["legacy status", () => migrated],
  ])("%s says the same words as on a wide one", async (words, school) => {
    const narrow = await show(school(), words, width);
    const wide = await show(school(), words);
    expect(wordsOf(narrow.out)).toEqual(wordsOf(wide.out));
  });
});

test("the outcomes become a list where their table does not fit, with the same sum", async () => {
  const { out } = await show(fresh, "legacy plan", 40);
  expect(out).toMatch(/ {2}Group bookings\n {4}total {16}262\n {4}migrate {14}242\n/);
  expect(out).toContain("    = 343 ✓\n");
});

test("a list becomes a block for each row where its ids and codes would be cut", async () => {
  const { out } = await show(migrated, "legacy issues", 40);
  expect(out).toMatch(/^source_table {2}booking\nsource_id {5}111\ncode {10}already_booked\nmessage {7}\S/);
});
