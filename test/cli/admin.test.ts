/** `admin` on both engines and in both layouts: every model, filters, search, order, what is missing. */

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { MODELS } from "../../src/admin/registry.ts";
import type { LogicalTable } from "../../src/db/layout.ts";
import { fieldsOf } from "../../src/db/model.ts";
import { fillModels } from "../support/admin.ts";
import { type Bookable, KINDS, makeBookable, SESSIONS, TODAY } from "../support/bookable.ts";
import { seatRow } from "../support/bookings.ts";
import { query } from "../support/databases.ts";
import { runHere } from "../support/run-here.ts";

type Row = Record<string, unknown>;

describe.each(KINDS)("$engine, $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    await fillModels(school);
  });
  afterEach(() => school.remove());

  const run = (words: string, more: string[] = []) =>
    runHere(["admin", ...words.split(" "), ...more, "--now", TODAY, "--db", school.place.address]);
  const json = async (words: string, ...more: string[]): Promise<Row[]> => {
    const { code, out, err } = await run(words, [...more, "--json"]);
    expect(err).toBe("");
    expect(code).toBe(0);
    return JSON.parse(out);
  };
  const ids = async (words: string, ...more: string[]) => (await json(words, ...more)).map(({ id }) => id);
  const sqlOn = (table: LogicalTable, text: (name: string) => string) =>
    query(school.place, text(`"${school.database.layout.name(table)}"`));

  test("every model lists, shows and exports the same rows", async () => {
    const models = JSON.parse(
      (await runHere(["admin", "--json", "--db", school.place.address])).out,
    ) as Row[];
    expect(models.map(({ model }) => model)).toEqual(MODELS.map(({ name }) => name));
    for (const model of MODELS) {
      const listed = await json(`${model.name} list --order id`);
      expect(listed.length, model.name).toBeGreaterThan(0);
      expect(models.find((one) => one.model === model.name)).toMatchObject({
        rows: listed.length,
        table: school.database.layout.name(model.table),
      });
      expect(Object.keys(listed[0]!)).toEqual(fieldsOf(model));
      const { out, code } = await run(`${model.table} export --format json`);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toEqual(listed);
      const [first] = listed;
      const shown = (await json(`${model.name} show ${first!.id}`)) as unknown as Row;
      expect(shown).toMatchObject(first!);
      expect(JSON.stringify(shown)).not.toContain("password");
    }
  });

  test("filters hold together; people are named as elsewhere; what is empty is found", async () => {
    const [made] = await ids("LiveClassBooking list --order id");
    expect(await ids("LiveClassBooking list --status pending,cancelled --order id")).toHaveLength(2);
    expect(await ids("LiveClassBooking list --status pending --student ana")).toEqual([]);
    expect(await ids("LiveClassBooking list --student ana@school.example --teacher tom")).toEqual([made]);
    expect(await ids(`LiveClassBooking list --session ${SESSIONS.morning} --status confirmed`)).toEqual([
      made,
    ]);
    expect(await ids("LiveClassBooking list --session none")).toHaveLength(1);
    expect(await ids("LiveClassBooking list --session any")).toHaveLength(2);
    expect(await ids("LiveClassBooking list --cancel-reason none")).toHaveLength(2);
    expect(await ids("LiveClassBooking list --cancelled-at any --cancel-reason student,admin")).toHaveLength(
      1,
    );
    expect(await ids("LiveClassBooking list --cancelled-by paula")).toHaveLength(1);
    expect(await ids("LiveClassBooking list --start-after 2027-02-03 --tz UTC")).toHaveLength(1);
    expect(await ids("LiveClassBooking list --start-before 2027-02-03 --tz UTC")).toHaveLength(2);
    expect(
      await ids("TeacherBookingPolicy list --course none --requires-approval-for-group no"),
    ).toHaveLength(1);
    expect(await ids("TeacherBookingPolicy list --min-notice-hours 5")).toHaveLength(1);
    expect(await ids("LiveClassSession list --enable-waitlist yes")).toEqual([SESSIONS.queued]);
    expect(await ids("BookingSeries list --frequency weekly --until-before 2099-01-01")).toEqual([]);
    expect(await ids("BookingEvent list --subject live_class_booking --what created,x")).toEqual([]);
    expect(await ids(`BookingEvent list --subject live_class_booking --subject-id ${made}`)).toHaveLength(1);
    expect(
      await ids("Booking list --booking-id 01234567-89AB-cdef-0123-456789abcdef --booked-after 2026-01-01"),
    ).toHaveLength(1);
    expect(await ids("Booking list --booked-after 2027-01-01")).toEqual([]);
    expect(await ids("CourseTeacher list --teacher tom")).toHaveLength(1);
    expect(await ids("CourseTeacher list --teacher tina")).toEqual([]);
    expect((await json("CourseTeacher list"))[0]).toMatchObject({ course: "Spanish A2", teacher: "tom" });
    expect(await ids("Course list --status active --booking-type any")).toHaveLength(3);
    expect(await ids("User list --is-staff yes")).toEqual([1]);
    expect(await ids("LiveClassBooking list --session 999999999999999")).toEqual([]);
  });

  test("search is for letters of either case, and % and _ are themselves", async () => {
    const [, note] = (await ids("LiveClassBooking list --order id")) as number[];
    expect(await ids("LiveClassBooking list --search", "50% OFF_")).toEqual([note]);
    expect(await ids("LiveClassBooking list --search 5%f")).toEqual([]);
    expect(await ids("LiveClassBooking list --search ANA@")).toHaveLength(1);
    expect(await ids("LiveClassBooking list --search spanish --status confirmed")).toHaveLength(1);
    expect(await ids("LiveClassBooking list --search", "class 1")).toHaveLength(2);
    expect(await ids("LiveClassBooking list --search tom")).toHaveLength(3);
    expect(await ids(`LiveClassBooking list --search ${note}`)).toContain(note);
    expect(await ids("Booking list --search 89ab-cdef")).toHaveLength(1);
    expect(await ids("CourseTeacher list --search TOM")).toHaveLength(1);
    expect(await ids("Enrollment list --search eva")).toHaveLength(3);
  });

  test("order by columns and names, pages that neither repeat nor leave out", async () => {
    const all = (await ids("User list --order -id --limit 100")) as number[];
    expect(all).toEqual([...all].sort((a, b) => b - a));
    const pages = [1, 2, 3, 4, 5, 6].map((page) =>
      ids(`User list --order is_staff --limit 2 --page ${page}`),
    );
    expect((await Promise.all(pages)).flat().toSorted()).toEqual(all.toSorted());
    const names = (await json("Enrollment list --order -user,course --limit 4")).map(({ user, course }) => [
      user,
      course,
    ]);
    expect(names.slice(0, 3)).toEqual([
      ["gus", "Club"],
      ["gus", "Spanish A2"],
      ["gus", "Talk"],
    ]);
    // Without a value comes last, on every engine.
    for (const order of ["session_id", "-session_id"])
      expect((await json(`LiveClassBooking list --order ${order}`)).at(-1)).toMatchObject({
        session_id: null,
      });
    const { out, err } = await run("User list --limit 2 --fields id");
    expect([out.split("\n").length, err]).toEqual([3, ""]);
  });

  test("all that is wrong with a line is said at once", async () => {
    const { code, err } = await run(
      "LiveClassBooking list --status gone,pending --session x --start-after y --seats-reserved z --order nope --cancel-reason none,admin --page 0",
    );
    expect(code).toBe(2);
    for (const part of [
      '--status "gone" is none of pending',
      '--session "x"',
      '--start-after "y"',
      '--seats-reserved "z"',
    ])
      expect(err).toContain(part);
    for (const part of ['--order "nope"', "none and any stand alone", '--page "0"'])
      expect(err).toContain(part);
    expect(await run("LiveClassBooking list --student nobody")).toMatchObject({ code: 4 });
  });

  test("a row with what belongs to it, and its history; ids that are not there are all named, beside the others", async () => {
    const [made, lesson] = await ids("LiveClassBooking list --order id");
    const [booking] = [(await json(`LiveClassBooking show ${made}`)) as unknown as { related: Row }];
    expect(booking.related).toMatchObject({
      series_items: { count: 0, rows: [] },
      history: { count: 1, rows: [{ what: "created", subject_id: made, to_value: { status: "confirmed" } }] },
    });
    const session = (await json(`LiveClassSession show ${SESSIONS.morning}`)) as unknown as Row;
    expect(session).toMatchObject({
      start_at_utc: "2027-02-01T10:00:00Z",
      scheduled_start: "2027-02-01T10:00:00Z",
      related: { bookings: { count: 2 }, waitlist: { count: 0 }, legacy_bookings: { count: 1 } },
    });
    expect(((await json("Teacher show 1")) as unknown as Row).related).toMatchObject({
      policies: { count: 2 },
      courses: { count: 1 },
    });
    const several = await json(`LiveClassBooking show ${lesson} ${made}`);
    expect(several.map(({ id }) => id)).toEqual([lesson, made]);
    const { code, err, out } = await run(`LiveClassBooking show ${made} 8888 9999`);
    expect([code, out.split("\t")[0]]).toEqual([7, String(made)]);
    for (const id of [8888, 9999]) expect(err).toContain(`there is no LiveClassBooking ${id}`);
  });

  test("columns that only this installation has are shown; secrets are not", async () => {
    await sqlOn("app_user", (name) => `alter table ${name} add column "Api Token" text`);
    await sqlOn("app_user", (name) => `alter table ${name} add column "favourite" text`);
    await sqlOn(
      "app_user",
      (name) => `update ${name} set "Api Token" = 's3cret', "favourite" = 'blue' where id = 1`,
    );
    const { out } = await run("User show 1");
    expect(out).toContain("favourite\tblue");
    expect(out).toContain("Api Token\t***");
    expect(out).not.toContain("s3cret");
    expect((await run("User show 1 --fields favourite,username")).out).toBe(
      "favourite\tblue\nusername\tpaula\n",
    );
    expect(await run("User show 1 --fields nope")).toMatchObject({ code: 2 });
  });

  test("a column or a table that is not there", async () => {
    await sqlOn("live_class_session", (name) => `alter table ${name} drop column "meeting_id"`);
    expect((await json("LiveClassSession list"))[0]).toMatchObject({ meeting_id: null });
    await sqlOn("booking_reminder", (name) => `drop table ${name}`);
    const { code, err } = await run("BookingReminder list");
    expect([code, err]).toEqual([
      6,
      expect.stringContaining(`there is no table ${school.database.layout.name("booking_reminder")}`),
    ]);
    expect((await json("Booking show 1")) as unknown as Row).not.toHaveProperty("related.reminders");
    const models = JSON.parse(
      (await runHere(["admin", "--json", "--db", school.place.address])).out,
    ) as Row[];
    expect(models.find(({ model }) => model === "BookingReminder")).toMatchObject({ rows: null });
  });

  test("for staff", async () => {
    for (const words of ["LiveClassBooking list", "User show 1", "User export"])
      expect(await run(`${words} --as ana`)).toMatchObject({ code: 3, out: "" });
    expect(await runHere(["admin", "--as", "tom", "--db", school.place.address])).toMatchObject({ code: 3 });
    expect(await run("User list --as paula")).toMatchObject({ code: 0 });
  });

  test("an export takes filters, neutralises what a spreadsheet would run, and goes page by page", async () => {
    await school.put(
      "live_class_booking",
      seatRow("eva", { student_note: "=1+1", teacher_note: 'a "b", c' }),
    );
    const { out } = await run(
      "LiveClassBooking export --student eva --fields student_note,teacher_note,student",
    );
    expect(out).toBe(`student_note,teacher_note,student\r\n'=1+1,"a ""b"", c",eva\r\n`);
    await school.put(
      "booking_event",
      ...Array.from({ length: 2_100 }, (_, at) => ({
        at: TODAY,
        actor: "x",
        what: "w",
        subject: "verify",
        subject_id: at,
      })),
    );
    const lines = (await run("BookingEvent export --subject verify --format tsv --fields id")).out
      .trimEnd()
      .split("\n");
    expect(new Set(lines).size).toBe(2_100);
    expect(
      (await run("BookingEvent export --limit 2050 --format ndjson")).out.trimEnd().split("\n"),
    ).toHaveLength(2_050);
    const { err } = await run("BookingEvent list");
    expect(err).toContain("The first 50; the next: --page 2; all: classbook admin BookingEvent export");
  });
});
