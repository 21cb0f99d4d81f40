/** `doctor` as a person sees it: test/golden/cli/doctor/*.txt, to be read and approved. `UPDATE_GOLDEN=1` writes them anew. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectGolden } from "../support/golden.ts";
import { runHere } from "../support/run-here.ts";
import { makeSchool, type School } from "../support/school.ts";

let school: School;

beforeAll(() => {
  school = makeSchool();
});
afterAll(() => school.remove());

/** In the order in which they are run; null: run for what it leaves behind. */
const VISITS: [file: string | null, words: string, exit: number][] = [
  ["01-never-migrated", "doctor", 6],
  [null, "legacy migrate --no-backup", 6],
  ["02-migrated", "doctor", 6],
  ["03-quick", "doctor --quick", 0],
  ["04-fields", "doctor --quick --fields topic,state", 0],
  [null, "tick", 0],
  ["05-after-upkeep", "doctor --quick", 0],
  [null, "db rollback --yes", 0],
  ["06-schema-behind", "doctor --quick", 6],
  ["07-no-database", "doctor --db nowhere.sqlite3", 6],
];

/** Versions, sizes, folders and who runs the tests differ from machine to machine, and leases live by its clock. */
function normalised(text: string): string {
  return text
    .replaceAll(school.file, "sample/school.sqlite3")
    .replaceAll(/SQLite \d+(\.\d+)+/g, "SQLite N")
    .replaceAll(/[\d,]+ MiB/g, "N MiB")
    .replaceAll(/Node \S+, ICU \S+, time zone data \S+/g, "Node N, ICU N, time zone data N")
    .replaceAll(/shell:\w+/g, "shell:ana")
    .replaceAll(/((?:waitlist expire|series advance): last seen at )[\dTZ:.-]+/g, "$1TIME");
}

test.each(VISITS)("%s: %s", async (file, words, exit) => {
  const db = words.includes("--db") ? "" : ` --db ${school.file}`;
  const stable = "--quiet --format table --now 2026-11-20T09:00:00Z --tz Europe/Madrid";
  const { code, out, err } = await runHere(`${words}${db} ${stable}`.split(" "), { width: 110 });
  expect(code, err).toBe(exit);
  if (file !== null)
    expectGolden(
      `cli/doctor/${file}.txt`,
      normalised(`$ classbook ${words}${db}\n${out}${err}--- exit ${code} ---\n`),
    );
});
