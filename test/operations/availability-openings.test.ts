/** Openings are what `booking check` does not refuse: by hand, and in random schools. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addMinutes, type Instant } from "../../src/domain/instant.ts";
import { failures } from "../../src/domain/rules.ts";
import { blockSlot } from "../../src/operations/availability.ts";
import { listOpenings, type OpeningsAsked } from "../../src/operations/availability-openings.ts";
import { assessLesson } from "../../src/operations/booking-lesson.ts";
import { type Context, operate } from "../../src/operations/context.ts";
import {
  type Bookable,
  COURSES,
  KINDS,
  makeBookable,
  SLOTS,
  STUDENTS,
  TEACHERS,
  TODAY,
} from "../support/bookable.ts";
import { putWorld, type SlotWorld, slotWorlds } from "../support/slot-worlds.ts";

const WINDOW = { from: "2026-11-19 00:00:00" as Instant, until: "2026-12-05 00:00:00" as Instant };
const asking = (asked: Partial<OpeningsAsked>): OpeningsAsked => ({
  teacher_id: null,
  course_id: null,
  student_user_id: null,
  from: TODAY,
  until: addMinutes(TODAY, 14 * 24 * 60),
  all: false,
  limit: null,
  ...asked,
});

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  test("an opening can be booked where booking check does not refuse it, for the same reasons, in random schools", async () => {
    let [yes, no] = [0, 0];
    const compare = (world: SlotWorld) => async (context: Context) => {
      await putWorld(context, world, layout === "django");
      for (const teacher_id of [1, 2]) {
        const asked = asking({
          ...WINDOW,
          teacher_id,
          student_user_id: world.student,
          course_id: world.course,
        });
        const judged = await listOpenings(context, { ...asked, all: true });
        expect(await listOpenings(context, asked)).toEqual(judged.filter(({ bookable }) => bookable));
        for (const opening of judged) {
          if (opening.course_id === null) continue; // A course must be named to book it.
          const { rules, outcome, draft } = await assessLesson(context, {
            slot_id: opening.slot_id,
            date: opening.local_date,
            course_id: opening.course_id,
            student_user_id: world.student,
            seats: 1,
            note: "",
            overrides: new Set(),
            moved: null,
          });
          const failed = failures(rules);
          expect(opening).toMatchObject({
            start_at_utc: draft.start_at_utc,
            end_at_utc: draft.end_at_utc,
            bookable: outcome !== "refused",
            rules: failed.map(({ rule }) => rule),
            why: failed.map(({ rule, why }) => `${why} (${rule})`).join("; "),
          });
          if (opening.bookable) yes += 1;
          else no += 1;
        }
      }
    };
    await fc.assert(
      fc.asyncProperty(slotWorlds, (world) =>
        operate(
          school.database,
          { now: TODAY, actor: world.actor, offerHours: 24, rehearse: true },
          compare(world),
        ),
      ),
      { numRuns: engine === "sqlite" ? 60 : 25 },
    );
    expect([yes > 10, no > 10]).toEqual([true, true]);
  });

  test("slots of a course are those for it, and those for all courses of who teaches it", async () => {
    const slotsFor = async (asked: Partial<OpeningsAsked>) => {
      const found = await school.look((c) => listOpenings(c, asking(asked)));
      return found.map(({ slot_id, course_id, local_date }) => [slot_id, course_id, local_date]);
    };
    expect(await slotsFor({ course_id: COURSES.talk })).toEqual([
      [SLOTS.tuesday, COURSES.talk, "2026-11-24"],
      [SLOTS.tuesday, COURSES.talk, "2026-12-01"],
    ]);
    expect(await slotsFor({ course_id: COURSES.talk, limit: 1 })).toHaveLength(1);
    // Nobody knows yet what tina teaches: her slot is there for whichever course.
    expect(await slotsFor({ teacher_id: TEACHERS.tina })).toEqual([
      [SLOTS.open, null, "2026-11-26"],
      [SLOTS.open, null, "2026-12-03"],
    ]);
    expect(await slotsFor({ course_id: COURSES.club })).toEqual([]);
    for (const course_id of [COURSES.spanish, COURSES.club])
      await school.put("course_teacher", {
        course_id,
        teacher_id: layout === "django" ? 3 : TEACHERS.tina,
        requires_booking_approval: null,
      });
    expect(await slotsFor({ course_id: COURSES.club, limit: 1 })).toEqual([
      [SLOTS.open, COURSES.club, "2026-11-26"],
    ]);
    // Spanish takes no lessons: the slot is for Club.
    expect(await slotsFor({ teacher_id: TEACHERS.tina, limit: 1 })).toEqual([
      [SLOTS.open, COURSES.club, "2026-11-26"],
    ]);
    expect(await slotsFor({ course_id: COURSES.spanish })).toEqual([]);
  });

  test("what cannot be booked is shown with its reasons only when all is asked for", async () => {
    await school.run((c) => blockSlot(c, { id: SLOTS.tuesday, reason: "ill" }));
    const asked = asking({ teacher_id: TEACHERS.tom, student_user_id: STUDENTS.hal });
    expect(await school.look((c) => listOpenings(c, asked))).toEqual([]);
    const [first] = await school.look((c) => listOpenings(c, { ...asked, all: true }));
    expect(first).toEqual({
      slot_id: SLOTS.tuesday,
      teacher_id: TEACHERS.tom,
      teacher: "tom",
      course_id: COURSES.talk,
      start_at_utc: "2026-11-24 16:00:00",
      end_at_utc: "2026-11-24 17:00:00",
      bookable: false,
      rules: ["enrollment", "availability"],
      why: "hal is not enrolled in Talk (enrollment); slot 1 is blocked: ill (availability)",
      local_date: "2026-11-24",
    });
  });

  test.each<[Partial<OpeningsAsked>, object]>([
    [{}, { kind: "usage", code: "no_teacher_or_course" }],
    [
      { teacher_id: 1, until: TODAY },
      { kind: "usage", code: "bad_window" },
    ],
    [
      { teacher_id: 1, until: "2028-11-20 09:00:00" as Instant },
      { kind: "usage", code: "bad_window" },
    ],
    [{ course_id: 99 }, { kind: "not_found", code: "no_such_course" }],
    [
      { teacher_id: 1, student_user_id: 99 },
      { kind: "not_found", code: "no_such_user" },
    ],
  ])("%j is refused", async (asked, error) => {
    await expect(school.look((c) => listOpenings(c, asking(asked)))).rejects.toMatchObject(error);
  });
});
