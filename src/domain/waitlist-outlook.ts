/** What has to happen before somebody in a queue gets a seat, in words (SPEC 4). Pure. */
import type { Instant } from "./instant.ts";
import { openSeats, type SeatCount } from "./session.ts";
import { localTime, plural, spokenDistance } from "./spoken.ts";
import { type Bar, endOfQueue, WAITLIST_STATUSES, type WaitlistEntry } from "./waitlist.ts";

/** Where somebody stands. */
export interface Standing {
  entry: WaitlistEntry;
  /** An offer that ran out. */
  overdue: boolean;
  student: string;
  session: { id: number; status: string; start_at_utc: Instant | null };
  /** Somebody closed the session's booking: until somebody opens it, no seat is offered. */
  closedByHand: boolean;
  seats: SeatCount;
  /** Why the student cannot be offered a seat, or take the one they are offered; null where they can. */
  bar: Bar | null;
  /** How many offers hold a seat before theirs; null where theirs holds none. */
  offersBefore: number | null;
  /** Who waits before: those who can be offered a seat, and those who cannot. */
  ahead: { free: number; barred: number };
  /** When the first of the others' offers runs out; null where there is none. */
  firstOfferEnds: Instant | null;
}

/** Sentences, the most important first. @param zone in which times are told */
export function outlook(standing: Standing, now: Instant, zone: string): string[] {
  const { entry, student, session, overdue } = standing;
  const end = endOfQueue(session, now);
  const until = entry.offer_expires_at === null ? "" : ` ${localTime(entry.offer_expires_at, zone)}`;
  switch (entry.status) {
    case "accepted":
      return [`${student} took the seat.`];
    case "expired":
      return [
        end === null
          ? `The place ended. ${student} can join again, at the end of the queue.`
          : `The place ended. ${capital(end)}: it gives no more seats.`,
      ];
    case "offered":
      if (end !== null) return [`${capital(end)}: the offer cannot be taken any more.`];
      if (overdue)
        return [
          `The offer ran out${until}: it cannot be taken any more.`,
          `\`classbook waitlist expire\` gives the seat to the next; ${student} can join again, at the end of the queue.`,
        ];
      return whileOffered(standing, now, until);
    case "waiting":
      return end === null
        ? whileWaiting(standing, now, zone)
        : [`${capital(end)}: nobody is offered a seat any more.`];
    default:
      // As the app or a hand wrote it.
      return [
        `Its status "${entry.status satisfies never}" is none of ${WAITLIST_STATUSES.join(", ")}: nothing is done with it.`,
      ];
  }
}

/** @param until when the offer runs out, with a space before it */
function whileOffered(
  { entry, student, session, seats, bar, offersBefore }: Standing,
  now: Instant,
  until: string,
) {
  if (bar === "already booked")
    return [
      `${student} is booked already: the offer holds no seat, and \`classbook waitlist expire\` ends it.`,
    ];
  if (session.start_at_utc === null)
    return [`Session ${session.id} has no time: the offer cannot be taken until it has one.`];
  if (seats.capacity - seats.taken - seats.pending <= (offersBefore ?? 0))
    return [
      `There are more offers than seats: none is left for ${student} now. The offers that were made first come first.`,
    ];
  return [
    `A seat is held for ${student} until${until} (${spokenDistance(now, entry.offer_expires_at!)}).`,
    `\`classbook waitlist accept ${entry.id}\` takes it; after that it goes to the next.`,
  ];
}

function whileWaiting(
  { student, session, closedByHand, seats, bar, ahead, firstOfferEnds }: Standing,
  now: Instant,
  zone: string,
): string[] {
  const open = openSeats(seats);
  const needed = ahead.free + 1 - open;
  const said: string[] = [];
  if (bar !== null)
    said.push(
      `${student} cannot be offered a seat (${bar}): the place is kept, and seats go to those behind until that changes.`,
    );
  else if (session.status === "booking_closed" ? closedByHand : session.status !== "scheduled")
    said.push(`Session ${session.id} is ${session.status}: no seat is offered until it is scheduled.`);
  else if (needed <= 0)
    said.push(
      `A seat stands open for ${student}: \`classbook waitlist expire --session ${session.id}\` offers it.`,
    );
  else
    said.push(
      `${plural(needed, "seat has", "seats have")} to free before ${student} is offered one${ahead.free === 0 ? "" : `: ${plural(ahead.free, "student comes", "students come")} first`}.`,
    );
  if (firstOfferEnds !== null)
    said.push(
      `${plural(seats.offers, "offer holds a seat", "offers hold seats")}; the first runs out ${localTime(firstOfferEnds, zone)}, and its seat goes on where it is not taken.`,
    );
  if (seats.pending > 0)
    said.push(
      `${plural(seats.pending, "seat is", "seats are")} asked for; a request that is declined frees them.`,
    );
  if (ahead.barred > 0)
    said.push(
      `${plural(ahead.barred, "student before cannot be offered a seat and is", "students before cannot be offered a seat and are")} passed over.`,
    );
  if (session.start_at_utc !== null)
    said.push(
      `The queue ends when the session begins, ${localTime(session.start_at_utc, zone)} (${spokenDistance(now, session.start_at_utc)}).`,
    );
  return said;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
