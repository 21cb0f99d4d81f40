/**
 * The admin on the sample school as a person sees it: test/golden/cli/admin/*.txt, one file a step, to be read and
 * approved. `UPDATE_GOLDEN=1` writes them anew.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectGolden } from "../support/golden.ts";
import { runHere } from "../support/run-here.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

const STABLE = "--now 2026-11-20T09:00:00Z --tz Europe/Madrid";
const TABLE = `--format table ${STABLE}`;

const STEPS: [file: string, words: string, exit: number][] = [
  ["01-models", `admin ${TABLE}`, 0],
  ["02-list", `admin LiveClassBooking list --status pending --start-after 2026-12-01 ${TABLE}`, 0],
  ["03-page", `admin live_class_session list --order -capacity,title --limit 5 --page 2 ${TABLE}`, 0],
  ["04-search", `admin SessionWaitlist list --search spanish --offered-at none ${TABLE}`, 0],
  ["05-none", `admin Booking list --status pending --session none ${TABLE}`, 0],
  ["06-bad-flags", `admin LiveClassBooking list --status gone --order nope --start-after soon ${TABLE}`, 2],
  ["07-approve", `booking approve 118 --as office ${TABLE} --yes`, 0],
  ["08-show", `admin LiveClassBooking show 118 ${TABLE}`, 0],
  ["09-show-session", `admin myApp_liveclasssession show 20 ${TABLE}`, 0],
  ["10-show-series", `admin BookingSeries show 4 ${TABLE}`, 0],
  ["11-show-user", `admin User show 4 ${TABLE}`, 0],
  ["12-not-there", `admin LiveClassBooking show 9998 9999 ${TABLE}`, 4],
  ["13-export", `admin TeacherBookingPolicy export ${STABLE}`, 0],
  ["14-no-such-model", `admin LiveClassSesion list --status draft ${TABLE}`, 2],
  ["15-not-staff", `admin User list --as ana ${TABLE}`, 3],
];

let school: School;

beforeAll(async () => {
  school = await makeMigratedSchool();
});
afterAll(() => school.remove());

test.each(STEPS)("%s", async (file, words, exit) => {
  const ran = await runHere(`${words} --db ${school.file}`.split(" "), { width: 130 });
  const remarks = ran.err === "" ? "" : `--- said to the person ---\n${ran.err}`;
  const typed = words.replace(` ${TABLE}`, "").replace(` ${STABLE}`, "");
  const text = `$ classbook ${typed}\n${ran.out}${remarks}--- exit ${ran.code} ---\n`;
  expectGolden(`cli/admin/${file}.txt`, text.replaceAll(school.file, "school.sqlite3"));
  expect(ran.code).toBe(exit);
});
