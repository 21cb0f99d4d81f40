/** What the admin tells of an edit: what is so already, and all that is wrong, on both engines and in both layouts. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { adminOf } from "../support/admin-edit.ts";
import { type Bookable, KINDS, makeBookable, SESSIONS, SLOTS } from "../support/bookable.ts";
import { query } from "../support/databases.ts";
import { runHere } from "../support/run-here.ts";

describe.each(KINDS)("$engine, $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const { booked, full, edit, act, all, events } = adminOf(() => school);

  test("what is so already is unchanged", async () => {
    const twice = async (...asked: Parameters<typeof act>) => [
      (await act(...asked)).outcome,
      (await act(...asked)).outcome,
    ];
    expect(await twice("LiveClassSession", "close", SESSIONS.morning)).toEqual(["changed", "unchanged"]);
    expect(await twice("LiveClassSession", "reopen", SESSIONS.morning)).toEqual(["changed", "unchanged"]);
    const block = { reason: "holiday" };
    expect(await twice("TeacherAvailability", "block", SLOTS.tuesday, block)).toEqual([
      "changed",
      "unchanged",
    ]);
    expect((await act("TeacherAvailability", "block", SLOTS.tuesday, { reason: "ill" })).outcome).toBe(
      "changed",
    );
    expect(await twice("TeacherAvailability", "unblock", SLOTS.tuesday)).toEqual(["changed", "unchanged"]);
    expect(await events("teacher_availability", SLOTS.tuesday)).toHaveLength(3);
  });

  test("without a waitlist, who waits already is told of", async () => {
    const { bookings } = await full();
    const off = await edit("LiveClassSession", SESSIONS.queued, { enable_waitlist: false });
    expect(off.remarks).toEqual([
      "1 student already waiting keeps the place and gets a seat that frees; nobody new can wait",
    ]);
    expect((await edit("LiveClassSession", SESSIONS.queued, { title: "x" })).remarks).toEqual([]);
    await act("LiveClassBooking", "cancel", bookings[0]!);
    expect((await all()).session_waitlist).toMatchObject([{ status: "offered" }]);
  });

  test("all that is wrong is told at once, and of what", async () => {
    const wrong = { title: " ", duration_minutes: 10_081, course_id: 99, teacher_id: 98 };
    await expect(edit("LiveClassSession", SESSIONS.morning, wrong)).rejects.toMatchObject({
      kind: "usage",
      details: [
        "--title is empty",
        expect.stringMatching(/^a session of 10081 minutes: /),
        "there is no course 99",
        "there is no teacher 98",
      ],
    });
    await expect(edit("LiveClassSession", SESSIONS.morning, { course_id: 99 })).rejects.toMatchObject({
      code: "no_such_course",
    });
    await school.database.db
      .updateTable("teacher_availability")
      .set({ start_datetime: null })
      .where("id", "=", SLOTS.once)
      .execute();
    await expect(edit("TeacherAvailability", SLOTS.once, { course_id: 1 })).rejects.toMatchObject({
      message: `slot ${SLOTS.once}: its start_datetime or end_datetime is missing or unreadable`,
    });
    const id = await booked("ana", "morning");
    const off = { status: "cancelled", cancel_reason: "student" };
    await expect(edit("LiveClassBooking", id, { cancel_reason: "student" })).rejects.toMatchObject({
      message: "--cancel-reason goes with --status cancelled",
    });
    await edit("LiveClassBooking", id, off);
    expect((await edit("LiveClassBooking", id, off)).outcome).toBe("unchanged");
    await expect(edit("LiveClassBooking", id, { ...off, cancel_reason: "teacher" })).rejects.toMatchObject({
      message: `booking ${id} is cancelled already: its cancel_reason stays student`,
    });
  });

  // classbook's own tables take texts of any length.
  if (layout === "django")
    test("a text that the app's column does not take is refused on either engine", async () => {
      const title = "x".repeat(300);
      await expect(edit("LiveClassSession", SESSIONS.morning, { title })).rejects.toMatchObject({
        code: "bad_session",
        message: "title has 300 characters and takes 200",
      });
    });

  test("a whole number of the app's own is shown to its last digit", async () => {
    const name = school.database.layout.name("course");
    await query(school.place, `alter table "${name}" add column external_ref bigint`);
    await query(school.place, `update "${name}" set external_ref = 9007199254740993 where id = 1`);
    await query(school.place, `update "${name}" set external_ref = 42 where id = 2`);
    const { code, out } = await runHere([
      "admin",
      "Course",
      "show",
      "1",
      "2",
      "--json",
      "--db",
      school.place.address,
    ]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ external_ref: "9007199254740993" }, { external_ref: 42 }]);
  });
});
