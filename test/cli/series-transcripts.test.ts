/**
 * Series of the sample school as a person sees them: test/golden/cli/series/*.txt, one file a step, to be read and
 * approved. `UPDATE_GOLDEN=1` writes them anew.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectGolden } from "../support/golden.ts";
import { runHere } from "../support/run-here.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

const STABLE = "--format table --now 2026-11-20T09:00:00Z --tz Europe/Madrid --yes";

/** In the order in which they are run, each on what the ones before it left. Series 17 is the first that is made. */
const STEPS: [file: string, words: string, exit: number][] = [
  ["01-migrated", "series list", 0],
  ["02-show-migrated", "series show 4", 0],
  ["03-preview-clash", "series preview --slot 2 --student greta --count 4", 3],
  ["04-create-clash", "series create --slot 2 --student greta --count 4", 3],
  [
    "05-preview-clocks",
    "series preview --slot 2 --student greta --from 2027-03-18 --rrule FREQ=WEEKLY;COUNT=3",
    0,
  ],
  ["06-preview-gap", "series preview --slot 3 --student greta --course 2 --from 2027-03-21 --count 3", 0],
  [
    "07-preview-monthly",
    "series preview --slot 1 --student greta --course 2 --from 2026-12-31 --frequency monthly --count 4",
    3,
  ],
  [
    "08-create",
    "series create --slot 2 --student greta --count 4 --on-conflict skip --meeting-link https://meet.example/greta",
    0,
  ],
  ["09-group-preview", "series preview --course 1 --student hugo --count 4", 3],
  ["10-group-create", "series create --course 1 --student hugo --until 2026-12-02", 0],
  [
    "11-bad-flags",
    "series create --slot 2 --course 1 --teacher marta --count 0 --days foo --rrule FREQ=YEARLY",
    2,
  ],
  ["12-show", "series show 17", 0],
  ["13-skip", "series skip 17 2 --note holiday", 0],
  ["14-move", "series move 17 1 --slot 1 --on 2026-12-15", 0],
  ["15-extend", "series extend 17 --count 2", 0],
  ["16-pause", "series pause 17", 0],
  ["17-extend-paused", "series extend 17 --count 2", 3],
  ["18-resume", "series resume 17", 0],
  ["19-show-after", "series show 17", 0],
  ["20-extend-migrated", "series extend 4 --count 2", 3],
  ["21-extend-migrated-overridden", "series extend 4 --count 2 --override availability", 0],
  ["22-cancel-in-the-window", "series cancel 17 --as greta --now 2026-12-16T20:00:00Z", 3],
  ["23-cancel", "series cancel 17 --note moved", 0],
  ["24-cancel-several", "series cancel 17 18 999", 7],
  ["25-advance", "series advance --now 2027-06-30T00:00:00Z", 0],
  ["26-advance-again", "series advance --now 2027-06-30T00:00:00Z", 0],
  ["27-list-after", "series list --student greta", 0],
  ["28-not-mine", "series show 17 --as ana", 3],
  ["29-audit", "audit list --subject booking_series", 0],
];

let school: School;

beforeAll(async () => {
  school = await makeMigratedSchool();
});
afterAll(() => school.remove());

test.each(STEPS)("%s", async (file, words, exit) => {
  const actor = words.includes("--as") ? "" : " --as office";
  // What a step names itself comes last, and counts.
  const typed = `${words.split(" ")[0]} ${STABLE} ${words.split(" ").slice(1).join(" ")}${actor}`;
  const ran = await runHere(`${typed} --db ${school.file}`.split(" "), { width: 120 });
  const remarks = ran.err === "" ? "" : `--- said to the person ---\n${ran.err}`;
  const text = `$ classbook ${words}${actor}\n${ran.out}${remarks}--- exit ${ran.code} ---\n`;
  expectGolden(`cli/series/${file}.txt`, text.replaceAll(school.file, "school.sqlite3"));
  expect(ran.code).toBe(exit);
});
