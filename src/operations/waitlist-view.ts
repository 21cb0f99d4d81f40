/** Waitlists as somebody may see them: staff all, a teacher those of own sessions, a student the own places (SPEC 3, permission). */
import { wasClosedByHand } from "../db/audit.ts";
import {
  ALL_ENTRIES,
  listEntries,
  viewEntry,
  type WaitlistFilter,
  type WaitlistView,
} from "../db/waitlist-list.ts";
import { actorName, isStaff, roleOver } from "../domain/actor.ts";
import { notFound, refused } from "../domain/error.ts";
import { openSeats, type SeatCount, seatArithmetic } from "../domain/session.ts";
import { type Bar, offerExpiry, queueOf, type WaitlistStatus } from "../domain/waitlist.ts";
import { outlook } from "../domain/waitlist-outlook.ts";
import { type Context, inside } from "./context.ts";
import { loadSeating } from "./seating.ts";
import { lockSession } from "./waitlist-entry.ts";

/** Of the entries that the filter names those that whoever looks has a part in. */
export async function listEntriesFor(context: Context, filter: WaitlistFilter): Promise<WaitlistView[]> {
  const { actor } = context;
  const partOf =
    actor.kind === "shell" || isStaff(actor) ? null : { student: actor.id, teacher: actor.teacherId };
  return listEntries(inside(context), { ...filter, partOf }, context);
}

/** @throws ClassbookError not_found `no_such_entry`; refused `permission`: it is somebody else's */
export async function viewEntryFor(context: Context, id: number): Promise<WaitlistView> {
  const view = await viewEntry(inside(context), id, context);
  if (view === null)
    throw notFound(
      "no_such_entry",
      `there is no waitlist entry ${id}`,
      "`classbook waitlist list` lists them",
    );
  if (roleOver(context.actor, view) === null)
    throw refused(
      "permission",
      `${actorName(context.actor)} may not see entry ${id}`,
      "act as somebody else: --as USER",
    );
  return view;
}

/** Somebody who comes before. */
export interface Ahead {
  waitlist_id: number;
  student_user_id: number;
  student: string | null;
  status: WaitlistStatus;
  /** Why they cannot be offered a seat; null where they can. */
  bar: Bar | null;
  /** Until when an offer holds its seat; null for who waits. */
  offer_expires_at: WaitlistView["offer_expires_at"];
}

/** Where somebody stands, and what has to happen before they get a seat. */
export interface Explained extends WaitlistView, SeatCount {
  open: number;
  /** `0 open = 10 seats − 8 taken − 1 pending − 1 offer` */
  seats: string;
  /** Why the student cannot be offered a seat; null where they can. */
  bar: Bar | null;
  /** Who holds an offer, and who waits before; empty for the student, who sees the own place only. */
  ahead: Ahead[];
  /** How many wait before and can be offered a seat. */
  ahead_count: number;
  /** Sentences. */
  outlook: string[];
}

/**
 * The seat arithmetic of a session from one place in its queue. Students see nobody but themselves.
 *
 * @param zone in which the sentences tell times
 * @throws ClassbookError as viewEntryFor; not_found `no_such_session`: it is gone
 */
export async function explainEntry(context: Context, id: number, zone: string): Promise<Explained> {
  const view = await viewEntryFor(context, id);
  const session = await lockSession(context, view.session_id);
  const { seats, entries, live, bars } = await loadSeating(context, session);
  const queue = queueOf(entries);
  const place = queue.findIndex((entry) => entry.id === id);
  const before = queue.slice(0, Math.max(0, place));
  const barred = before.filter(({ student_user_id }) => bars.has(student_user_id)).length;
  const others = await listEntriesFor(context, {
    ...ALL_ENTRIES,
    session: session.id,
    statuses: ["waiting", "offered"],
  });
  const ahead = others.filter(
    (other) =>
      other.id !== id && (other.status === "offered" ? live : before).some((entry) => entry.id === other.id),
  );
  const ends = live
    .filter((entry) => entry.id !== id)
    .map((entry) => offerExpiry(entry, session.start_at_utc!, context.offerHours)!);
  const bar = bars.get(view.student_user_id) ?? null;
  const held = live.findIndex((entry) => entry.id === id);
  return {
    ...view,
    ...seats,
    open: openSeats(seats),
    seats: seatArithmetic(seats),
    bar,
    ahead_count: before.length - barred,
    ahead: ahead.map((other) => ({
      waitlist_id: other.id,
      student_user_id: other.student_user_id,
      student: other.student,
      status: other.status,
      bar: bars.get(other.student_user_id) ?? null,
      offer_expires_at: other.status === "offered" ? other.offer_expires_at : null,
    })),
    outlook: outlook(
      {
        entry: view,
        overdue: view.overdue,
        student: view.student ?? `user ${view.student_user_id}`,
        session,
        closedByHand: await wasClosedByHand(context.database, context.trx, session.id),
        seats,
        bar,
        offersBefore: held < 0 ? null : held,
        ahead: { free: before.length - barred, barred },
        firstOfferEnds: ends.toSorted()[0] ?? null,
      },
      context.now,
      zone,
    ),
  };
}
