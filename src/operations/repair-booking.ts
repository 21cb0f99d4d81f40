/** Repairs of bookings: those that did not follow their session, and times that a status lacks (SPEC 3, 6). */
import { lastTimes } from "../db/audit.ts";
import { updateRows } from "../db/bulk.ts";
import type { Finding } from "../db/check.ts";
import { findSession } from "../db/seats.ts";
import { lockBookings } from "../db/session-edit.ts";
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
      for (const [session, findings] of [...bySession].toSorted(([a], [b]) => a - b))
        await takeAlong(context, session, findings, tell);
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

/** As a change of the session does; what people have to decide first is left. */
async function takeAlong(
  context: Context,
  id: number,
  findings: readonly Finding[],
  tell: Tell,
): Promise<void> {
  const { database, trx } = context;
  const session = await findSession(database, trx, id, true);
  if (session?.start_at_utc == null || session.end_at_utc === null) return;
  const { title, course_id, teacher_id, start_at_utc, end_at_utc } = session;
  if (course_id === null || teacher_id === null) return;
  const standing = (await lockBookings(database, trx, id)).filter(({ status }) => !hasEnded(status));
  const students = standing.map(({ student_user_id }) => student_user_id);
  if (new Set(students).size < students.length) return; // Two of one student would have one key.
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
    const known = await lastTimes(trx, SUBJECTS[thing]!, ids, WHATS[part]!);
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
