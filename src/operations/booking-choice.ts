/** What of a course can be booked: its coming sessions, and the openings of its slots. */
import { listTeacherBusy } from "../db/booking-busy.ts";
import { listComingSessions, listSlotsFor } from "../db/booking-choice.ts";
import { findCourse, findTeacher } from "../db/booking-people.ts";
import { findSession } from "../db/seats.ts";
import { nextOpening, openingOn, openingsBetween, type Slot } from "../domain/availability.ts";
import type { BookingType } from "../domain/booking.ts";
import { courseType, overlaps, type TimeSpan } from "../domain/booking-rules.ts";
import { addMinutes, type LocalDate } from "../domain/instant.ts";
import { openSeats } from "../domain/session.ts";
import { localDateOf } from "../domain/zone.ts";
import type { Context } from "./context.ts";
import { loadSeating } from "./seating.ts";

/** Something that can be asked for. */
export type Offer = TimeSpan & { teacher: string } & (
    | { kind: "session"; session_id: number; title: string; open: number; enable_waitlist: boolean }
    /** `date`: the local date in the slot's zone, as `--on` takes it. */
    | { kind: "opening"; slot_id: number; date: LocalDate }
  );

const MOST_SESSIONS = 100;
const AHEAD_MINUTES = 28 * 24 * 60;

/**
 * By start. Openings of the next four weeks, or a slot's next one where it has none in them; what the teacher's
 * bookings and sessions take is left out, and what the course does not take. The other rules are not asked.
 */
export async function listOffers(context: Context, course: number): Promise<Offer[]> {
  const { database, trx, now } = context;
  const offers: Offer[] = [];
  const found = await findCourse(database, trx, course);
  const takes = (type: BookingType) => courseType("", found?.booking_type ?? null, type).holds;
  const sessions = takes("group_session")
    ? await listComingSessions(trx, { course, now, limit: MOST_SESSIONS })
    : [];
  for (const id of sessions) {
    const session = await findSession(database, trx, id, false);
    if (!session?.start_at_utc || !session.end_at_utc || session.teacher_id === null) continue;
    const { seats } = await loadSeating(context, session);
    offers.push({
      kind: "session",
      session_id: id,
      title: session.title,
      teacher: (await findTeacher(database, trx, session.teacher_id))?.name ?? "",
      start_at_utc: session.start_at_utc,
      end_at_utc: session.end_at_utc,
      open: openSeats(seats),
      enable_waitlist: session.enable_waitlist,
    });
  }
  const slots = takes("one_on_one") ? await listSlotsFor(database, trx, course) : [];
  for (const slot of slots) offers.push(...(await openingsOf(context, slot)));
  return offers.toSorted((a, b) => (a.start_at_utc < b.start_at_utc ? -1 : 1));
}

async function openingsOf({ database, trx, now }: Context, slot: Slot): Promise<Offer[]> {
  const { when, teacher_id } = slot;
  if (when === null || teacher_id === null) return [];
  const soon = openingsBetween(when, now, addMinutes(now, AHEAD_MINUTES), slot.timezone);
  const next = nextOpening(when, now);
  const spans = soon.length > 0 || next === null ? soon : [next];
  if (spans.length === 0) return [];
  const busy = await listTeacherBusy(database, trx, teacher_id, {
    from: spans[0]!.start_at_utc,
    until: spans.at(-1)!.end_at_utc,
  });
  const teacher = (await findTeacher(database, trx, teacher_id))?.name ?? "";
  return (
    spans
      .filter((span) => !busy.some((time) => overlaps(time, span)))
      .map((span) => ({ ...span, date: localDateOf(span.start_at_utc, slot.timezone) }))
      // A time that a change of the clocks moved over midnight has no date of its own to ask for.
      .filter(({ date, start_at_utc }) => openingOn(when, date, slot.timezone)?.start_at_utc === start_at_utc)
      .map((span) => ({ ...span, kind: "opening" as const, slot_id: slot.id, teacher }))
  );
}
