import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readSetting, writeSetting } from "../../src/db/legacy-run.ts";
import { ALL_SESSIONS, listSessions, viewSession } from "../../src/db/session-list.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { approveBooking } from "../../src/operations/approval.ts";
import { createBooking } from "../../src/operations/booking.ts";
import type { Context } from "../../src/operations/context.ts";
import { createSession, type NewSession } from "../../src/operations/session.ts";
import { describeSession, getSession, listSessionRoster } from "../../src/operations/session-details.ts";
import {
  ACTORS,
  type Bookable,
  COURSES,
  KINDS,
  makeBookable,
  SESSIONS,
  STUDENTS,
  TEACHERS,
  TODAY,
} from "../support/bookable.ts";

const terms = { seats: 1, note: "", overrides: new Set<never>(), moved: null };
const clock = { now: TODAY, offerHours: 24 };

const asked = (start: string, more: Partial<NewSession> = {}): NewSession => ({
  course_id: COURSES.spanish,
  teacher_id: TEACHERS.tom,
  title: null,
  description: "",
  start_at_utc: start as Instant,
  duration_minutes: 90,
  capacity: 4,
  enable_waitlist: false,
  meeting_provider: "zoom",
  meeting_link: "https://meet.example/x",
  meeting_id: "",
  meeting_passcode: "",
  status: "scheduled",
  overrides: new Set(),
  ...more,
});

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const book = (student: keyof typeof STUDENTS, session: number, seats = 1) =>
    school.run((c) =>
      createBooking(c, { ...terms, seats, session_id: session, student_user_id: STUDENTS[student] }),
    );
  const stored = (id: number) =>
    school.database.db
      .selectFrom("live_class_session")
      .select(["scheduled_start", "total_seats", "max_attendees", "seats_taken"])
      .where("id", "=", id)
      .executeTakeFirstOrThrow();

  test("the way into the meeting is for those who run it, and a student sees of the queue their own place", async () => {
    for (const student of ["ana", "ben", "cleo", "dan"] as const) await book(student, SESSIONS.queued);
    const seen = (actor: keyof typeof ACTORS) =>
      school.look((c) => describeSession(c, SESSIONS.queued), { actor: ACTORS[actor] });
    expect((await seen("tom")).queue.map(({ student }) => student)).toEqual(["cleo", "dan"]);
    expect((await seen("cleo")).queue).toMatchObject([{ student: "cleo", position: 1 }]);
    expect((await seen("ana")).queue).toEqual([]);
    expect(await seen("tina")).toMatchObject({ meeting_link: "", meeting_passcode: "", queue: [] });
  });

  test("a session has its end, its zone, its seats in every column, and can be booked", async () => {
    const { session } = await school.run((c) => createSession(c, asked("2027-02-04 09:00:00")));
    expect(session).toMatchObject({
      title: "Spanish A2",
      status: "scheduled",
      start_at_utc: "2027-02-04 09:00:00",
      end_at_utc: "2027-02-04 10:30:00",
      scheduled_start: "2027-02-04 09:00:00",
      scheduled_end: "2027-02-04 10:30:00",
      duration_minutes: 90,
      timezone_snapshot: "Europe/Madrid",
      meeting_link: "https://meet.example/x",
      capacity: 4,
      total_seats: 4,
      seats_taken: 0,
      open: 4,
      created_at: TODAY,
      teacher: "tom",
    });
    expect(await stored(session.id)).toMatchObject({ total_seats: 4, max_attendees: 4, seats_taken: 0 });
    expect(await book("ana", session.id)).toMatchObject({ outcome: "confirmed" });
    const events = await school.database.db
      .selectFrom("booking_event")
      .select(["what", "subject_id"])
      .where("subject", "=", "live_class_session")
      .execute();
    expect(events).toEqual([{ what: "created", subject_id: session.id }]);
  });

  test("the teacher's other session is in the way, and staff may set that aside", async () => {
    const clash = asked("2027-02-01 10:30:00");
    await expect(school.run((c) => createSession(c, clash))).rejects.toMatchObject({
      kind: "refused",
      code: "teacher-overlap",
      message: expect.stringContaining("session 1"),
    });
    const overrides = new Set(["teacher-overlap"] as const);
    await expect(
      school.run((c) => createSession(c, { ...clash, overrides }), { actor: ACTORS.tom }),
    ).rejects.toMatchObject({ code: "permission" });
    const { rules } = await school.run((c) => createSession(c, { ...clash, overrides }), {
      actor: ACTORS.paula,
    });
    expect(rules).toMatchObject([{ rule: "teacher-overlap", outcome: "overridden" }]);
  });

  test("a draft takes nobody's time and no bookings", async () => {
    const { session } = await school.run((c) =>
      createSession(c, asked("2027-02-01 10:30:00", { status: "draft" })),
    );
    expect(session.status).toBe("draft");
    await expect(book("ana", session.id)).rejects.toMatchObject({ code: "session-open" });
  });

  test("staff plan for everybody, teachers for themselves, and only staff in the past", async () => {
    const at = asked("2027-02-04 09:00:00");
    for (const actor of [ACTORS.tina, ACTORS.ana])
      await expect(school.run((c) => createSession(c, at), { actor })).rejects.toMatchObject({
        code: "permission",
      });
    const past = asked("2026-11-02 09:00:00");
    await expect(school.run((c) => createSession(c, past), { actor: ACTORS.tom })).rejects.toMatchObject({
      code: "permission",
    });
    expect((await school.run((c) => createSession(c, at), { actor: ACTORS.tom })).session.id).toBeGreaterThan(
      0,
    );
    expect(
      (await school.run((c) => createSession(c, past), { actor: ACTORS.paula })).session.id,
    ).toBeGreaterThan(0);
  });

  test.each([0, -5, 7 * 24 * 60 + 1])("%i minutes are no session", async (duration_minutes) => {
    await expect(
      school.run((c) => createSession(c, asked("2027-02-04 09:00:00", { duration_minutes }))),
    ).rejects.toMatchObject({ kind: "usage", code: "bad_session" });
  });

  test("an app that lives in another zone gets its own times", async () => {
    await writeSetting(school.database.db, "source_timezone", "Europe/Madrid");
    const { session } = await school.run((c) => createSession(c, asked("2027-02-04 09:00:00")));
    expect(session).toMatchObject({
      scheduled_start: "2027-02-04 09:00:00",
      start_at_utc: "2027-02-04 09:00:00",
      end_at_utc: "2027-02-04 10:30:00",
    });
    // PostgreSQL's column holds an instant, which Django reads in its own zone, USE_TZ off or on.
    const there = engine === "postgres" ? "2027-02-04 09:00:00" : "2027-02-04 10:00:00";
    expect((await stored(session.id)).scheduled_start).toMatch(new RegExp(`^${there}`));
    expect(await readSetting(school.database, "source_timezone")).toBe("Europe/Madrid");
  });

  test("an unknown course or teacher is named", async () => {
    for (const wrong of [{ course_id: 99 }, { teacher_id: 99 }])
      await expect(
        school.run((c) => createSession(c, asked("2027-02-04 09:00:00", wrong))),
      ).rejects.toMatchObject({ kind: "not_found" });
  });

  test("a list counts what holds the seats, and filters and sorts by it", async () => {
    await book("ana", SESSIONS.queued);
    await book("ben", SESSIONS.queued);
    await book("cleo", SESSIONS.queued);
    await book("dan", SESSIONS.morning, 2);
    await school.put("session_waitlist", {
      session_id: SESSIONS.morning,
      student_user_id: STUDENTS.eva,
      status: "offered",
      created_at: TODAY,
      offered_at: TODAY,
      offer_expires_at: "2026-11-21 09:00:00",
    });
    const list = (filter: Partial<typeof ALL_SESSIONS>, now = TODAY) =>
      listSessions(school.database, { ...ALL_SESSIONS, ...filter }, { ...clock, now });
    expect(await list({ ids: [SESSIONS.queued, SESSIONS.morning], sort: "id" })).toMatchObject([
      { id: SESSIONS.morning, taken: 2, pending: 0, offers: 1, open: 0, waiting: 0, course: "Spanish A2" },
      { id: SESSIONS.queued, taken: 2, offers: 0, open: 0, waiting: 1, enable_waitlist: true },
    ]);
    const ids = async (filter: Partial<typeof ALL_SESSIONS>, now?: string) =>
      (await list(filter, now as Instant)).map(({ id }) => id);
    expect(await ids({ seats: "full" })).toEqual([SESSIONS.morning, SESSIONS.queued]);
    // At the very instant an offer runs out its seat is open.
    expect(await ids({ seats: "full" }, "2026-11-21 09:00:00")).toEqual([SESSIONS.queued]);
    expect(await ids({ seats: "open", sort: "open", descending: true })).toEqual([
      SESSIONS.evening,
      SESSIONS.small,
    ]);
    expect(await ids({ teacher: TEACHERS.tina })).toEqual([SESSIONS.evening]);
    expect(
      await ids({ from: "2027-02-01 10:30:00" as Instant, until: "2027-02-02 10:00:00" as Instant }),
    ).toEqual([SESSIONS.evening, SESSIONS.small]);
    expect(await ids({ statuses: ["draft"] })).toEqual([]);
    expect(await ids({ sort: "id", limit: 2, offset: 2 })).toEqual([SESSIONS.queued, SESSIONS.evening]);
  });

  test("an offer that the app made without a time holds its seat as long as any other", async () => {
    await school.put("session_waitlist", {
      session_id: SESSIONS.small,
      student_user_id: STUDENTS.eva,
      status: "offered",
      created_at: TODAY,
      offered_at: TODAY,
    });
    const offers = async (now: string) =>
      (await viewSession(school.database, SESSIONS.small, { offerHours: 24, now: now as Instant }))!.offers;
    expect(await offers("2026-11-21 08:59:59")).toBe(1);
    expect(await offers("2026-11-21 09:00:00")).toBe(0);
    const { queue } = await school.look((c) => describeSession(c, SESSIONS.small));
    expect(queue).toMatchObject([
      {
        student: "eva",
        status: "offered",
        position: null,
        offer_expires_at: "2026-11-21 09:00:00",
        overdue: false,
      },
    ]);
  });

  test("a session tells its bookings by status, its queue in order and the policy", async () => {
    await school.put("teacher_booking_policy", {
      teacher_id: 1,
      course_id: null,
      requires_approval_for_one_on_one: false,
      requires_approval_for_group: true,
      min_notice_hours: 0,
      cancel_window_hours: 6,
      buffer_before_minutes: 0,
      buffer_after_minutes: 0,
      max_bookings_per_day: null,
    });
    const { booking } = await book("ana", SESSIONS.queued);
    await book("ben", SESSIONS.queued);
    await school.run((c) => approveBooking(c, { id: booking!.id }));
    for (const student of ["dan", "cleo"] as const) await book(student, SESSIONS.queued);
    const details = await school.look((c) => describeSession(c, SESSIONS.queued));
    expect(details.bookings.toSorted((a, b) => (a.status < b.status ? -1 : 1))).toEqual([
      { status: "confirmed", bookings: 1, seats: 1 },
      { status: "pending", bookings: 1, seats: 1 },
    ]);
    expect(details.queue.map(({ student, position }) => [student, position])).toEqual([
      ["dan", 1],
      ["cleo", 2],
    ]);
    expect(details).toMatchObject({
      open: 0,
      policy: { source: "default policy", cancel_window_hours: 6, requires_approval_for_group: true },
    });
    await expect(school.look((c) => describeSession(c, 99))).rejects.toMatchObject({ kind: "not_found" });
  });

  test("a roster names who is in it, by name, then who waits", async () => {
    const { booking } = await book("cleo", SESSIONS.queued);
    await book("ana", SESSIONS.queued);
    await book("ben", SESSIONS.queued);
    await school.put("live_class_booking", {
      ...booking!,
      id: undefined,
      session_id: SESSIONS.morning,
      start_at_utc: "2026-10-01 10:00:00",
      end_at_utc: "2026-10-01 11:00:00",
      status: "attended",
    });
    const roster = async (c: Context) => listSessionRoster(c, await getSession(c, SESSIONS.queued));
    const lines = await school.look(roster);
    expect(lines).toMatchObject([
      { student: "ana", status: "confirmed", email: "ana@school.example", first_attended_at: null },
      {
        student: "cleo",
        status: "confirmed",
        first_attended_at: "2026-10-01 10:00:00",
        last_attended_at: "2026-10-01 10:00:00",
        booking_id: booking!.id,
      },
      { student: "ben", status: "waiting", position: 1, booking_id: null, seats_reserved: null },
    ]);
    // Notes and addresses are for staff and the session's teacher.
    for (const actor of [ACTORS.paula, ACTORS.tom])
      expect(await school.look(roster, { actor })).toEqual(lines);
    for (const actor of [ACTORS.ana, ACTORS.tina])
      await expect(school.look(roster, { actor })).rejects.toMatchObject({
        kind: "refused",
        code: "permission",
      });
  });
});
