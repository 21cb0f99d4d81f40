/** SCENARIOS.md 13–17: seats, by number. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { ACTORS, type Bookable, KINDS, makeBookable, SESSIONS, SLOTS } from "../support/bookable.ts";
import { policyRow, refusal, seat, seatRow } from "../support/bookings.ts";
import { schoolDay } from "../support/school-day.ts";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  let day: ReturnType<typeof schoolDay>;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    day = schoolDay(school);
  });
  afterEach(() => school.remove());

  test("a full session without a queue: the refusal names what can be done", async () => {
    await day.book(seat("ana", "small"));
    await expect(day.book(seat("ben", "small"))).rejects.toMatchObject({
      code: "capacity",
      hint: "raise the capacity, `classbook session update ID --capacity N`, or cancel a booking",
    });
  });

  test("13: a double cancel gives one seat back, the second is refused", async () => {
    const { booking } = await day.book(seat("ana", "morning"));
    await day.book(seat("ben", "morning"));
    expect(await day.session("morning")).toMatchObject({ seats_taken: 2 });
    await day.cancel(booking!.id, { actor: ACTORS.ana });
    expect(await day.session("morning")).toMatchObject({ seats_taken: 1 });
    const again = { actor: ACTORS.ana };
    expect(await refusal(school, (c) => cancelBooking(c, { id: booking!.id }), again)).toBe("status");
    expect(await day.session("morning")).toMatchObject({ seats_taken: 1 });
  });

  test("14: cancelling a request leaves seats_taken", async () => {
    await school.put("teacher_booking_policy", policyRow({ requires_approval_for_group: true }));
    await school.put("live_class_booking", seatRow("ben"));
    const { booking, outcome } = await day.book(seat("ana", "morning"));
    expect(outcome).toBe("pending");
    expect(await day.session("morning")).toMatchObject({ seats_taken: 1 });
    await day.cancel(booking!.id);
    expect(await day.session("morning")).toMatchObject({ seats_taken: 1 });
  });

  test("15: more requests than seats are not all approved", async () => {
    const ids: number[] = [];
    for (const student of ["ana", "ben", "cleo", "dan"] as const)
      ids.push(await school.put("live_class_booking", seatRow(student, { status: "pending" })));
    for (const id of ids.slice(0, 3))
      expect(await day.approve(id, { actor: ACTORS.tom })).toMatchObject({ status: "confirmed" });
    await expect(day.approve(ids[3]!, { actor: ACTORS.tom })).rejects.toMatchObject({
      kind: "refused",
      code: "capacity",
    });
    expect(await day.session("morning")).toMatchObject({ seats_taken: 3, capacity: 3 });
  });

  test("16: book, cancel, book again: one row, and its history", async () => {
    const { booking } = await day.book(seat("ana", "morning"));
    const id = booking!.id;
    await day.cancel(id, { actor: ACTORS.ana });
    const again = await day.book(seat("ana", "morning", { seats: 2 }), { actor: ACTORS.ana });
    expect(again.booking).toMatchObject({
      id,
      status: "confirmed",
      seats_reserved: 2,
      cancelled_at: null,
      cancelled_by_id: null,
      cancel_reason: "",
    });
    const events = await day.told("live_class_booking", id);
    expect(events.map(({ what }) => what)).toEqual(["created", "cancelled", "rebooked"]);
    expect(JSON.parse(String(events[2]!.from_value))).toMatchObject({
      status: "cancelled",
      seats_reserved: 1,
      cancelled_by_id: 11,
      cancel_reason: "student",
    });
    expect((await day.all()).live_class_booking).toHaveLength(1);
  });

  test("17: A → B → A: the first row is taken up again, and both keep their history", async () => {
    const first = (await day.book(seat("ana", "morning"))).booking!.id;
    const second = (await day.move(first, { session_id: SESSIONS.queued }, { actor: ACTORS.ana })).booking;
    const third = await day.move(second.id, { session_id: SESSIONS.morning }, { actor: ACTORS.ana });
    expect(third).toMatchObject({
      from: { id: second.id, status: "rescheduled" },
      booking: { id: first, status: "confirmed" },
    });
    const words = async (id: number) => (await day.told("live_class_booking", id)).map(({ what }) => what);
    expect(await words(first)).toEqual(["created", "rescheduled", "rebooked"]);
    expect(await words(second.id)).toEqual(["created", "rescheduled"]);
    expect(await day.session("morning")).toMatchObject({ seats_taken: 1 });
    expect(await day.session("queued")).toMatchObject({ seats_taken: 0 });
  });

  test("17: the same with lessons", async () => {
    const once = { slot_id: SLOTS.once, date: null, course_id: null };
    const tuesday = { slot_id: SLOTS.tuesday, date: null, course_id: null };
    const terms = { student_user_id: 11, seats: 1, note: "", overrides: new Set<never>(), moved: null };
    const first = (await day.book({ ...terms, ...once })).booking!.id;
    const second = (await day.move(first, tuesday)).booking.id;
    expect((await day.move(second, once)).booking).toMatchObject({ id: first, status: "confirmed" });
    const slot = (await day.all()).teacher_availability.find(({ id }) => id === SLOTS.once)!;
    expect(Boolean(slot.is_active)).toBe(false);
  });
});
