/** The app's missing signals as triggers (SPEC 2), by plain SQL, on both engines and in both layouts. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ENGINES } from "../support/databases.ts";
import { makeSignals, type Signals, type World } from "../support/signals.ts";

const WORLDS: World[] = ["native", "A", "C", "D"];
/** Texts that stand in SQLite files (LEGACY 1), and the instants that they name; null = none. */
const SQLITE_TEXTS: [string, string | null][] = [
  ["2027-02-01T10:00:00Z", "2027-02-01 10:00:00"],
  ["2027-02-01T10:00:00.25Z", "2027-02-01 10:00:00.250000"],
  ["2027-02-01 10:00:00.250000+00:00", "2027-02-01 10:00:00.250000"],
  ["2027-02-01 10:00:00.000000", "2027-02-01 10:00:00"],
  ["2027-02-01 12:00:00+02:00", "2027-02-01 10:00:00"],
  ["2027-02-01T04:30:00.000001-05:30", "2027-02-01 10:00:00.000001"],
  ["2027-06-31 10:00:00", null],
  ["2027-02-01 10:00:00+02", null],
  ["next Monday", null],
];
const UTC = ["start_at_utc", "end_at_utc"] as const;

describe.each(ENGINES)("%s", (engine) => {
  describe.each(WORLDS)("%s", (world) => {
    let s: Signals;
    beforeAll(async () => {
      s = await makeSignals(engine, world);
    });
    afterAll(() => s.place.remove());

    const counters = () => ["seats_taken", "current_attendees"].filter((column) => s.has(column));
    const expectSeats = async (session: number, seats: number) =>
      expect(await s.readSession(session, counters())).toEqual(
        Object.fromEntries(counters().map((column) => [column, seats])),
      );

    test("seats_taken counts what is confirmed or attended, and only that", async () => {
      const session = await s.addSession();
      await expectSeats(session, 0);
      await s.addBooking({ session_id: session, seats_reserved: 2 });
      await expectSeats(session, 2);
      await s.addBooking({ session_id: session, seats_reserved: 1, status: "attended", student_user_id: 2 });
      await expectSeats(session, 3);
      for (const [at, status] of ["pending", "declined", "cancelled", "no_show", "rescheduled"].entries())
        await s.addBooking({
          session_id: session,
          seats_reserved: 5,
          status,
          start_at_utc: `2027-03-0${at + 1} 10:00:00`,
        });
      await expectSeats(session, 3);
    });

    test("seats_taken follows status and seats", async () => {
      const session = await s.addSession();
      const booking = await s.addBooking({ session_id: session, seats_reserved: 2 });
      const set = (what: string) => s.run(`update "${s.booking}" set ${what} where id = ?`, [booking]);
      await set("status = 'cancelled'");
      await expectSeats(session, 0);
      await set("status = 'attended'");
      await expectSeats(session, 2);
      await set("seats_reserved = 4");
      await expectSeats(session, 4);
      await set("teacher_note = 'late'");
      await expectSeats(session, 4);
      await set("status = 'no_show', seats_reserved = 1");
      await expectSeats(session, 0);
    });

    test("seats_taken follows a move to another session, away from all, and a delete", async () => {
      const [one, other] = [await s.addSession(), await s.addSession()];
      const booking = await s.addBooking({ session_id: one, seats_reserved: 2 });
      await s.addBooking({ session_id: other, student_user_id: 2 });
      await s.run(`update "${s.booking}" set session_id = ? where id = ?`, [other, booking]);
      await expectSeats(one, 0);
      await expectSeats(other, 3);
      await s.run(`update "${s.booking}" set session_id = null, booking_type = 'one_on_one' where id = ?`, [
        booking,
      ]);
      await expectSeats(other, 1);
      await s.run(`update "${s.booking}" set session_id = ?, booking_type = 'group_session' where id = ?`, [
        one,
        booking,
      ]);
      await expectSeats(one, 2);
      await s.run(`delete from "${s.booking}" where id = ?`, [booking]);
      await expectSeats(one, 0);
      await expectSeats(other, 1);
    });

    test("one statement over several sessions keeps them all", async () => {
      const sessions = [await s.addSession(), await s.addSession()];
      for (const session of sessions)
        for (const student of [1, 2])
          await s.addBooking({ session_id: session, student_user_id: student, status: "pending" });
      const among = `session_id in (${sessions.join(", ")})`;
      await s.run(`update "${s.booking}" set status = 'confirmed' where ${among}`);
      for (const session of sessions) await expectSeats(session, 2);
      await s.run(`delete from "${s.booking}" where ${among} and student_user_id = 1`);
      for (const session of sessions) await expectSeats(session, 1);
    });

    test("the UTC fields are filled from scheduled_start and duration, microseconds kept", async () => {
      const session = await s.addSession({
        scheduled_start: "2027-02-01 23:30:00.000123",
        duration_minutes: 45,
      });
      expect(await s.readSession(session, UTC)).toEqual({
        start_at_utc: "2027-02-01 23:30:00.000123",
        end_at_utc: "2027-02-02 00:15:00.000123",
      });
      const unsaid = await s.addSession({ duration_minutes: 0 });
      expect(await s.readSession(unsaid, UTC)).toEqual({
        start_at_utc: "2027-02-01 10:00:00",
        end_at_utc: "2027-02-01 11:00:00",
      });
    });

    test("the UTC fields follow scheduled_start and duration, and nothing else", async () => {
      const session = await s.addSession({ duration_minutes: 60 });
      const set = (what: string, value: string | number) =>
        s.run(`update "${s.session}" set ${what} = ? where id = ?`, [value, session]);
      await set(
        "scheduled_start",
        engine === "sqlite" ? "2027-02-03 12:00:00.5" : "2027-02-03 12:00:00.5+00",
      );
      expect(await s.readSession(session, UTC)).toEqual({
        start_at_utc: "2027-02-03 12:00:00.500000",
        end_at_utc: "2027-02-03 13:00:00.500000",
      });
      await set("duration_minutes", 90);
      expect(await s.readSession(session, ["end_at_utc"])).toEqual({
        end_at_utc: "2027-02-03 13:30:00.500000",
      });
      await set("end_at_utc", engine === "sqlite" ? "2027-02-03 14:00:00" : "2027-02-03 14:00:00+00");
      await set("title", "Renamed");
      expect(await s.readSession(session, ["end_at_utc"])).toEqual({ end_at_utc: "2027-02-03 14:00:00" });
    });

    const texts = engine === "sqlite" ? SQLITE_TEXTS : [];
    for (const [text, start] of texts)
      test(`the text ${text} is read as ${start}`, async () => {
        const session = await s.addSession({ scheduled_start: text });
        expect(await s.readSession(session, ["start_at_utc"])).toEqual({ start_at_utc: start });
      });

    test("where the app lives in another zone, nothing is derived", async () => {
      const own = world === "native" ? "setting" : "classbook_setting";
      await s.run(`insert into ${own} (name, value) values ('source_timezone', 'Europe/Madrid')`);
      const session = await s.addSession();
      expect(await s.readSession(session, UTC)).toEqual({ start_at_utc: null, end_at_utc: null });
      await s.run(`delete from ${own}`);
    });

    test("where the app lives in another zone, UTC fields that a change made wrong are emptied", async () => {
      const own = world === "native" ? "setting" : "classbook_setting";
      const at = (time: string) => (engine === "sqlite" ? time : `${time}+00`);
      const filled = { start_at_utc: "2027-02-01 09:00:00", end_at_utc: "2027-02-01 10:00:00" };
      const empty = { start_at_utc: null, end_at_utc: null };
      await s.run(`insert into ${own} (name, value) values ('source_timezone', 'Europe/Madrid')`);
      try {
        const session = await s.addSession({ duration_minutes: 60 });
        const set = (what: string, values: (string | number)[]) =>
          s.run(`update "${s.session}" set ${what} where id = ?`, [...values, session]);
        const fill = () =>
          set("start_at_utc = ?, end_at_utc = ?", [at(filled.start_at_utc), at(filled.end_at_utc)]);
        await fill();
        await set("title = ?", ["Renamed"]);
        await set("duration_minutes = ?", [60]);
        expect(await s.readSession(session, UTC)).toEqual(filled);
        await set("scheduled_start = ?", [at("2027-02-01 12:00:00")]);
        expect(await s.readSession(session, UTC)).toEqual(empty);
        await fill();
        await set("duration_minutes = ?", [90]);
        expect(await s.readSession(session, UTC)).toEqual(empty);
        await fill();
        // Whoever says the UTC fields in the same statement knows them.
        await set("scheduled_start = ?, start_at_utc = ?, end_at_utc = ?", [
          at("2027-02-01 13:00:00"),
          at("2027-02-01 12:00:00"),
          at("2027-02-01 13:00:00"),
        ]);
        expect(await s.readSession(session, UTC)).toEqual({
          start_at_utc: "2027-02-01 12:00:00",
          end_at_utc: "2027-02-01 13:00:00",
        });
      } finally {
        await s.run(`delete from ${own}`);
      }
    });

    test("the capacity columns are one, whichever was written", async () => {
      const columns = ["capacity", "total_seats", "max_attendees"].filter((column) => s.has(column));
      const all = (seats: number) => Object.fromEntries(columns.map((column) => [column, seats]));
      const silent = await s.addSession();
      expect(await s.readSession(silent, columns)).toEqual(all(10));
      // What a generation's app writes on its own: it names all its columns, so the first that says something counts.
      const said = await s.addSession(
        world === "A" || world === "native" ? { max_attendees: 7 } : { capacity: 7 },
      );
      expect(await s.readSession(said, columns)).toEqual(all(7));
      for (const [at, column] of columns.entries()) {
        await s.run(`update "${s.session}" set "${column}" = ? where id = ?`, [20 + at, said]);
        expect(await s.readSession(said, columns)).toEqual(all(20 + at));
      }
      await s.run(`update "${s.session}" set title = 'Renamed' where id = ?`, [said]);
      expect(await s.readSession(said, columns)).toEqual(all(20 + columns.length - 1));
    });

    if (world === "D")
      test("meeting_link and meeting_url are one, whichever was written", async () => {
        const links = ["meeting_link", "meeting_url"];
        const both = (link: string) => ({ meeting_link: link, meeting_url: link });
        expect(await s.readSession(await s.addSession(), links)).toEqual(both(""));
        for (const column of links) {
          const session = await s.addSession({ [column]: `https://meet.example/${column}` });
          expect(await s.readSession(session, links)).toEqual(both(`https://meet.example/${column}`));
          for (const written of links) {
            await s.run(`update "${s.session}" set ${written} = ? where id = ?`, [
              `https://new/${written}`,
              session,
            ]);
            expect(await s.readSession(session, links)).toEqual(both(`https://new/${written}`));
          }
          await s.run(`update "${s.session}" set ${column} = '' where id = ?`, [session]);
          expect(await s.readSession(session, links)).toEqual(both(""));
        }
      });
  });
});

describe("two connections at once on PostgreSQL", () => {
  test.each(["native", "D"] as const)("%s: each sees what the other committed", async (world) => {
    const s = await makeSignals("postgres", world);
    const clients = [new pg.Client(s.place.address), new pg.Client(s.place.address)];
    try {
      for (const client of clients) await client.connect();
      const session = await s.addSession();
      const book = (client: pg.Client, student: number) =>
        client.query(
          `insert into "${s.booking}" (booking_type, course_id, teacher_id, student_user_id, session_id, start_at_utc, end_at_utc,
             status, student_note, teacher_note, cancel_reason, seats_reserved, created_at, updated_at)
           values ('group_session', 1, 1, $1, $2, '2027-02-01 10:00Z', '2027-02-01 11:00Z', 'confirmed', '', '', '', 2, now(), now())`,
          [student, session],
        );
      const [one, other] = clients as [pg.Client, pg.Client];
      await one.query("begin");
      await other.query("begin");
      await book(one, 1);
      const waiting = book(other, 2); // It waits for the session's row, which the first one holds.
      await one.query("commit");
      await waiting;
      await other.query("commit");
      expect(await s.readSession(session, ["seats_taken"])).toEqual({ seats_taken: 4 });
    } finally {
      for (const client of clients) await client.end();
      await s.place.remove();
    }
  });
});
