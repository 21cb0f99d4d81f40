/**
 * A day at the office of the sample school, as a person sees it: test/golden/cli/bookings/*.txt, one file a step, to be
 * read and approved. `UPDATE_GOLDEN=1` writes them anew.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectGolden } from "../support/golden.ts";
import { runHere } from "../support/run-here.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

const STABLE = "--format table --now 2026-11-20T09:00:00Z --tz Europe/Madrid --yes";

/** In the order in which they are run, each on what the ones before it left. `office` is staff, marta a teacher. */
const DAY: [file: string, words: string, exit: number][] = [
  ["01-queue", "booking list --status pending --upcoming", 0],
  ["02-check", "booking check --session 19 --student hugo", 0],
  ["03-check-refused", "booking check --session 32 --student ana", 3],
  ["04-create", "booking create --session 19 --student hugo --note first", 0],
  ["05-create-again", "booking create --session 19 --student hugo", 3],
  ["06-create-overridden", "booking create --session 40 --student ana --override enrollment --explain", 0],
  ["07-create-queued", "booking create --session 20 --student greta --override student-overlap", 3],
  ["08-lesson", "booking create --slot 2 --student greta --on 2026-12-03", 0],
  ["09-lesson-on-another-day", "booking create --slot 2 --student greta --on 2026-12-04", 3],
  ["10-approve", "booking approve 118", 0],
  ["11-approve-several", "booking approve 118 123 999", 7],
  ["12-decline", "booking decline 252 --reason holiday", 0],
  ["13-cancel-as-student", "booking cancel 115 --as ana", 0],
  ["14-cancel-as-somebody-else", "booking cancel 116 --as ana", 3],
  ["15-reschedule", "booking reschedule 118 --session 19", 0],
  ["16-attend-early", "booking attend 117", 3],
  ["17-show", "booking show 118", 0],
  ["18-history", "booking history 118", 0],
  ["19-list-of-a-student", "booking list --student chloe --upcoming", 0],
  ["20-review-needs-a-terminal", "booking review", 2],
  ["21-sessions", "session list --upcoming", 0],
  ["22-session-show", "session show 18", 0],
  ["23-session-roster", "session roster 18", 0],
  ["23b-session-timeline", "session timeline 32 --student nadia", 0],
  [
    "24-session-create",
    "session create --course 1 --teacher marta --start 2026-12-22T16:00:00Z --capacity 6",
    0,
  ],
  ["25-session-too-small", "session update 18 --capacity 2", 3],
  ["26-session-larger", "session update 20 --capacity 7", 0],
  ["27-session-moved", "session update 46 --start 2026-12-13T05:00:00Z", 0],
  ["28-session-cancel", "session cancel 40 --note ill", 0],
  ["29-session-complete-early", "session complete 18", 3],
  ["30-slots", "slot list --teacher marta --type recurring", 0],
  ["31-openings", "slot openings --teacher marta --course 2 --student ben", 0],
  ["32-openings-all", "slot openings --teacher noah --all --to 2026-11-30", 0],
  ["33-slot-create", "slot create --teacher priya --weekday mon --start 09:00 --end 10:00", 0],
  ["34-slot-block", "slot block 2 --reason holiday", 0],
  ["35-slot-delete-in-use", "slot delete 1", 3],
  ["36-policies", "policy list", 0],
  ["37-policy-effective", "policy effective --teacher marta --course 1", 0],
  ["38-policy-set", "policy set --teacher priya --notice 6 --max-per-day 4", 0],
  ["39-students", "student list --course 1", 0],
  ["40-student-show", "student show ana", 0],
  ["41-student-enroll", "student enroll ana --course 5", 0],
  ["42-teacher-week", "teacher show marta --week 2026-11-23", 0],
  ["43-courses", "course list", 0],
  ["44-course-create-in-the-app", "course create --title Catalan", 3],
  ["45-audit", "audit list --limit 12", 0],
  ["46-audit-as-student", "audit list --as ana", 3],
  ["47-waitlist", "waitlist list --status waiting,offered", 0],
  ["48-waitlist-explain", "waitlist explain --session 20 --student dmitri", 0],
  ["49-waitlist-join", "waitlist join --session 32 --student nadia", 3],
  ["50-waitlist-offered", "session update 32 --capacity 7", 0],
  ["51-waitlist-explain-offer", "waitlist explain --session 32 --student rosa", 0],
  ["52-waitlist-accept", "waitlist accept --session 32 --student rosa", 0],
  ["53-waitlist-accept-again", "waitlist accept --session 32 --student rosa", 3],
  ["54-waitlist-promote-full", "waitlist promote --session 32", 3],
  ["55-waitlist-leave", "waitlist leave 4 5", 0],
  ["56-waitlist-offer-out-of-turn", "waitlist offer 2", 3],
  ["57-waitlist-expire-dry-run", "waitlist expire --dry-run", 0],
  ["58-waitlist-expire", "waitlist expire", 0],
  ["59-waitlist-expire-again", "waitlist expire", 0],
  ["60-waitlist-fairness", "waitlist fairness", 0],
];

let school: School;

beforeAll(async () => {
  school = await makeMigratedSchool();
});
afterAll(() => school.remove());

test.each(DAY)("%s", async (file, words, exit) => {
  const actor = words.includes("--as") ? "" : " --as office";
  const ran = await runHere(`${words}${actor} --db ${school.file} ${STABLE}`.split(" "), { width: 110 });
  const remarks = ran.err === "" ? "" : `--- said to the person ---\n${ran.err}`;
  const text = `$ classbook ${words}${actor}\n${ran.out}${remarks}--- exit ${ran.code} ---\n`;
  expectGolden(`cli/bookings/${file}.txt`, text.replaceAll(school.file, "school.sqlite3"));
  expect(ran.code).toBe(exit);
});
