/**
 * The tour on the sample, as a person sees it: test/golden/cli/*.txt, one file a step, to be read and approved.
 * `UPDATE_GOLDEN=1` writes them anew. What differs from run to run (versions, durations, sizes) stands as N.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectGolden } from "../support/golden.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { makeSchool, type School } from "../support/school.ts";

const DB = "--db sample/school.sqlite3";
const STABLE = [
  "--format",
  "table",
  "--now",
  "2026-11-20T09:00:00Z",
  "--tz",
  "Europe/Madrid",
  "--as",
  "marta",
];

/** In the order in which they are run, each on what the ones before it left. */
const TOUR: [file: string, words: string, exit: number][] = [
  ["01-db-status-before", "db status", 0],
  ["02-plan", "legacy plan", 0],
  ["03-migrate", "legacy migrate", 6],
  ["04-migrate-again", "legacy migrate", 6],
  ["05-status", "legacy status", 0],
  ["06-verify", "legacy verify", 0],
  ["07-issues", "legacy issues", 0],
  ["08-issues-of-a-reason", "legacy issues list --code session_without_teacher", 0],
  ["09-issues-show", "legacy issues show booking:9007", 0],
  ["10-issues-resolve", "legacy issues resolve --code session_without_teacher --teacher 1", 0],
  ["11-issues-skip", "legacy issues skip booking:9005 --reason trial", 0],
  ["12-issues-show-skipped", "legacy issues show booking:9005", 0],
  ["13-issues-retry", "legacy issues retry --code missing_user", 6],
  ["14-find", "legacy find booking:1", 0],
  ["15-find-waitlisted", "legacy find booking:125", 0],
  ["16-find-quarantined", "legacy find booking:9005", 0],
  ["17-verify-invariants", "verify", 6],
  ["18-rollback-dry-run", "legacy rollback --run 1 --dry-run", 0],
  ["19-rollback-unconfirmed", "legacy rollback", 2],
  ["20-db-status-after", "db status", 0],
  ["21-db-check", "db check", 0],
  ["22-a-command-misspelt", "legacy isues", 2],
];

let program: Program;
let school: School;

beforeAll(() => {
  program = buildProgram();
  school = makeSchool();
});
afterAll(() => {
  school.remove();
  program.remove();
});

/** Versions, durations, sizes and folders differ from run to run and from machine to machine. */
function normalised(text: string): string {
  return text
    .replaceAll(`${school.folder}/`, "")
    .replaceAll(/SQLite \d+\.\d+\.\d+/g, "SQLite N")
    .replaceAll(/(in|about) \d+(\.\d+)? s\b/g, "$1 N s")
    .replaceAll(/\(\d[\d,]* bytes/g, "(N bytes");
}

test.each(TOUR)("%s", async (file, words, exit) => {
  const ran = await program.run([...`${words} ${DB}`.split(" "), ...STABLE], { cwd: school.folder });
  const remarks = ran.err === "" ? "" : `--- said to the person ---\n${ran.err}`;
  expectGolden(
    `cli/${file}.txt`,
    normalised(`$ classbook ${words} ${DB}\n${ran.out}${remarks}--- exit ${ran.code} ---\n`),
  );
  expect(ran.code).toBe(exit);
});
