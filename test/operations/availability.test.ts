/** Slots made, blocked, unblocked and deleted. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ALL_EVENTS, listEvents } from "../../src/db/audit.ts";
import { ALL_SLOTS } from "../../src/db/availability-list.ts";
import type { DraftWhen } from "../../src/domain/availability-draft.ts";
import { type Instant, type LocalDate, parseTimeOfDay } from "../../src/domain/instant.ts";
import {
  blockSlot,
  createSlot,
  deleteSlot,
  type NewSlotRequest,
  unblockSlot,
  viewSlots,
} from "../../src/operations/availability.ts";
import { createBooking } from "../../src/operations/booking.ts";
import {
  ACTORS,
  type Bookable,
  COURSES,
  KINDS,
  makeBookable,
  SLOTS,
  STUDENTS,
  TEACHERS,
} from "../support/bookable.ts";
import { query } from "../support/databases.ts";

const weekly = (weekday: number, start: string, end: string, until: string | null = null): DraftWhen => ({
  slot_type: "recurring",
  weekday,
  startsAt: parseTimeOfDay(start),
  endsAt: parseTimeOfDay(end),
  from: null,
  until: until as LocalDate | null,
});

const once = (start: string, end: string): DraftWhen => ({
  slot_type: "one_time",
  start: start as Instant,
  end: end as Instant,
});

const toms = (when: DraftWhen, more: Partial<NewSlotRequest> = {}): NewSlotRequest => ({
  teacher_id: TEACHERS.tom,
  course_id: null,
  timezone: "Europe/Madrid",
  when,
  ...more,
});

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const events = (id: number) =>
    listEvents(school.database, { ...ALL_EVENTS, subject: "teacher_availability", subject_id: id });
  const stored = async (id: number) => {
    const table = school.database.layout.name("teacher_availability");
    const columns = ["start_time", "end_time", "valid_until", "start_datetime", "end_datetime"];
    const text = columns.map((column) => `cast(${column} as text) as ${column}`).join(", ");
    return (await query(school.place, `select ${text} from "${table}" where id = ${id}`))[0];
  };
  const book = (slot: number) =>
    school.run((c) =>
      createBooking(c, {
        seats: 1,
        note: "",
        overrides: new Set(),
        moved: null,
        slot_id: slot,
        date: null,
        course_id: null,
        student_user_id: STUDENTS.ana,
      }),
    );

  test("a weekly and a single slot are kept in the layout's own form, and listed with their next time", async () => {
    const made = await school.run((c) => createSlot(c, toms(weekly(4, "23:30", "00:30", "2027-06-30"))), {
      actor: ACTORS.tom,
    });
    expect(made).toMatchObject({
      teacher: "tom",
      course: null,
      day_of_week: 4,
      is_active: true,
      is_blocked: false,
      next_start_at: "2026-11-20 22:30:00",
      problem: null,
    });
    expect(await stored(made.id)).toEqual({
      start_time: "23:30:00",
      end_time: "00:30:00",
      valid_until: "2027-06-30",
      start_datetime: null,
      end_datetime: null,
    });
    const single = await school.run((c) =>
      createSlot(c, toms(once("2026-12-01 10:00:00", "2026-12-01 10:45:00"), { course_id: COURSES.talk })),
    );
    expect(single).toMatchObject({ course: "Talk", day_of_week: null, next_start_at: "2026-12-01 10:00:00" });
    const offset =
      engine === "postgres" && layout === "django" ? /^2026-12-01 10:00:00\+/ : /^2026-12-01 10:00:00$/;
    expect((await stored(single.id))!.start_datetime).toMatch(offset);
    expect(await events(made.id)).toMatchObject([
      {
        what: "created",
        actor: "tom (user 2)",
        to_value: { day_of_week: 4, start_time: "23:30:00" },
        overridden: null,
      },
    ]);
    const ids = async (filter: Partial<typeof ALL_SLOTS>) =>
      (await school.look((c) => viewSlots(c, { ...ALL_SLOTS, ...filter }))).map(({ id }) => id);
    expect(await ids({})).toEqual([1, 2, 3, made.id, single.id]);
    expect(await ids({ teacher: TEACHERS.tom, type: "one_time" })).toEqual([SLOTS.once, single.id]);
    expect(await ids({ course: COURSES.talk, limit: 2 })).toEqual([SLOTS.tuesday, SLOTS.once]);
  });

  test("a slot beside another at the same time is refused, until that is set aside", async () => {
    const beside = toms(weekly(1, "17:30", "18:30"));
    await expect(school.run((c) => createSlot(c, beside))).rejects.toMatchObject({
      kind: "refused",
      code: "slot-overlap",
      message: "teacher 1 has slot 1 (Tue 24 Nov 2026 17:30–18:30 Europe/Madrid) at the same time",
    });
    // A time of another clock that meets only in some weeks of the year is found, too.
    await expect(
      school.run((c) =>
        createSlot(c, { ...toms(weekly(1, "12:30", "13:00")), timezone: "America/New_York" }),
      ),
    ).rejects.toMatchObject({ code: "slot-overlap" });
    await expect(
      school.run((c) => createSlot(c, toms(once("2027-02-03 16:59:00", "2027-02-03 18:00:00")))),
    ).rejects.toMatchObject({ details: { slots: [SLOTS.once] } });
    const made = await school.run((c) => createSlot(c, { ...beside, overrides: new Set(["slot-overlap"]) }));
    expect(await events(made.id)).toMatchObject([{ overridden: "slot-overlap" }]);
    // Next to it, before its validity, and where it is not active is no overlap.
    await school.run((c) => createSlot(c, toms(weekly(1, "18:30", "19:00"))));
    await school.put("teacher_availability", {
      teacher_id: 1,
      slot_type: "recurring",
      day_of_week: 6,
      start_time: "09:00:00",
      end_time: "10:00:00",
      timezone: "Europe/Madrid",
      is_active: false,
      is_blocked: false,
      blocked_reason: "",
    });
    await school.run((c) => createSlot(c, toms(weekly(6, "09:00", "10:00"))));
  });

  test("what is wrong with a slot is told at once, and changes nothing", async () => {
    const wrong = toms(once("2026-11-20 08:00:00", "2026-11-20 07:00:00"), { timezone: "Madrid" });
    await expect(school.run((c) => createSlot(c, wrong))).rejects.toMatchObject({
      kind: "usage",
      code: "bad_slot",
      details: [
        expect.stringContaining("Madrid"),
        expect.stringContaining("not in the future"),
        expect.stringContaining("not after the start"),
      ],
    });
    const nobodys = (more: Partial<NewSlotRequest>) =>
      school.run((c) => createSlot(c, toms(weekly(2, "09:00", "10:00"), more)));
    await expect(nobodys({ teacher_id: 99 })).rejects.toMatchObject({ code: "no_such_teacher" });
    await expect(nobodys({ course_id: 99 })).rejects.toMatchObject({ code: "no_such_course" });
    expect(await school.look((c) => viewSlots(c, ALL_SLOTS))).toHaveLength(3);
  });

  test("blocking takes a slot out of the offer, and its lessons stay", async () => {
    const { booking } = await book(SLOTS.tuesday);
    const blocked = await school.run((c) => blockSlot(c, { id: SLOTS.tuesday, reason: "on holiday" }), {
      actor: ACTORS.tom,
    });
    expect(blocked).toMatchObject({
      is_blocked: true,
      blocked_reason: "on holiday",
      future_lessons: [booking!.id],
    });
    await expect(book(SLOTS.tuesday)).rejects.toMatchObject({ kind: "refused" });
    await expect(
      school.run((c) => blockSlot(c, { id: SLOTS.tuesday, reason: "on holiday" })),
    ).rejects.toMatchObject({ code: "status" });
    await school.run((c) => blockSlot(c, { id: SLOTS.tuesday, reason: "ill" }));
    await expect(
      school.run((c) => blockSlot(c, { id: SLOTS.once, reason: "x".repeat(201) })),
    ).rejects.toMatchObject({ code: "bad_reason" });
    expect(await school.run((c) => unblockSlot(c, { id: SLOTS.tuesday }))).toMatchObject({
      is_blocked: false,
      blocked_reason: "",
    });
    await expect(school.run((c) => unblockSlot(c, { id: SLOTS.tuesday }))).rejects.toMatchObject({
      code: "status",
    });
    expect(await events(SLOTS.tuesday)).toMatchObject([
      {
        what: "blocked",
        from_value: { is_blocked: false },
        to_value: { is_blocked: true },
        reason: "on holiday",
      },
      { what: "blocked", from_value: { blocked_reason: "on holiday" }, to_value: { blocked_reason: "ill" } },
      { what: "unblocked", from_value: { blocked_reason: "ill" }, to_value: { is_blocked: false } },
    ]);
  });

  test("staff and the slot's teacher may, others may not", async () => {
    const id = SLOTS.tuesday;
    for (const actor of [ACTORS.tina, ACTORS.ana]) {
      for (const work of [
        () => school.run((c) => blockSlot(c, { id, reason: "" }), { actor }),
        () => school.run((c) => unblockSlot(c, { id }), { actor }),
        () => school.run((c) => deleteSlot(c, { id }), { actor }),
        () => school.run((c) => createSlot(c, toms(weekly(2, "09:00", "10:00"))), { actor }),
      ])
        await expect(work()).rejects.toMatchObject({ kind: "refused", code: "permission" });
    }
    await school.run((c) => blockSlot(c, { id, reason: "" }), { actor: ACTORS.paula });
    await expect(school.run((c) => blockSlot(c, { id: 99, reason: "" }))).rejects.toMatchObject({
      kind: "not_found",
      code: "no_such_slot",
    });
  });

  test("a slot is deleted with its lessons left, but not while a legacy lesson names it", async () => {
    const { booking } = await book(SLOTS.tuesday);
    const deleted = await school.run((c) => deleteSlot(c, { id: SLOTS.tuesday }));
    expect(deleted).toMatchObject({ id: SLOTS.tuesday, future_lessons: [booking!.id] });
    expect(await events(SLOTS.tuesday)).toMatchObject([
      { what: "deleted", from_value: { id: 1, day_of_week: 1, start_time: "17:00:00" }, to_value: null },
    ]);
    await school.put("one_on_one_booking", {
      booking_id: randomUUID().replaceAll("-", ""),
      user_id: STUDENTS.ben,
      availability_slot_id: SLOTS.once,
      status: "cancelled",
      booked_at: "2026-01-01 00:00:00",
    });
    await expect(school.run((c) => deleteSlot(c, { id: SLOTS.once }))).rejects.toMatchObject({
      kind: "refused",
      code: "in-use",
      details: { legacy_lessons: 1 },
      hint: expect.stringContaining("slot block 2"),
    });
    const left = await school.look((c) => viewSlots(c, ALL_SLOTS));
    expect(left.map(({ id }) => id)).toEqual([SLOTS.once, SLOTS.open]);
  });
});
