/** What a start does not do: the commands of a script are short, and each pays for what every start loads. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { runHere } from "../support/run-here.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

let school: School;

beforeAll(async () => {
  school = await makeMigratedSchool();
});
afterAll(() => school.remove());
afterEach(() => vi.restoreAllMocks());

const run = (words: string) => runHere([...words.split(" "), "--db", school.file]);

test.each([
  "legacy status --json",
  "legacy find booking:1 --format tsv",
  "db status --format csv --now 2026-11-20T09:00:00Z",
])("%s asks nothing about time zones: machines get UTC", async (words) => {
  const asked = vi.spyOn(Intl, "DateTimeFormat");
  expect(await run(words)).toMatchObject({ code: 0, err: "" });
  expect(asked).not.toHaveBeenCalled();
});

test("a person gets the zone of the system", async () => {
  const { out } = await run("legacy status --format table");
  expect(out).toContain(Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test("a bad --tz is refused before work starts, though nothing would be shown in it", async () => {
  const before = school.hash();
  const ran = await run("legacy migrate --json --no-backup --tz Nowhere/Land");
  expect(ran).toMatchObject({ code: 2, out: "", err: expect.stringContaining("Nowhere/Land") as string });
  expect(school.hash()).toBe(before);
});
