import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CancelReason } from "../../src/domain/booking.ts";
import { approveBooking, declineBooking } from "../../src/operations/approval.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { rescheduleBooking } from "../../src/operations/reschedule.ts";
import {
  ACTORS,
  type Bookable,
  KINDS,
  makeBookable,
  SESSIONS,
  SLOTS,
  STUDENTS,
} from "../support/bookable.ts";

const terms = { seats: 1, note: "", overrides: new Set<never>(), moved: null };

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const book = (student: keyof typeof STUDENTS, session: keyof typeof SESSIONS) =>
    school.run((c) =>
      createBooking(c, { ...terms, session_id: SESSIONS[session], student_user_id: STUDENTS[student] }),
    );

  test("a seat, cancelled and booked again, keeps its row", async () => {
    const first = await book("ana", "morning");
    expect(first).toMatchObject({
      outcome: "confirmed",
      booking: { status: "confirmed", seats_reserved: 1 },
    });
    await expect(book("ana", "morning")).rejects.toMatchObject({ kind: "refused", code: "duplicate" });
    const id = first.booking!.id;
    await school.run((c) => cancelBooking(c, { id }), { actor: ACTORS.ana });
    await expect(school.run((c) => cancelBooking(c, { id }))).rejects.toMatchObject({ code: "status" });
    expect((await book("ana", "morning")).booking).toMatchObject({
      id,
      status: "confirmed",
      cancel_reason: "",
    });
  });

  test("nobody cancels in the name of those who may do more", async () => {
    const { booking } = await book("ana", "morning");
    const cancel = (actor: keyof typeof ACTORS, cancel_reason: CancelReason) =>
      school.run((c) => cancelBooking(c, { id: booking!.id, cancel_reason }), { actor: ACTORS[actor] });
    await expect(cancel("ana", "admin")).rejects.toMatchObject({ code: "permission" });
    await expect(cancel("ana", "teacher")).rejects.toMatchObject({ code: "permission" });
    await expect(cancel("tom", "system")).rejects.toMatchObject({ code: "permission" });
    expect(await cancel("tom", "student")).toMatchObject({ status: "cancelled", cancel_reason: "student" });
  });

  test("a full session closes and opens again", async () => {
    const { booking } = await book("ana", "small");
    await expect(book("ben", "small")).rejects.toMatchObject({ code: "capacity" });
    await school.run((c) => cancelBooking(c, { id: booking!.id }));
    expect(await book("ben", "small")).toMatchObject({ outcome: "confirmed" });
  });

  test("who comes to a full session with a waitlist waits, and gets the seat that frees", async () => {
    const { booking } = await book("ana", "queued");
    await book("ben", "queued");
    expect(await book("cleo", "queued")).toMatchObject({ outcome: "waitlisted", waitlist: { position: 1 } });
    await school.run((c) => cancelBooking(c, { id: booking!.id }));
    expect(await book("dan", "queued")).toMatchObject({ outcome: "waitlisted", waitlist: { position: 1 } });
    expect(await book("cleo", "queued")).toMatchObject({ outcome: "confirmed" });
  });

  test("a lesson takes its slot, and a second student is refused", async () => {
    const lesson = (student: number) =>
      school.run((c) =>
        createBooking(c, {
          ...terms,
          slot_id: SLOTS.once,
          date: null,
          course_id: null,
          student_user_id: student,
        }),
      );
    const { booking } = await lesson(STUDENTS.ana);
    expect(booking).toMatchObject({
      start_at_utc: "2027-02-03 16:00:00",
      status: "confirmed",
      session_id: null,
    });
    await expect(lesson(STUDENTS.ben)).rejects.toMatchObject({ code: "teacher-overlap" });
    const moved = await school.run((c) =>
      rescheduleBooking(c, { id: booking!.id, to: { slot_id: SLOTS.tuesday, date: null, course_id: null } }),
    );
    expect(moved.booking).toMatchObject({ start_at_utc: "2026-11-24 16:00:00" });
    expect(await lesson(STUDENTS.ben)).toMatchObject({ outcome: "confirmed" });
  });

  test("a request is approved or declined by its teacher only", async () => {
    await school.put("teacher_booking_policy", {
      teacher_id: 1,
      course_id: null,
      requires_approval_for_one_on_one: false,
      requires_approval_for_group: true,
      min_notice_hours: 0,
      cancel_window_hours: 0,
      buffer_before_minutes: 0,
      buffer_after_minutes: 0,
      max_bookings_per_day: null,
    });
    const { booking, outcome } = await book("ana", "morning");
    expect(outcome).toBe("pending");
    const id = booking!.id;
    await expect(school.run((c) => approveBooking(c, { id }), { actor: ACTORS.tina })).rejects.toMatchObject({
      code: "permission",
    });
    expect(await school.run((c) => approveBooking(c, { id }), { actor: ACTORS.tom })).toMatchObject({
      status: "confirmed",
      decided_by_id: 2,
    });
    const other = (await book("ben", "morning")).booking!.id;
    expect(await school.run((c) => declineBooking(c, { id: other, reason: "too late" }))).toMatchObject({
      status: "declined",
      teacher_note: "too late",
    });
  });
});
