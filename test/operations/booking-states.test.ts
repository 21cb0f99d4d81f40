/** Every status × every operation: taken, or refused with nothing changed (SPEC 3). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BOOKING_STATUSES,
  BOOKING_STEPS,
  type BookingStatus,
  type BookingStep,
  isStepAllowed,
} from "../../src/domain/booking.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { approveBooking, declineBooking } from "../../src/operations/approval.ts";
import { markAttendance } from "../../src/operations/attendance.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { type Context, operate } from "../../src/operations/context.ts";
import { rescheduleBooking } from "../../src/operations/reschedule.ts";
import { ACTORS, type Bookable, KINDS, makeBookable, SESSIONS, SLOTS, TODAY } from "../support/bookable.ts";
import { contents, lessonRow, putInto, type Row, seatRow } from "../support/bookings.ts";

const TYPES = {
  seat: (status: BookingStatus) => seatRow("ana", { status }),
  lesson: (status: BookingStatus) =>
    lessonRow("ana", "2027-02-01 10:00:00", "2027-02-01 11:00:00", { status }),
};

const OPERATIONS: Record<BookingStep, (context: Context, id: number) => Promise<unknown>> = {
  approve: (c, id) => approveBooking(c, { id, overrides: new Set(["teacher-overlap"]) }),
  decline: (c, id) => declineBooking(c, { id }),
  cancel: (c, id) => cancelBooking(c, { id }),
  reschedule: (c, id) => rescheduleBooking(c, { id, to: { session_id: SESSIONS.queued } }),
  attend: (c, id) => markAttendance(c, { id, attended: true }),
  no_show: (c, id) => markAttendance(c, { id, attended: false }),
};

const NOW: Record<BookingStep, string> = {
  approve: TODAY,
  decline: TODAY,
  cancel: TODAY,
  reschedule: TODAY,
  attend: "2027-02-01 10:00:00",
  no_show: "2027-02-01 10:00:00",
};

/** The students' own: they may cancel and move, the rest is for teachers and staff. */
const STUDENTS_MAY = new Set<BookingStep>(["cancel", "reschedule"]);
const steps = Object.keys(BOOKING_STEPS) as BookingStep[];

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeAll(async () => {
    school = await makeBookable(engine, layout);
  });
  afterAll(() => school.remove());

  const inPassing = (work: (context: Context) => Promise<void>) =>
    operate(school.database, { now: TODAY, actor: ACTORS.shell, offerHours: 24, rehearse: true }, work);

  const table = (["seat", "lesson"] as const).flatMap((type) =>
    BOOKING_STATUSES.flatMap((status) => steps.map((step) => ({ type, status, step }))),
  );

  test.each(table)("$type: $status → $step", async ({ type, status, step }) => {
    await inPassing(async (context) => {
      const id = await putInto(context, "live_class_booking", TYPES[type](status));
      const before = await contents(context.trx);
      const at = { ...context, now: NOW[step] as Instant };
      if (!isStepAllowed(step, status)) {
        await expect(OPERATIONS[step](at, id)).rejects.toMatchObject({ kind: "refused", code: "status" });
        expect(await contents(context.trx)).toEqual(before);
        return;
      }
      await OPERATIONS[step](at, id);
      const after = await contents(context.trx);
      const { to } = BOOKING_STEPS[step];
      expect(after.live_class_booking.find((row) => row.id === id)).toMatchObject({ status: to });
      const events = after.booking_event.filter((event) => event.subject === "live_class_booking");
      expect(events.map(({ what }) => what)).toEqual(
        step === "reschedule" ? ["rescheduled", "created"] : [to],
      );
      expect(events[0]).toMatchObject({ subject_id: id, from_value: JSON.stringify({ status }) });
      expect(new Set(after.notification_outbox.map((row: Row) => row.user_id)).size).toBe(
        after.notification_outbox.length,
      );
    });
  });

  test.each(steps)("%s: not by another teacher, not by another student", async (step) => {
    const [status] = BOOKING_STEPS[step].from;
    for (const type of ["seat", "lesson"] as const)
      await inPassing(async (context) => {
        const id = await putInto(context, "live_class_booking", TYPES[type](status));
        const before = await contents(context.trx);
        const at = { ...context, now: NOW[step] as Instant };
        const strangers = [ACTORS.tina, ACTORS.ben, ...(STUDENTS_MAY.has(step) ? [] : [ACTORS.ana])];
        for (const actor of strangers)
          await expect(OPERATIONS[step]({ ...at, actor }, id)).rejects.toMatchObject({
            kind: "refused",
            code: "permission",
          });
        expect(await contents(context.trx)).toEqual(before);
      });
  });

  test.each(steps)("%s: a booking that is not there", async (step) => {
    await inPassing(async (context) => {
      await expect(OPERATIONS[step](context, 999)).rejects.toMatchObject({
        kind: "not_found",
        code: "no_such_booking",
      });
    });
  });

  test("moving to a session or slot that is not there", async () => {
    await inPassing(async (context) => {
      const id = await putInto(context, "live_class_booking", seatRow("ana"));
      const before = await contents(context.trx);
      const to = (place: Parameters<typeof rescheduleBooking>[1]["to"]) =>
        rescheduleBooking(context, { id, to: place });
      await expect(to({ session_id: 999 })).rejects.toMatchObject({ code: "no_such_session" });
      await expect(to({ slot_id: 999, date: null, course_id: null })).rejects.toMatchObject({
        code: "no_such_slot",
      });
      await expect(to({ slot_id: SLOTS.open, date: null, course_id: null })).rejects.toMatchObject({
        code: "no_course",
      });
      expect(await contents(context.trx)).toEqual(before);
    });
  });
});
