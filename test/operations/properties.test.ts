/** Any sequence of operations leaves what a plain model of them says, and says so in the record. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHECK_CODES } from "../../src/db/checks.ts";
import { addMicros, type Instant, type LocalDate } from "../../src/domain/instant.ts";
import { approveBooking, declineBooking } from "../../src/operations/approval.ts";
import { markAttendance } from "../../src/operations/attendance.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { type Context, inside, operate } from "../../src/operations/context.ts";
import { rescheduleBooking } from "../../src/operations/reschedule.ts";
import { verifyInvariants } from "../../src/operations/verify.ts";
import {
  ACTORS,
  type Bookable,
  COURSES,
  makeBookable,
  STUDENTS,
  TEACHERS,
  TODAY,
} from "../support/bookable.ts";
import { contents, policyRow, putInto, seat } from "../support/bookings.ts";
import { type ModelBooking, type ModelSession, Refused, SeatModel } from "../support/seat-model.ts";
import { changed, stateIn, stateOf } from "../support/seat-state.ts";

const WHO = [STUDENTS.ana, STUDENTS.ben, STUDENTS.cleo, STUDENTS.dan];
const session = (id: number, start: string, capacity: number, waitlist = false): ModelSession => ({
  id,
  start,
  end: addMicros(start as Instant, 3_600_000_000),
  capacity,
  waitlist,
  status: "scheduled",
});
const sessions = () => [
  session(1, "2027-02-01 10:00:00", 3),
  session(2, "2027-02-01 14:00:00", 1),
  session(3, "2027-02-02 10:00:00", 2, true),
  session(4, "2027-02-01 10:30:00", 3),
];
/** Tina's Tuesdays: two that overlap, one of them with session 3. */
const LESSONS = [
  { start: "2027-02-02 10:30:00", end: "2027-02-02 11:30:00" },
  { start: "2027-02-02 11:00:00", end: "2027-02-02 12:00:00" },
  { start: "2027-02-09 10:30:00", end: "2027-02-09 11:30:00" },
];
/** When something begins, ends or runs out. */
const MOMENTS = [
  "2026-11-20 21:00:00",
  "2026-11-21 12:00:00",
  "2027-01-31 10:00:00",
  "2027-02-01 10:00:00",
  "2027-02-01 10:30:00",
  "2027-02-01 14:00:00",
  "2027-02-02 09:00:00",
  "2027-02-02 10:00:00",
  "2027-02-02 11:30:00",
];

const student = fc.constantFrom(...WHO);
const place = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(3, 2) },
  { weight: 2, arbitrary: fc.constantFrom(1, 4) },
);
const which = fc.nat(20);
const command = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("seat" as const),
      student,
      place,
      seats: fc.constantFrom(1, 1, 1, 2),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("lesson" as const), student, at: fc.nat(2) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("cancelled" as const), which }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("confirmed" as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("declined" as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("attended" as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("no_show" as const), which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("move" as const), which, place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("moveLesson" as const), which, at: fc.nat(2) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("time" as const) }) },
);
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;

/** One run: the school and the model beside it. */
class Run {
  readonly context: Context;
  readonly model: SeatModel;
  readonly slots: number[];
  steps = 0;

  constructor(context: Context, model: SeatModel, slots: number[]) {
    this.context = context;
    this.model = model;
    this.slots = slots;
  }

  /** No two steps in the same instant: the order of a queue is the order of joining. */
  tick(to = this.model.now): void {
    this.steps += 1;
    this.model.now = addMicros((to > this.model.now ? to : this.model.now) as Instant, 1_000_000);
  }

  opening(at: number): { slot_id: number; date: LocalDate; course_id: null } {
    const { start } = LESSONS[at]!;
    const slot_id = this.slots[start.includes("10:30") ? 0 : 1]!;
    return { slot_id, date: start.slice(0, 10) as LocalDate, course_id: null };
  }

  async idOf({ student: who, session: id, start }: ModelBooking): Promise<number> {
    const rows = (await contents(this.context.trx)).live_class_booking;
    return rows.find(
      (row) => row.student_user_id === who && row.session_id === id && row.start_at_utc === start,
    )!.id as number;
  }

  /** The step in the model and in the school: what each said. */
  async take(step: Command): Promise<{ expected: string; got: string }> {
    const { model } = this;
    if (step.do === "time") {
      this.tick(MOMENTS.find((moment) => moment > model.now));
      return { expected: "", got: "" };
    }
    this.tick();
    const c = { ...this.context, now: model.now as Instant };
    const terms = { student_user_id: 0, seats: 1, note: "", overrides: new Set<never>(), moved: null };
    if (step.do === "seat")
      return both(
        () => model.seat(step.student, step.place, step.seats),
        async () =>
          (
            await createBooking(c, {
              ...seat("ana", "morning", { seats: step.seats }),
              student_user_id: step.student,
              session_id: step.place,
            })
          ).outcome,
      );
    if (step.do === "lesson")
      return both(
        () => model.lesson(step.student, LESSONS[step.at]!.start, LESSONS[step.at]!.end),
        async () =>
          (await createBooking(c, { ...terms, ...this.opening(step.at), student_user_id: step.student }))
            .outcome,
      );
    if (model.bookings.length === 0) return { expected: "", got: "" };
    const booking = model.bookings[step.which % model.bookings.length]!;
    const id = await this.idOf(booking);
    switch (step.do) {
      case "move":
        return both(
          () => model.move(booking, { session: step.place }),
          () => rescheduleBooking(c, { id, to: { session_id: step.place } }),
        );
      case "moveLesson":
        return both(
          () => model.move(booking, LESSONS[step.at]!),
          () => rescheduleBooking(c, { id, to: this.opening(step.at) }),
        );
      case "confirmed":
        return both(
          () => model.change(booking, step.do),
          () => approveBooking(c, { id }),
        );
      case "declined":
        return both(
          () => model.change(booking, step.do),
          () => declineBooking(c, { id }),
        );
      case "cancelled":
        return both(
          () => model.change(booking, step.do),
          () => cancelBooking(c, { id }),
        );
      case "attended":
      case "no_show":
        return both(
          () => model.change(booking, step.do),
          () => markAttendance(c, { id, attended: step.do === "attended" }),
        );
      default:
        return step satisfies never;
    }
  }
}

async function both(expect: () => unknown, act: () => Promise<unknown>) {
  let expected: string;
  try {
    expected = String(expect() ?? "done");
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    expected = error.message;
  }
  const got = await act().then(
    (result) => (typeof result === "string" ? result : "done"),
    (error: { kind?: string; code?: string }) => {
      if (error.kind !== "refused") throw error;
      return error.code!;
    },
  );
  return { expected, got };
}

/** Queues wait for cron, which does not come here. */
const WITHOUT_CRON = CHECK_CODES.filter(
  (code) => !["overdue_offer", "queue_of_ended_session"].includes(code),
);

describe("on sqlite", () => {
  let school: Bookable;
  beforeAll(async () => {
    school = await makeBookable("sqlite", "native");
  });
  afterAll(() => school.remove());

  test.each([false, true])("where approval is asked: %s", async (asksApproval) => {
    const seen = new Set<string>();
    const property = fc.asyncProperty(
      fc.array(command, { minLength: 5, maxLength: 50, size: "max" }),
      (commands) =>
        operate(
          school.database,
          { now: TODAY, actor: ACTORS.shell, offerHours: 24, rehearse: true },
          async (context) => {
            for (const teacher_id of [TEACHERS.tom, TEACHERS.tina])
              await putInto(
                context,
                "teacher_booking_policy",
                policyRow({
                  teacher_id,
                  requires_approval_for_group: asksApproval,
                  requires_approval_for_one_on_one: asksApproval,
                }),
              );
            const slots: number[] = [];
            for (const start of ["10:30", "11:00"])
              slots.push(
                await putInto(context, "teacher_availability", {
                  teacher_id: TEACHERS.tina,
                  course_id: COURSES.talk,
                  slot_type: "recurring",
                  day_of_week: 1,
                  start_time: `${start}:00`,
                  end_time: start === "10:30" ? "11:30:00" : "12:00:00",
                  timezone: "UTC",
                  is_active: true,
                  is_blocked: false,
                  blocked_reason: "",
                }),
              );
            const run = new Run(context, new SeatModel(TODAY, sessions(), asksApproval), slots);
            for (const step of commands) {
              const before = await contents(context.trx);
              const { expected, got } = await run.take(step);
              expect(got).toBe(expected);
              seen.add(`${step.do} ${got}`);
              const after = await contents(context.trx);
              const acting = { ...context, now: run.model.now as Instant };
              expect(await stateIn(acting, after)).toEqual(stateOf(run.model));
              const told = after.booking_event
                .slice(before.booking_event.length)
                .filter(({ what }) => what !== "passed_over")
                .map((event) => `${event.subject} ${event.subject_id}`);
              expect(told.toSorted()).toEqual(changed(before, after).toSorted());
              const done = ["", "done", "pending", "confirmed", "waitlisted"].includes(got);
              if (!done) expect(after).toEqual(before);
            }
            // All checks take a while: of some runs.
            if (commands.length % 8 !== 0) return;
            const looking = { now: run.model.now as Instant, offerHours: 24 };
            expect(await verifyInvariants(inside(context), WITHOUT_CRON, looking)).toEqual([]);
          },
        ),
    );
    await fc.assert(property, { numRuns: 250, seed: 20_261_120 });
    // The sequences came to what they are to try.
    const booked = asksApproval ? "pending" : "confirmed";
    for (const outcome of [
      `seat ${booked}`,
      "seat waitlisted",
      "seat capacity",
      "move done",
      `lesson ${booked}`,
    ])
      expect(seen).toContain(outcome);
    for (const outcome of [
      "lesson teacher-overlap",
      "cancelled status",
      "attended done",
      "seat session-open",
    ])
      expect(seen).toContain(outcome);
  });
});
