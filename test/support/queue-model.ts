/** What queues of sessions must be, told again in the plainest way: every booking is one seat, every session has a waitlist. */

export interface QueuedSession {
  id: number;
  start: string;
  capacity: number;
  cancelled: boolean;
  /** Students with a seat. */
  booked: Set<number>;
}

export interface QueuedEntry {
  session: number;
  student: number;
  status: "waiting" | "offered" | "accepted" | "expired";
  /** Of an offer. */
  expires: string | null;
}

/** Refused, with the code that says why. */
export class Refused extends Error {}

/** Entries stand in the order of their turn. */
export class QueueModel {
  now: string;
  readonly sessions = new Map<number, QueuedSession>();
  entries: QueuedEntry[] = [];
  readonly inactive = new Set<number>();

  constructor(now: string) {
    this.now = now;
  }

  entry(session: number, student: number): QueuedEntry | undefined {
    return this.entries.find((one) => one.session === session && one.student === student);
  }

  #of(session: QueuedSession): QueuedEntry[] {
    return this.entries.filter((one) => one.session === session.id);
  }

  isLive(entry: QueuedEntry | undefined): boolean {
    return entry?.status === "offered" && this.now < entry.expires!;
  }

  open(session: QueuedSession): number {
    const offers = this.#of(session).filter((entry) => this.isLive(entry)).length;
    return session.capacity - session.booked.size - offers;
  }

  #isOpen(session: QueuedSession): boolean {
    return !session.cancelled && this.now < session.start;
  }

  /** Who waits and can be offered a seat. */
  #next(session: QueuedSession): QueuedEntry[] {
    return this.#of(session).filter(
      ({ status, student }) =>
        status === "waiting" && !this.inactive.has(student) && !session.booked.has(student),
    );
  }

  #offer(session: QueuedSession, entry: QueuedEntry): void {
    const day = new Date(Date.parse(`${this.now.replace(" ", "T")}Z`) + 86_400_000).toISOString();
    const until = day.slice(0, 19).replace("T", " ");
    entry.status = "offered";
    entry.expires = until < session.start ? until : session.start;
  }

  #passOn(session: QueuedSession): void {
    if (!this.#isOpen(session)) return;
    for (const entry of this.#of(session))
      if (entry.status === "offered" && !this.isLive(entry)) entry.status = "expired";
    for (const entry of this.#next(session).slice(0, Math.max(0, this.open(session))))
      this.#offer(session, entry);
  }

  #end(session: QueuedSession): void {
    for (const entry of this.#of(session))
      if (entry.status === "waiting" || entry.status === "offered") entry.status = "expired";
  }

  /** @param only one session; left out = all */
  cron(only?: number): void {
    for (const session of this.sessions.values()) {
      if (only !== undefined && session.id !== only) continue;
      if (this.#isOpen(session)) this.#passOn(session);
      else this.#end(session);
    }
  }

  #seat(session: QueuedSession, student: number): void {
    session.booked.add(student);
    const entry = this.entry(session.id, student);
    if (entry?.status === "waiting" || this.isLive(entry)) entry!.status = "accepted";
    else if (entry?.status === "offered") entry.status = "expired";
  }

  #enqueue(session: QueuedSession, student: number): void {
    const before = this.entry(session.id, student);
    if (before?.status === "offered") this.#passOn(session);
    this.entries = this.entries.filter((entry) => entry !== before);
    this.entries.push({ session: session.id, student, status: "waiting", expires: null });
  }

  /** Whether a booking finds a seat: the open ones belong to who waits before. */
  #hasSeat(session: QueuedSession, student: number): boolean {
    if (this.isLive(this.entry(session.id, student))) return true;
    const next = this.#next(session);
    const turn = next.findIndex((entry) => entry.student === student);
    return this.open(session) - (turn < 0 ? next.length : turn) >= 1;
  }

  book(id: number, student: number): "confirmed" | "waitlisted" {
    const session = this.sessions.get(id)!;
    if (!this.#isOpen(session)) throw new Refused("session-open");
    const booked = session.booked.has(student);
    if (!this.#hasSeat(session, student)) {
      if (booked || this.entry(id, student)?.status === "waiting") throw new Refused("capacity");
      this.#enqueue(session, student);
      return "waitlisted";
    }
    if (booked) throw new Refused("duplicate");
    this.#seat(session, student);
    return "confirmed";
  }

  join(id: number, student: number): void {
    const session = this.sessions.get(id)!;
    const entry = this.entry(id, student);
    if (this.isLive(entry)) throw new Refused("offered");
    if (!this.#isOpen(session)) throw new Refused("session-open");
    if (session.booked.has(student)) throw new Refused("duplicate");
    if (this.#hasSeat(session, student)) throw new Refused("seats-open");
    if (entry?.status === "waiting") throw new Refused("duplicate");
    this.#enqueue(session, student);
  }

  leave(entry: QueuedEntry): void {
    if (entry.status !== "waiting" && entry.status !== "offered") throw new Refused("status");
    entry.status = "expired";
    this.#passOn(this.sessions.get(entry.session)!);
  }

  accept(entry: QueuedEntry): void {
    if (entry.status !== "offered") throw new Refused("status");
    if (!this.isLive(entry)) throw new Refused("offer-expired");
    this.#seat(this.sessions.get(entry.session)!, entry.student);
  }

  offer(id: number): void {
    const session = this.sessions.get(id)!;
    const [next] = this.#next(session);
    if (next === undefined) throw new Refused("nobody-waits");
    if (!this.#isOpen(session)) throw new Refused("session-open");
    if (this.open(session) < 1) throw new Refused("capacity");
    this.#offer(session, next);
  }

  /** @param student null: the next in line */
  promote(id: number, student: number | null): void {
    const session = this.sessions.get(id)!;
    const next = new Set(this.#next(session));
    const line = this.#of(session).filter(
      (entry) => next.has(entry) || (this.isLive(entry) && !session.booked.has(entry.student)),
    );
    const entry =
      student === null
        ? line[0]
        : this.#of(session).find(
            (one) => one.student === student && (one.status === "waiting" || this.isLive(one)),
          );
    if (entry === undefined) throw new Refused(student === null ? "nobody-waits" : "not-waiting");
    if (!this.#isOpen(session)) throw new Refused("session-open");
    if (!this.isLive(entry) && this.open(session) < 1) throw new Refused("capacity");
    this.#seat(session, entry.student);
  }

  cancel(id: number, student: number): void {
    const session = this.sessions.get(id)!;
    session.booked.delete(student);
    this.#passOn(session);
  }

  resize(id: number, capacity: number): void {
    const session = this.sessions.get(id)!;
    if (session.capacity === capacity) return;
    if (session.cancelled) throw new Refused("status");
    if (capacity < session.capacity && capacity < session.capacity - this.open(session))
      throw new Refused("capacity");
    session.capacity = capacity;
    this.#passOn(session);
  }

  cancelSession(id: number): void {
    const session = this.sessions.get(id)!;
    if (session.cancelled) throw new Refused("status");
    session.cancelled = true;
    session.booked.clear();
    this.#end(session);
  }
}
