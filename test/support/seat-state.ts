/** The bookings and queues of the model and of the school, made comparable. */
import { findSession } from "../../src/db/seats.ts";
import { openSeats } from "../../src/domain/session.ts";
import type { Context } from "../../src/operations/context.ts";
import { loadSeating } from "../../src/operations/seating.ts";
import type { Contents, Row } from "./bookings.ts";
import type { SeatModel } from "./seat-model.ts";

/** The state of the model, in lines that can be compared. */
export function stateOf(model: SeatModel) {
  const order = (a: string, b: string) => (a < b ? -1 : 1);
  return {
    bookings: model.bookings
      .map((b) => `${b.student} ${b.session} ${b.start} ${b.status} ${b.seats}`)
      .toSorted(order),
    sessions: [...model.sessions.values()].map(
      (s) => `${s.id} ${s.status} ${model.taken(s.id)} ${model.open(s.id)}`,
    ),
    entries: model.queue.map((e) => `${e.session} ${e.student} ${e.status}`).toSorted(order),
    waiting: model.queue.filter((e) => e.status === "waiting").map((e) => e.student),
    offers: model.queue
      .filter((e) => e.status === "offered")
      .map((e) => e.expires!.slice(0, 19))
      .toSorted(order),
  };
}

/** The same of the school. */
export async function stateIn(context: Context, all: Contents): Promise<ReturnType<typeof stateOf>> {
  const order = (a: string, b: string) => (a < b ? -1 : 1);
  const turn = (a: Row, b: Row) =>
    a.created_at === b.created_at
      ? Number(a.id) - Number(b.id)
      : order(String(a.created_at), String(b.created_at));
  const open: string[] = [];
  for (const s of all.live_class_session) {
    const found = (await findSession(context.database, context.trx, Number(s.id), true))!;
    const { seats } = await loadSeating(context, found);
    open.push(`${s.id} ${s.status} ${s.seats_taken} ${openSeats(seats)}`);
  }
  return {
    bookings: all.live_class_booking
      .map((b) => `${b.student_user_id} ${b.session_id} ${b.start_at_utc} ${b.status} ${b.seats_reserved}`)
      .toSorted(order),
    sessions: open,
    entries: all.session_waitlist
      .map((e) => `${e.session_id} ${e.student_user_id} ${e.status}`)
      .toSorted(order),
    waiting: all.session_waitlist
      .filter((e) => e.status === "waiting")
      .toSorted(turn)
      .map((e) => Number(e.student_user_id)),
    offers: all.session_waitlist
      .filter((e) => e.status === "offered")
      .map((e) => String(e.offer_expires_at).slice(0, 19))
      .toSorted(order),
  };
}

/** Everything that became different, by what the record calls it. */
export function changed(before: Contents, after: Contents): string[] {
  return (["live_class_booking", "live_class_session", "session_waitlist"] as const).flatMap((table) =>
    after[table]
      .filter((row) => {
        const was = before[table].find(({ id }) => id === row.id);
        return table === "live_class_session"
          ? was!.status !== row.status
          : JSON.stringify(was) !== JSON.stringify(row);
      })
      .map(({ id }) => `${table} ${id}`),
  );
}
