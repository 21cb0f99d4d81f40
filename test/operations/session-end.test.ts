import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findBooking } from "../../src/db/booking.ts";
import { SESSION_STATUSES, SESSION_STEPS } from "../../src/domain/session.ts";
import { approveBooking } from "../../src/operations/approval.ts";
import { markAttendance } from "../../src/operations/attendance.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { describeSession } from "../../src/operations/session-details.ts";
import { cancelSession, completeSession } from "../../src/operations/session-end.ts";
import { updateSession } from "../../src/operations/session-update.ts";
import { passSeatsOn } from "../../src/operations/waitlist.ts";
import { ACTORS, type Bookable, KINDS, makeBookable, SESSIONS, STUDENTS } from "../support/bookable.ts";
import { violationsIn } from "../support/verified.ts";

const terms = { seats: 1, note: "", overrides: new Set<never>(), moved: null };
const { morning, queued, small } = SESSIONS;
/** The queued session ends Tue 2 Feb 2027 11:00 UTC. */
const OVER = "2027-02-02 11:00:00";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const book = async (student: keyof typeof STUDENTS, session: number = queued) => {
    const student_user_id = STUDENTS[student];
    const { booking } = await school.run((c) =>
      createBooking(c, { ...terms, session_id: session, student_user_id }),
    );
    return booking?.id ?? 0;
  };
  const show = (id: number) => school.look((c) => describeSession(c, id));
  const booking = async (id: number) => (await findBooking(school.database, school.database.db, id))!;
  const told = async (kind: string) =>
    (
      await school.database.db
        .selectFrom("notification_outbox")
        .select("user_id")
        .where("kind", "=", kind)
        .orderBy("id")
        .execute()
    ).map(({ user_id }) => user_id);
  const eventsOf = async (id: number) =>
    school.database.db
      .selectFrom("booking_event")
      .select(["what", "actor", "reason"])
      .where("subject", "=", "live_class_booking")
      .where("subject_id", "=", id)
      .orderBy("id")
      .execute();
  const requestSeat = async (student: keyof typeof STUDENTS) => {
    await school.database.db.deleteFrom("teacher_booking_policy").execute();
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
    return book(student);
  };

  test("updated_at tells when a status changed, whichever operation changed it", async () => {
    const changedAt = async (id: number) => {
      const { rows } = await sql<{
        at: string;
      }>`select ${engine === "sqlite" ? sql`updated_at` : sql`to_char(updated_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')`} as at
        from ${sql.table("live_class_session")} where id = ${id}`.execute(school.database.db);
      return rows[0]!.at;
    };
    const [first, second, third] = ["2027-01-20 10:00:00", "2027-01-21 10:00:00", OVER];
    await school.run((c) => updateSession(c, { id: small, enable_waitlist: false, capacity: 1 }));
    await school.run(
      (c) => createBooking(c, { ...terms, session_id: small, student_user_id: STUDENTS.ana }),
      { now: first },
    );
    expect((await show(small)).status).toBe("booking_closed");
    expect(await changedAt(small)).toBe(first);
    await school.run((c) => cancelSession(c, { id: small }), { now: second });
    expect(await changedAt(small)).toBe(second);
    await school.run((c) => completeSession(c, { id: queued }), { now: third });
    expect(await changedAt(queued)).toBe(third);
  });

  test("scenario 10: a cancelled session cancels its bookings, ends its queue and offers nothing", async () => {
    const confirmed = await book("ana");
    const pending = await requestSeat("ben");
    await book("cleo");
    await book("dan");
    const { session, cancelled, expired } = await school.run(
      (c) => cancelSession(c, { id: queued, note: "the teacher is ill" }),
      { actor: ACTORS.tom },
    );
    expect({ status: session.status, cancelled, expired }).toEqual({
      status: "cancelled",
      cancelled: 2,
      expired: 2,
    });
    expect(session).toMatchObject({ taken: 0, seats_taken: 0, pending: 0, offers: 0, waiting: 0 });
    for (const id of [confirmed, pending])
      expect(await booking(id)).toMatchObject({
        status: "cancelled",
        cancel_reason: "teacher",
        cancelled_by_id: 2,
        cancelled_at: "2026-11-20 09:00:00",
        teacher_note: "the teacher is ill",
      });
    expect((await eventsOf(pending)).at(-1)).toMatchObject({
      what: "cancelled",
      actor: "tom (user 2)",
      reason: "the teacher is ill",
    });
    expect(await told("session_cancelled")).toEqual([STUDENTS.ana, STUDENTS.ben]);
    expect(await told("waitlist_expired")).toEqual([STUDENTS.cleo, STUDENTS.dan]);
    await school.run((c) => passSeatsOn(c, queued, 2));
    expect(await told("waitlist_offered")).toEqual([]);
    expect(await violationsIn(school, ["seats_taken"])).toEqual([]);
  });

  test("who cancels gives the reason, unless one is named", async () => {
    const [one, other] = [await book("ana", morning), await book("ana")];
    await school.run((c) => cancelSession(c, { id: morning }));
    await school.run((c) => cancelSession(c, { id: queued, cancel_reason: "emergency" }));
    expect(await booking(one)).toMatchObject({ cancel_reason: "admin", cancelled_by_id: null });
    expect(await booking(other)).toMatchObject({ cancel_reason: "emergency" });
    expect(await told("session_cancelled")).toEqual([STUDENTS.ana, 2, STUDENTS.ana, 2]);
  });

  test("a second cancellation is refused, and so is everybody else's", async () => {
    for (const actor of [ACTORS.tina, ACTORS.ana])
      await expect(school.run((c) => cancelSession(c, { id: morning }), { actor })).rejects.toMatchObject({
        kind: "refused",
        code: "permission",
      });
    await school.run((c) => cancelSession(c, { id: morning }), { actor: ACTORS.paula });
    await expect(school.run((c) => cancelSession(c, { id: morning }))).rejects.toMatchObject({
      code: "status",
    });
    await expect(book("ana", morning)).rejects.toMatchObject({ code: "session-open" });
    await expect(school.run((c) => cancelSession(c, { id: 99 }))).rejects.toMatchObject({
      kind: "not_found",
    });
  });

  test("two who cancel at once: one does, the other is refused", async () => {
    await book("ana", morning);
    const both = await Promise.allSettled(
      [1, 2].map(() => school.run((c) => cancelSession(c, { id: morning }))),
    );
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(both.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "status" } });
    expect(await told("session_cancelled")).toEqual([STUDENTS.ana, 2]);
  });

  test("seats are not taken away while they are booked", async () => {
    const smaller = school.run((c) => updateSession(c, { id: morning, capacity: 1 }));
    const all = await Promise.allSettled([
      smaller,
      ...(["ana", "ben", "cleo"] as const).map((s) => book(s, morning)),
    ]);
    const { open, taken } = await show(morning);
    expect(open).toBeGreaterThanOrEqual(0);
    expect(all.filter(({ status }) => status === "fulfilled").length).toBe(taken + (taken > 1 ? 0 : 1));
  });

  test("a session is completed from its end on, and staff may do it earlier", async () => {
    const complete = (
      now: string,
      who: { actor?: (typeof ACTORS)[keyof typeof ACTORS] } = {},
      early = false,
    ) =>
      school.run(
        (c) =>
          completeSession(c, { id: queued, overrides: new Set(early ? ["attendance-time" as const] : []) }),
        { ...who, now },
      );
    await expect(complete("2027-02-02 10:59:59")).rejects.toMatchObject({ code: "attendance-time" });
    await expect(complete("2027-02-02 10:30:00", { actor: ACTORS.tom }, true)).rejects.toMatchObject({
      code: "permission",
    });
    await expect(complete(OVER, { actor: ACTORS.tina })).rejects.toMatchObject({ code: "permission" });
    expect((await complete(OVER, { actor: ACTORS.tom })).session.status).toBe("completed");
    await expect(complete(OVER)).rejects.toMatchObject({ code: "status" });
  });

  test("staff complete a session before its end, on the record", async () => {
    const overrides = new Set(["attendance-time"] as const);
    const { rules } = await school.run((c) => completeSession(c, { id: queued, overrides }), {
      actor: ACTORS.paula,
    });
    expect(rules).toMatchObject([{ rule: "attendance-time", outcome: "overridden" }]);
    const event = await school.database.db
      .selectFrom("booking_event")
      .select(["what", "overridden"])
      .where("subject", "=", "live_class_session")
      .executeTakeFirstOrThrow();
    expect(event).toEqual({ what: "completed", overridden: "attendance-time" });
  });

  test.each([
    ["attended", "attended", 1],
    ["no_show", "no_show", 0],
    ["leave", "confirmed", 1],
  ] as const)("unmarked bookings: %s", async (unmarked, status, taken) => {
    await school.run((c) => updateSession(c, { id: queued, capacity: 3 }));
    const [came, left] = [await book("ana"), await book("ben")];
    const request = await requestSeat("cleo");
    await book("dan"); // Waits.
    await school.run((c) => markAttendance(c, { id: came, attended: true }), { now: OVER });
    const done = await school.run((c) => completeSession(c, { id: queued, unmarked }), { now: OVER });
    expect(done).toMatchObject({
      marked: unmarked === "leave" ? 0 : 1,
      left: unmarked === "leave" ? 1 : 0,
      declined: 1,
      expired: 1,
    });
    expect(await booking(came)).toMatchObject({ status: "attended" });
    expect(await booking(left)).toMatchObject({ status });
    expect(await booking(request)).toMatchObject({ status: "declined", decision_at: OVER });
    expect(await told("booking_declined")).toEqual([STUDENTS.cleo]);
    expect(await show(queued)).toMatchObject({ status: "completed", seats_taken: 1 + taken, queue: [] });
    await expect(school.run((c) => approveBooking(c, { id: request }))).rejects.toMatchObject({
      code: "status",
    });
    expect(await violationsIn(school, ["seats_taken"])).toEqual([]);
  });

  test("every step that the table allows works, every other is refused", async () => {
    for (const from of SESSION_STATUSES)
      for (const to of ["scheduled", "booking_closed", "live", "completed", "cancelled"] as const) {
        if (from === to) continue;
        await school.database.db
          .updateTable("live_class_session")
          .set({ status: from })
          .where("id", "=", morning)
          .execute();
        const step = school.run(
          async (c) => {
            if (to === "completed") await completeSession(c, { id: morning });
            else if (to === "cancelled") await cancelSession(c, { id: morning });
            else await updateSession(c, { id: morning, status: to });
          },
          { now: OVER },
        );
        if (SESSION_STEPS[from].includes(to)) await step;
        else await expect(step, `${from} → ${to}`).rejects.toMatchObject({ code: "status" });
      }
  });
});
