/** The command lines of docs/operations.md work on the sample, each by itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram, type Program, ROOT } from "../support/program.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

/** What asks at a terminal, and what reads a file that the reader is to bring. */
const NOT_HERE = [/^classbook booking create$/, /^classbook booking review$/, /^classbook booking import /];

const page = readFileSync(join(ROOT, "docs", "operations.md"), "utf8");
const lines = [...page.matchAll(/```sh\n(.*?)```/gs)]
  .flatMap(([, block]) => block!.split("\n"))
  .map((line) => line.replace(/\s+#.*$/, ""))
  .filter((line) => line !== "" && !NOT_HERE.some((one) => one.test(line)));

/** What the page shows of an answer, a line each. */
const shown = [...page.matchAll(/```text\n(.*?)```/gs)]
  .flatMap(([, block]) => block!.split(/^\$ /m).slice(1))
  .map((text) => text.trimEnd().split("\n"));

let program: Program;
let migrated: School;

beforeAll(async () => {
  program = buildProgram();
  migrated = await makeMigratedSchool();
});

afterAll(() => {
  program.remove();
  migrated.remove();
});

test("there are command lines on the page", () => {
  expect(lines.length).toBeGreaterThan(8);
});

test.each(shown)("%s shows what the page shows", async (line, ...answer) => {
  const school = migrated.clone();
  const { code, out, err } = await program.shell(`${line} --format table`, { cwd: school.folder });
  expect(code, err).toBe(6);
  expect((out + err).split("\n")).toEqual(expect.arrayContaining(answer));
  expect(answer.length).toBeGreaterThan(0);
  school.remove();
});

test.each(lines)("%s", async (line) => {
  const school = migrated.clone();
  const now = line.includes("--now") ? "" : " --now 2026-11-20T09:00:00Z";
  const options = { cwd: school.folder, env: { CLASSBOOK_DB: school.file } };
  const { code, out, err } = await program.shell(`${line}${now}`, options);
  // Of the whole queue one request has no seat any more: 7 is what the page says of that. The sample has findings: 6.
  const wanted = line.endsWith("approve -") ? 7 : /(doctor|verify)$/.test(line) ? 6 : 0;
  expect([wanted, ""]).toEqual([code, code === 7 ? "" : err]);
  expect(out).not.toBe("");
  school.remove();
});
