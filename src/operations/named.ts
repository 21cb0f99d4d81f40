/** What a list was asked about, where it is empty: something that is not there, or something that has none. */
import { findCourse } from "../db/booking-people.ts";
import type { Database, Db } from "../db/open.ts";
import { findSession } from "../db/seats.ts";
import { ClassbookError } from "../domain/error.ts";

/**
 * For a list by ids that came out empty. Rows of a session or course that is gone are listed all the same.
 *
 * @throws ClassbookError not_found `no_such_session`, `no_such_course`
 */
export async function requireNamed(
  { database, trx }: { database: Database; trx: Db },
  { session = null, course = null }: { session?: number | null; course?: number | null },
): Promise<void> {
  const noSession = session !== null && (await findSession(database, trx, session, false)) === null;
  const noCourse = course !== null && (await findCourse(database, trx, course)) === null;
  if (!noSession && !noCourse) return;
  const missing = [noSession ? `session ${session}` : "", noCourse ? `course ${course}` : ""];
  throw new ClassbookError({
    kind: "not_found",
    code: noSession ? "no_such_session" : "no_such_course",
    message: `there is no ${missing.filter((name) => name !== "").join(" and no ")}`,
    hint: `\`classbook ${noSession ? "session" : "course"} list\` lists them`,
  });
}
