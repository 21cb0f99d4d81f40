/** What the bookings of a few sessions and a teacher's lessons must be, told again in the plainest way. */
import type { BookingStatus } from "../../src/domain/booking.ts";

export interface ModelSession {
  id: number;
  start: string;
  end: string;
  capacity: number;
  waitlist: boolean;
  status: "scheduled" | "booking_closed";
}

export interface ModelBooking {
  student: number;
  session: number | null;
  start: string;
  end: string;
  status: BookingStatus;
  seats: number;
}

export interface ModelEntry {
  session: number;
  student: number;
  status: "waiting" | "offered" | "accepted" | "expired";
  expires: string | null;
}

const ENDED = ["declined", "cancelled", "rescheduled"];
const isBusy = (b: ModelBooking) => b.status === "pending" || b.status === "confirmed";
const earlier = (a: string, b: string) => (a < b ? a : b);

/** Refused, with the rule that says so. */
export class Refused extends Error {}

/** Bookings by the key that the database gives them; entries of the queues in the order of their turn. */
export class SeatModel {
  now: string;
  readonly asksApproval: boolean;
  readonly sessions: Map<number, ModelSession>;
  bookings: ModelBooking[] = [];
  queue: ModelEntry[] = [];

  constructor(now: string, sessions: ModelSession[], asksApproval: boolean) {
    this.now = now;
    this.asksApproval = asksApproval;
    this.sessions = new Map(sessions.map((session) => [session.id, session]));
  }

  taken(session: number): number {
    return this.#seats(session, ["confirmed", "attended"]);
  }

  open(session: number): number {
    const held = this.#seats(session, ["confirmed", "attended", "pending"]);
    const offers = this.queue.filter((e) => e.session === session && this.#isLive(e)).length;
    return this.sessions.get(session)!.capacity - held - offers;
  }

  #seats(session: number, statuses: string[]): number {
    return this.bookings
      .filter((b) => b.session === session && statuses.includes(b.status))
      .reduce((sum, b) => sum + b.seats, 0);
  }

  #isLive(entry: ModelEntry): boolean {
    return entry.status === "offered" && this.now < entry.expires!;
  }

  /** @returns what came of it */
  seat(student: number, sessionId: number, seats: number): "pending" | "confirmed" | "waitlisted" {
    const failed = this.#seatFailures(student, sessionId, seats, null);
    const session = this.sessions.get(sessionId)!;
    const entry = this.queue.find((e) => e.session === sessionId && e.student === student);
    const holds = entry !== undefined && this.#isLive(entry);
    if (failed.length === 0) return this.#book(student, sessionId, seats);
    const canWait = session.waitlist && seats === 1 && !holds && entry?.status !== "waiting";
    if (!canWait || failed.some((rule) => rule !== "capacity")) throw new Refused(failed[0]);
    if (entry !== undefined) this.queue.splice(this.queue.indexOf(entry), 1);
    this.queue.push({ session: sessionId, student, status: "waiting", expires: null });
    return "waitlisted";
  }

  #seatFailures(student: number, id: number, seats: number, moved: ModelBooking | null): string[] {
    const session = this.sessions.get(id)!;
    const failed: string[] = [];
    const open = this.open(id);
    const entry = this.queue.find((e) => e.session === id && e.student === student);
    const holds = entry !== undefined && this.#isLive(entry);
    const closed = session.status === "booking_closed" && open > 0;
    if (session.start <= this.now || closed) failed.push("session-open");
    const waiting = this.queue.filter((e) => e.session === id && e.status === "waiting");
    const room = moved?.session === id ? open + moved.seats : open;
    const eligible = room > 0 ? waiting.filter((e) => this.#canBeOffered(e)) : [];
    const turn = eligible.findIndex((e) => e.student === student);
    const before = holds && seats === 1 ? 0 : turn < 0 ? eligible.length : turn;
    if (room + (holds ? 1 : 0) - before < seats) failed.push("capacity");
    if (this.#inSession(student, id).some((b) => !ENDED.includes(b.status))) failed.push("duplicate");
    if (this.#overlaps(student, session, id, moved)) failed.push("student-overlap");
    return failed;
  }

  #inSession(student: number, id: number): ModelBooking[] {
    return this.bookings.filter((b) => b.student === student && b.session === id);
  }

  #overlaps(
    student: number,
    time: { start: string; end: string },
    place: number | null,
    moved: ModelBooking | null,
  ) {
    return this.bookings.some(
      (b) =>
        b.student === student &&
        b !== moved &&
        isBusy(b) &&
        !(place !== null && b.session === place) &&
        !(place === null && b.session === null && b.start === time.start) &&
        b.start < time.end &&
        time.start < b.end,
    );
  }

  #canBeOffered(entry: ModelEntry): boolean {
    return this.#inSession(entry.student, entry.session).every((b) => ENDED.includes(b.status));
  }

  #book(student: number, sessionId: number, seats: number): "pending" | "confirmed" {
    const session = this.sessions.get(sessionId)!;
    const status = this.asksApproval ? "pending" : "confirmed";
    const { start, end } = session;
    this.#put({ student, session: sessionId, start, end, status, seats });
    const entry = this.queue.find((e) => e.session === sessionId && e.student === student);
    if (entry?.status === "waiting" || (entry !== undefined && this.#isLive(entry)))
      entry.status = "accepted";
    else if (entry?.status === "offered") entry.status = "expired";
    if (!session.waitlist && session.status === "scheduled" && this.open(sessionId) <= 0)
      session.status = "booking_closed";
    return status;
  }

  /** Whoever booked the same before has the row still. */
  #put(booking: ModelBooking): void {
    const same = this.bookings.find(
      (b) => b.student === booking.student && b.session === booking.session && b.start === booking.start,
    );
    if (same === undefined) this.bookings.push(booking);
    else Object.assign(same, booking);
  }

  lesson(student: number, start: string, end: string): "pending" | "confirmed" {
    const failed = this.#lessonFailures(student, { start, end }, null);
    if (failed.length > 0) throw new Refused(failed[0]);
    const status = this.asksApproval ? "pending" : "confirmed";
    this.#put({ student, session: null, start, end, status, seats: 1 });
    return status;
  }

  #lessonFailures(
    student: number,
    time: { start: string; end: string },
    moved: ModelBooking | null,
  ): string[] {
    const failed: string[] = [];
    const own = this.bookings.find(
      (b) => b.student === student && b.session === null && b.start === time.start,
    );
    if (own !== undefined && !ENDED.includes(own.status)) failed.push("duplicate");
    if (this.#overlaps(student, time, null, moved)) failed.push("student-overlap");
    const taken = this.bookings.some(
      (b) =>
        b.session === null &&
        b !== own &&
        b !== moved &&
        isBusy(b) &&
        b.start < time.end &&
        time.start < b.end,
    );
    if (taken) failed.push("teacher-overlap");
    if (time.start < this.now) failed.push("min-notice");
    return failed;
  }

  change(booking: ModelBooking, to: "confirmed" | "declined" | "cancelled" | "attended" | "no_show"): void {
    const from = {
      confirmed: ["pending"],
      declined: ["pending"],
      cancelled: ["pending", "confirmed"],
      attended: ["confirmed", "no_show"],
      no_show: ["confirmed", "attended"],
    }[to];
    if (!from.includes(booking.status)) throw new Refused("status");
    if ((to === "attended" || to === "no_show") && this.now < booking.start)
      throw new Refused("attendance-time");
    if (to === "confirmed") {
      if (booking.start <= this.now) throw new Refused("session-open");
      const others = this.bookings.filter((b) => b !== booking && b.status === "confirmed");
      const meets = (b: ModelBooking) => b.start < booking.end && booking.start < b.end;
      if (others.some((b) => b.student === booking.student && meets(b))) throw new Refused("student-overlap");
      if (booking.session === null && others.some((b) => b.session === null && meets(b)))
        throw new Refused("teacher-overlap");
    }
    booking.status = to;
    if (to === "declined" || to === "cancelled") this.#passOn(booking.session, booking.seats);
  }

  move(booking: ModelBooking, to: { session: number } | { start: string; end: string }): void {
    if (!isBusy(booking)) throw new Refused("status");
    const failed =
      "session" in to
        ? this.#seatFailures(booking.student, to.session, booking.seats, booking)
        : this.#lessonFailures(booking.student, to, booking);
    if (failed.length > 0) throw new Refused(failed[0]);
    booking.status = "rescheduled";
    if ("session" in to) this.#book(booking.student, to.session, booking.seats);
    else {
      const status = this.asksApproval ? "pending" : "confirmed";
      this.#put({ student: booking.student, session: null, ...to, status, seats: 1 });
    }
    this.#passOn(booking.session, booking.seats);
  }

  #passOn(id: number | null, freed: number): void {
    if (id === null) return;
    const session = this.sessions.get(id)!;
    if (session.start <= this.now) return;
    const open = this.open(id);
    if (session.status === "booking_closed" && open > 0 && open - freed <= 0) session.status = "scheduled";
    if (session.status !== "scheduled") return;
    for (const entry of this.queue)
      if (entry.session === id && entry.status === "offered" && !this.#isLive(entry))
        entry.status = "expired";
    const next = this.queue.filter(
      (e) => e.session === id && e.status === "waiting" && this.#canBeOffered(e),
    );
    for (const entry of next.slice(0, Math.max(0, open))) {
      entry.status = "offered";
      entry.expires = earlier(dayAfter(this.now), session.start);
    }
  }
}

function dayAfter(instant: string): string {
  const at = new Date(`${instant.replace(" ", "T")}Z`);
  at.setUTCDate(at.getUTCDate() + 1);
  return at.toISOString().slice(0, 19).replace("T", " ");
}
