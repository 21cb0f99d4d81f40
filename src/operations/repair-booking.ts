/** Repairs of bookings: those that did not follow their session, and times that a status lacks (SPEC 3, 6). */
import { lastTimes } from "../db/audit.ts";
import { findCourse, findTeacher } from "../db/booking-people.ts";
import { updateRows } from "../db/bulk.ts";
import type { Finding } from "../db/check.ts";
import { findSession } from "../db/seats.ts";
import { listClashes, lockBookings } from "../db/session-edit.ts";
import { hasEnded } from "../domain/booking.ts";
import type { Instant } from "../domain/instant.ts";
import { type Context, notify } from "./context.ts";
import { type Changed, findingsIn, type Repairs, recordChanges, SUBJECTS, type Tell } from "./repair.ts";
import { followSession, type SessionPlace } from "./session-follow.ts";

export const BOOKING_REPAIRS = {
  booking_differs_from_session: {
    apply: async (context, tell) => {
      const bySession = new Map<number, Finding[]>();
      for await (const page of findingsIn(context, "booking_differs_from_session"))
        for (const finding of page.filter(({ row }) => Number(row.is_coming) === 1)) {
          const session = Number(finding.row.session_id);
          bySession.set(session, [...(bySession.get(session) ?? []), finding]);
        }
      const odd = await oddSessions(context);
      for (const [session, findings] of [...bySession].toSorted(([a], [b]) => a - b)) {
        const why = odd.has(session)
          ? "its times contradict each other"
          : await takeAlong(context, session, findings, tell);
        if (why === null) continue;
        const bookings = findings.map(({ id }) => id).join(", ");
        await tell(`leave session ${session} and its bookings (${bookings}): ${why}`, "left");
      }
    },
  },
  status_without_time: {
    apply: async (context, tell) => {
      for await (const page of findingsIn(context, "status_without_time")) {
        const parts = new Set(page.map(({ part }) => part));
        for (const part of parts)
          await fillTimes(
            context,
            page.filter((finding) => finding.part === part),
            tell,
          );
      }
    },
  },
} satisfies Repairs;

/** Sessions of which only people know which time was announced. */
async function oddSessions(context: Context): Promise<ReadonlySet<number>> {
  const odd = new Set<number>();
  for (const code of ["session_utc_differs", "ends_before_start"] as const)
    for await (const page of findingsIn(context, code))
      for (const { thing, id } of page) if (thing === "session") odd.add(id!);
  return odd;
}

/**
 * As a change of the session does.
 *
 * @returns why people have to decide first, and nothing was changed; null where the bookings went along
 */
async function takeAlong(
  context: Context,
  id: number,
  findings: readonly Finding[],
  tell: Tell,
): Promise<string | null> {
  const { database, trx } = context;
  const session = await findSession(database, trx, id, true);
  if (session?.start_at_utc == null || session.end_at_utc === null) return "it has no time";
  const { title, course_id, teacher_id, start_at_utc, end_at_utc } = session;
  if (course_id === null || (await findCourse(database, trx, course_id)) === null)
    return `there is no course ${course_id}`;
  if (teacher_id === null || (await findTeacher(database, trx, teacher_id)) === null)
    return `there is no teacher ${teacher_id}`;
  const rows = await lockBookings(database, trx, id);
  const standing = rows.filter(({ status }) => !hasEnded(status));
  // Of one key there is one row: even what ended would have to be taken up again.
  const others = standing.find((one) =>
    rows.some(
      (row) =>
        row.id !== one.id &&
        row.student_user_id === one.student_user_id &&
        (!hasEnded(row.status) || row.start_at_utc === start_at_utc),
    ),
  );
  if (others !== undefined) return `student ${others.student_user_id} has another booking of it`;
  const [clash] = await listClashes(trx, { session: id, from: start_at_utc, until: end_at_utc });
  if (clash !== undefined) return `${clash.student} has booking ${clash.booking_id} then`;
  const place: SessionPlace = { course_id, teacher_id, start_at_utc, end_at_utc };
  await followSession(context, id, place);
  for (const { id: booking, row } of findings) {
    const columns = (Object.keys(place) as (keyof SessionPlace)[]).filter((c) => row[c] !== place[c]);
    await tell(`booking ${booking}: ${columns.map((c) => `${c} ${row[c]} → ${place[c]}`).join(", ")}`);
    const before = standing.find((one) => one.id === booking);
    if (before === undefined || (before.status !== "pending" && before.status !== "confirmed")) continue;
    const previous = { start_at_utc: before.start_at_utc, end_at_utc: before.end_at_utc };
    await notify(context, [before.student_user_id], {
      kind: "session_changed",
      payload: {
        session_id: id,
        title,
        changed: columns,
        start_at_utc,
        end_at_utc,
        previous,
        booking_id: booking,
      },
    });
  }
  return null;
}

const WHATS: Readonly<Record<string, readonly string[]>> = {
  cancelled_at: ["cancelled"],
  decision_at: ["declined"],
  accepted_at: ["accepted"],
  expired_at: ["expired", "left"],
};

/** All of one column. */
async function fillTimes(context: Context, findings: readonly Finding[], tell: Tell): Promise<void> {
  const { database, trx } = context;
  const { thing, part } = findings[0]!;
  const changes: Changed[] = [];
  for (let at = 0; at < findings.length; at += 1_000) {
    const some = findings.slice(at, at + 1_000);
    const ids = some.map(({ id }) => id!);
    const known = context.unrecorded
      ? new Map<number, Instant>()
      : await lastTimes(trx, SUBJECTS[thing]!, ids, WHATS[part]!);
    for (const { id, row } of some) {
      const time = known.get(id!) ?? (row.updated_at as Instant | null);
      if (time === null) continue;
      const { status } = row;
      changes.push({ thing, id: id!, from: { status, [part]: null }, to: { status, [part]: time } });
    }
  }
  const table = thing === "booking" ? "live_class_booking" : "session_waitlist";
  await updateRows(
    database,
    trx,
    table,
    [part],
    changes.map(({ id, to }) => [id, to[part] as string]),
  );
  await recordChanges(context, "status_without_time", changes, tell);
}
