/** `admin MODEL add`, `edit`, `delete` and actions as they are typed: flags, refusals, exit codes, ids and filters. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createBooking } from "../../src/operations/booking.ts";
import { type Bookable, KINDS, makeBookable, SESSIONS, STUDENTS, TODAY } from "../support/bookable.ts";
import { contents, policyRow, type StudentName, seat } from "../support/bookings.ts";
import { query } from "../support/databases.ts";
import { runHere } from "../support/run-here.ts";

type Row = Record<string, unknown>;

describe.each(KINDS)("$engine, $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const run = (words: string, ...more: string[]) =>
    runHere(["admin", ...words.split(" "), ...more, "--now", TODAY, "--db", school.place.address]);
  const json = async (words: string, ...more: string[]) => {
    const { code, out, err } = await run(words, ...more, "--json");
    expect([code, err]).toEqual([0, ""]);
    return JSON.parse(out);
  };
  const refusal = async (words: string, ...more: string[]) => {
    const { code, out, err } = await run(words, ...more, "--json");
    const error = JSON.parse(err).error as { code: string; message: string; hint: string };
    return { exit: code, out, ...error };
  };
  const all = () => contents(school.database.db);
  const booked = async (student: StudentName, session: keyof typeof SESSIONS = "morning") =>
    (await school.run((context) => createBooking(context, seat(student, session)))).booking!.id;

  test("people are named as everywhere, values as the filters take them", async () => {
    const made = await json(
      `LiveClassBooking add --session ${SESSIONS.morning} --student ana@school.example`,
      "--student-note",
      "first time",
    );
    expect(made).toMatchObject({ student: "ana", status: "confirmed", outcome: "added", remarks: [] });
    const slot = await json(
      "TeacherAvailability add --teacher tina --slot-type recurring --day-of-week mon --start-time 09:00 --end-time 10:30",
    );
    expect(slot).toMatchObject({
      day_of_week: 0,
      start_time: expect.stringMatching(/^09:00/),
      teacher: "tina",
    });
    const policy = await json("TeacherBookingPolicy add --teacher tom --max-bookings-per-day 3");
    expect(
      await json(
        `TeacherBookingPolicy edit ${policy.id} --max-bookings-per-day none --requires-approval-for-group yes`,
      ),
    ).toMatchObject({ max_bookings_per_day: null, requires_approval_for_group: true });
    const session = await json(
      "LiveClassSession add --course 1 --teacher tom --tz Europe/Madrid",
      "--start-at-utc",
      "2027-03-01 10:00",
    );
    expect(session).toMatchObject({ start_at_utc: "2027-03-01T09:00:00Z", capacity: 10 });
  });

  test("what is wrong is said at once, and nothing is written", async () => {
    const id = await booked("ana");
    const before = await all();
    const wrong: [string, number, RegExp][] = [
      ["LiveClassBooking add", 2, /--student is missing/],
      ["LiveClassBooking add --student ana", 2, /--session is missing, or --slot/],
      [
        "LiveClassSession add --title x --capacity 0",
        2,
        /capacity "0".*--course is missing; --teacher is missing/,
      ],
      [`LiveClassBooking edit ${id}`, 2, /no field to change is named/],
      [`LiveClassBooking edit ${id} --status nonsense --on x`, 2, /--status "nonsense" is none of.*--on "x"/],
      [
        `LiveClassBooking edit ${id} --teacher tom --decision-at x`,
        2,
        /there is no --teacher: teacher_id follows from.*there is no --decision-at/,
      ],
      ["LiveClassSession edit 1 --seats-taken 3", 2, /seats_taken is counted by the database/],
      ["LiveClassSession add --seats-taken 3", 2, /seats_taken is counted by the database/],
      ["SessionWaitlist add --status offered", 2, /is not given to a new waitlist entry: it is edited/],
      ["LiveClassSession edit 1 --start-at-utc 2027-03-01", 2, /has no time/],
      [
        "TeacherAvailability edit 1 --start-time 25:00 --day-of-week 7",
        2,
        /--day-of-week 7 is more than 6; --start-time "25:00"/,
      ],
      [`LiveClassBooking edit ${id} --status pending`, 3, /is confirmed and cannot be made pending/],
      ["LiveClassBooking edit 999 --student-note x", 4, /there is no LiveClassBooking 999/],
      [
        "BookingSeries add --student ana --interval 367 --occurrence-count 521",
        2,
        /--interval 367 is more than 366; --occurrence-count 521 is more than 520/,
      ],
      ["BookingSeries add --student ana", 2, /neither --slot .* is given; neither --occurrence-count/],
      ["BookingSeriesItem add --series 1", 2, /--booking is missing/],
      ["LiveClassBooking approve", 2, /no id is given, and no filter/],
      [`LiveClassBooking approve ${id} --status pending`, 2, /ids and filters exclude each other/],
      ["LiveClassBooking cancel --status confirmed", 2, /cancel: 1 booking \(\d+\). Go on\?/],
      [
        "LiveClassSession cancel 1",
        2,
        /cancel: 1 session \(1\), with 1 booking and 0 places in the queue. Go on\?/,
      ],
      [`LiveClassBooking delete ${id}`, 2, /Delete LiveClassBooking \d+\? Nothing goes with it\./],
      ["Booking delete 1", 2, /is read-only in the admin/],
      [`LiveClassBooking edit ${id} --student-note x --as ana`, 3, /ana is not staff/],
      [`LiveClassBooking delete ${id} --yes --as tom`, 3, /tom is not staff/],
    ];
    for (const [words, code, message] of wrong) {
      const said = await refusal(words);
      expect([words, said.exit, said.out]).toEqual([words, code, ""]);
      expect(said.message, words).toMatch(message);
    }
    expect((await refusal("LiveClassSession edit 1 --seats-taken 3")).hint).toContain("--capacity");
    expect(await all()).toEqual(before);
  });

  test("a rehearsal says what would be, and leaves everything as it is", async () => {
    await school.put("teacher_booking_policy", policyRow());
    const id = await booked("ana", "queued");
    const before = await all();
    for (const words of [
      `LiveClassBooking add --session ${SESSIONS.morning} --student ben`,
      `LiveClassBooking edit ${id} --status cancelled --teacher-note x`,
      `LiveClassBooking delete ${id}`,
      `LiveClassSession delete ${SESSIONS.queued}`,
      "LiveClassBooking cancel --status confirmed",
      "TeacherBookingPolicy delete --teacher tom",
    ]) {
      const { code, err } = await run(words, "--dry-run", "--format", "table");
      expect([words, code, err]).toEqual([words, 0, "Nothing was written.\n"]);
    }
    expect(await all()).toEqual(before);
  });

  test("several ids: a transaction, a line and an answer each", async () => {
    const ids = [await booked("ana"), await booked("ben")];
    const { code, out } = await run(`LiveClassBooking edit ${ids.join(" ")} 999 --teacher-note seen --json`);
    expect(code).toBe(7);
    expect(JSON.parse(out)).toMatchObject([
      { id: ids[0], result: "done", teacher_note: "seen", message: null },
      { id: ids[1], result: "done" },
      { id: 999, result: "not_found", code: "no_such_row" },
    ]);
    const again = await run(`LiveClassBooking edit ${ids.join(" ")} --teacher-note seen --json`);
    expect(JSON.parse(again.out)).toMatchObject([
      { outcome: "unchanged", message: "nothing to change" },
      { outcome: "unchanged" },
    ]);
    const piped = await runHere(
      ["admin", "LiveClassBooking", "cancel", "-", "--json", "--now", TODAY, "--db", school.place.address],
      { input: `${ids.join("\n")}\n` },
    );
    expect(JSON.parse(piped.out).map((row: Row) => row.status)).toEqual(["cancelled", "cancelled"]);
    expect((await run(`LiveClassBooking cancel ${ids.join(" ")}`)).code).toBe(3);
  });

  test("actions and deletions on what filters choose", async () => {
    await school.put("teacher_booking_policy", policyRow({ requires_approval_for_group: true }));
    const ids = [];
    for (const student of ["ana", "ben", "cleo"] as const) ids.push(await booked(student));
    const one = await json("LiveClassBooking approve --student ana --yes");
    expect(one).toMatchObject([{ id: ids[0], status: "confirmed" }]);
    expect(await json("LiveClassBooking decline --status pending --reason full --yes")).toMatchObject([
      { id: ids[1], status: "declined", teacher_note: "full" },
      { id: ids[2] },
    ]);
    expect(await json("LiveClassBooking approve --status pending --yes")).toEqual([]);
    expect((await run("LiveClassBooking approve --search nobody --format table")).err).toContain(
      "No such bookings.",
    );
    const gone = await json("LiveClassBooking delete --status declined --yes");
    expect(gone.map((row: Row) => [row.id, row.outcome, row.goes])).toEqual([
      [ids[1], "deleted", {}],
      [ids[2], "deleted", {}],
    ]);
    expect((await all()).live_class_booking.map((row) => row.id)).toEqual([ids[0]]);
    expect(await json(`LiveClassSession delete ${SESSIONS.morning} --yes`)).toMatchObject({
      id: SESSIONS.morning,
      outcome: "deleted",
      goes: { LiveClassBooking: 1 },
    });
  });

  test("what a table of the app's own names is not deleted", async () => {
    const id = await booked("ana");
    const name = school.database.layout.name("live_class_booking");
    await query(
      school.place,
      `create table review (id integer primary key, booking_id ${engine === "postgres" ? "bigint" : "integer"} references "${name}" (id))`,
    );
    try {
      await query(school.place, `insert into review values (1, ${id})`);
      for (const words of [`LiveClassBooking delete ${id}`, `LiveClassSession delete ${SESSIONS.morning}`])
        expect(await refusal(words, "--yes")).toMatchObject({
          code: "in-use",
          message: `booking ${id} is named by 1 row of review`,
        });
      expect((await all()).live_class_booking).toHaveLength(1);
    } finally {
      await query(school.place, "drop table review");
    }
  });

  test("a person is told what goes with a row", async () => {
    for (const student of ["ana", "ben"] as const) await booked(student, "queued");
    await school.run((context) =>
      createBooking(context, { ...seat("cleo", "queued"), student_user_id: STUDENTS.cleo }),
    );
    const asked = await refusal(`LiveClassSession delete ${SESSIONS.queued}`);
    expect(asked.message).toBe(
      `Delete LiveClassSession ${SESSIONS.queued}? With it: 2 bookings (LiveClassBooking), 1 waitlist entry (SessionWaitlist).`,
    );
    const { out } = await run(`LiveClassSession delete ${SESSIONS.queued} --yes --format table`);
    expect(out).toBe(
      `deleted LiveClassSession ${SESSIONS.queued}, with 2 bookings (LiveClassBooking), 1 waitlist entry (SessionWaitlist)\n`,
    );
  });
});
