/** A school year drawn by a seed: each day's steps are taken by the operations and by the model beside them. */
import {
  addDays,
  addMinutes,
  type Instant,
  type LocalDate,
  wallTime,
  weekdayOf,
} from "../../src/domain/instant.ts";
import { resolveLocal } from "../../src/domain/zone.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { type Context, operate } from "../../src/operations/context.ts";
import { cancelSession } from "../../src/operations/session-end.ts";
import { updateSession } from "../../src/operations/session-update.ts";
import {
  acceptOffer,
  findEntryOf,
  joinWaitlist,
  leaveWaitlist,
} from "../../src/operations/waitlist-entry.ts";
import { expireQueues } from "../../src/operations/waitlist-expire.ts";
import { offerSeat, promoteStudent } from "../../src/operations/waitlist-promote.ts";
import { type Bookable, COURSES, OPERATOR, STUDENTS } from "./bookable.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { type QueuedSession, QueueModel, Refused } from "./queue-model.ts";

export const FIRST_DAY = "2026-01-05" as LocalDate;
const HOUR = 3_600_000_000;

/** Lessons at the same local time all year, in two zones whose clocks change on different days. */
const TIMETABLE = [
  { weekday: 1, hour: 17, zone: "Europe/Madrid" },
  { weekday: 3, hour: 18, zone: "America/New_York" },
  { weekday: 4, hour: 9, zone: "Europe/Madrid" },
];

export class QueueYear {
  readonly school: Bookable;
  readonly model: QueueModel;
  readonly draw: Drawing;
  readonly students: number[] = Object.values(STUDENTS).filter((id) => id !== STUDENTS.hal);
  /** How often each step came to what: `join done`, `accept offer-expired`. */
  readonly seen = new Map<string, number>();
  #day = FIRST_DAY;

  constructor(school: Bookable, seed: number) {
    this.school = school;
    this.draw = drawing(seed);
    this.model = new QueueModel(`${FIRST_DAY} 00:00:00`);
  }

  /** The sessions of so many days. */
  async plan(days: number): Promise<void> {
    const { school, model, draw } = this;
    await school.database.db.deleteFrom("live_class_session").execute();
    for (let day = FIRST_DAY, n = 0; n < days; day = addDays(day, 1), n += 1)
      for (const { weekday, hour, zone } of TIMETABLE) {
        if (weekdayOf(day) !== weekday) continue;
        const start = resolveLocal(wallTime(day, hour * HOUR), zone).instant;
        const capacity = 1 + draw.below(3);
        const id = await school.put("live_class_session", {
          course_id: COURSES.spanish,
          teacher_id: 1,
          title: "Class",
          description: "",
          scheduled_start: start,
          duration_minutes: 60,
          status: "scheduled",
          timezone_snapshot: zone,
          meeting_provider: "zoom",
          total_seats: capacity,
          capacity,
          seats_taken: 0,
          enable_waitlist: true,
          created_at: start,
          updated_at: start,
        });
        model.sessions.set(id, { id, start, capacity, cancelled: false, booked: new Set() });
      }
  }

  /** One day of steps, at odd moments; cron comes at midnight, and now and then between. */
  async live(steps: number): Promise<void> {
    const { model, draw } = this;
    for (let n = 0; n < steps; n += 1) {
      const minutes = Math.floor(((n + 1) * 1_380) / steps) - draw.below(20);
      const now = addMinutes(`${this.#day} 00:00:00` as Instant, minutes);
      // No two steps in the same instant: the order of a queue is the order of joining.
      if (now > model.now) model.now = now;
      else model.now = addMinutes(model.now as Instant, 1);
      await this.#step();
    }
    this.#day = addDays(this.#day, 1);
    const midnight = `${this.#day} 00:00:00`;
    if (midnight > model.now) model.now = midnight;
    await this.#cron();
  }

  /** One that is to come soon, or has just begun. */
  #session(): QueuedSession {
    const { draw, model } = this;
    const from = addMinutes(model.now as Instant, -24 * 60);
    const near = [...model.sessions.values()].filter(({ start }) => start > from).slice(0, 4);
    return draw.of(near.length === 0 ? [...model.sessions.values()].slice(-2) : near);
  }

  async #step(): Promise<void> {
    const { draw, model } = this;
    const session = this.#session();
    const student = draw.of(this.students);
    const at = { session_id: session.id, student_user_id: student };
    const terms = { ...at, seats: 1, note: "", overrides: new Set<never>(), moved: null };
    const entries = model.entries.filter((entry) => entry.session === session.id);
    const offers = entries.filter(({ status }) => status === "offered");
    const pool = offers.length > 0 && draw.below(2) === 0 ? offers : entries;
    const entry = pool.length === 0 ? undefined : draw.of(pool);
    const which = draw.below(32);
    if (which < 9)
      return this.#both(
        "book",
        () => model.book(session.id, student),
        async (c) => (await createBooking(c, terms)).outcome,
      );
    if (which < 13)
      return this.#both(
        "join",
        () => model.join(session.id, student),
        (c) => joinWaitlist(c, at),
      );
    if (which < 18 && entry !== undefined)
      return this.#both(
        "accept",
        () => model.accept(entry),
        async (c) => acceptOffer(c, { id: await this.#idOf(c, entry) }),
      );
    if (which < 20 && entry !== undefined)
      return this.#both(
        "leave",
        () => model.leave(entry),
        async (c) => leaveWaitlist(c, await this.#idOf(c, entry)),
      );
    if (which < 24) return this.#cancel(session);
    if (which < 26)
      return this.#both(
        "offer",
        () => model.offer(session.id),
        (c) => offerSeat(c, { session_id: session.id }),
      );
    if (which < 28) {
      const named = draw.below(2) === 0 ? student : null;
      return this.#both(
        "promote",
        () => model.promote(session.id, named),
        (c) => promoteStudent(c, { session_id: session.id, student_user_id: named }),
      );
    }
    if (which < 30) {
      const capacity = Math.max(1, session.capacity + draw.of([-1, 1, 2]));
      return this.#both(
        "resize",
        () => model.resize(session.id, capacity),
        (c) => updateSession(c, { id: session.id, capacity }),
      );
    }
    if (which === 30) return this.#byHand(student);
    if (draw.below(6) > 0) return this.#cron(session.id);
    return this.#both(
      "cancel session",
      () => model.cancelSession(session.id),
      (c) => cancelSession(c, { id: session.id }),
    );
  }

  async #idOf(context: Context, { session, student }: { session: number; student: number }) {
    return findEntryOf(context, { session, student });
  }

  /** By an operation, or as the app does it: then the seat stands open until cron comes. */
  async #cancel(session: QueuedSession): Promise<void> {
    const { draw, model, school } = this;
    if (session.booked.size === 0) return;
    const student = draw.of([...session.booked]);
    const { id } = await school.database.db
      .selectFrom("live_class_booking")
      .select("id")
      .where("session_id", "=", session.id)
      .where("student_user_id", "=", student)
      .executeTakeFirstOrThrow();
    if (draw.below(4) > 0)
      return this.#both(
        "cancel",
        () => model.cancel(session.id, student),
        (c) => cancelBooking(c, { id }),
      );
    session.booked.delete(student);
    await school.database.db
      .updateTable("live_class_booking")
      .set({ status: "cancelled", cancelled_at: model.now as Instant, cancel_reason: "admin" })
      .where("id", "=", id)
      .execute();
  }

  /** Somebody's account is closed, or opened again. */
  async #byHand(student: number): Promise<void> {
    const { inactive } = this.model;
    const active = inactive.has(student);
    if (active) inactive.delete(student);
    else if (inactive.size < 3) inactive.add(student);
    else return;
    const { db, engine } = this.school.database;
    const is_active = engine === "sqlite" ? Number(active) : active;
    await db.updateTable("app_user").set({ is_active }).where("id", "=", student).execute();
  }

  async #cron(session: number | null = null): Promise<void> {
    this.model.cron(session ?? undefined);
    const { failed } = await expireQueues(
      this.school.database,
      { ...this.#acting(), rehearse: false },
      { session, limit: null, stopping: () => false, onSession: () => {} },
    );
    if (failed > 0) throw new Error("a session failed");
  }

  #acting() {
    return { now: this.model.now as Instant, actor: OPERATOR, offerHours: 24 };
  }

  /** The step in the model and in the school: each must say the same of it. */
  async #both(
    name: string,
    expect: () => unknown,
    work: (context: Context) => Promise<unknown>,
  ): Promise<void> {
    const word = (result: unknown) => (typeof result === "string" ? result : "done");
    let expected: string;
    try {
      expected = word(expect());
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      expected = error.message;
    }
    const got = await operate(this.school.database, this.#acting(), work).then(
      word,
      (error: { kind?: string; code?: string }) => {
        if (error.kind !== "refused") throw error;
        return error.code!;
      },
    );
    if (got !== expected)
      throw new Error(`${this.model.now}, ${name}: the model says ${expected}, the school ${got}`);
    this.seen.set(`${name} ${got}`, (this.seen.get(`${name} ${got}`) ?? 0) + 1);
  }

  /** What the model says there is, in lines. */
  expected(): { entries: string[]; seats: string[] } {
    const { model } = this;
    return {
      entries: model.entries
        .map(
          ({ session, student, status, expires }) =>
            `${session} ${student} ${status} ${status === "offered" ? expires : ""}`,
        )
        .toSorted(),
      seats: [...model.sessions.values()]
        .flatMap(({ id, booked }) => [...booked].map((student) => `${id} ${student}`))
        .toSorted(),
    };
  }

  /** The same of the school. */
  async found(): Promise<{ entries: string[]; seats: string[] }> {
    const { db } = this.school.database;
    const entries = await db.selectFrom("session_waitlist").selectAll().execute();
    const seats = await db
      .selectFrom("live_class_booking")
      .select(["session_id", "student_user_id"])
      .where("status", "=", "confirmed")
      .execute();
    return {
      entries: entries
        .map(
          (row) =>
            `${row.session_id} ${row.student_user_id} ${row.status} ${row.status === "offered" ? row.offer_expires_at!.slice(0, 19) : ""}`,
        )
        .toSorted(),
      seats: seats.map((row) => `${row.session_id} ${row.student_user_id}`).toSorted(),
    };
  }
}
