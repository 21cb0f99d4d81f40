/** Adding, editing, acting and deleting in the admin's browser, in a real pseudo-terminal. */
import BetterSqlite3 from "better-sqlite3";
import { expect, test } from "vitest";
import { atTerminal, CTRL_C } from "../support/at-terminal.ts";
import type { Typing } from "../support/program.ts";

const { rowOf, school, typeRaw } = atTerminal("");

const ESC = "\u001b";

async function type(words: string, dialogue: NonNullable<Typing["dialogue"]>) {
  const ran = await typeRaw(words, dialogue, {
    env: { TERM: "xterm", NO_COLOR: "1" },
    size: { width: 100, height: 24 },
  });
  const [screens, after = ""] = ran.out.split("\u001b[?1049l");
  return { code: ran.code, screens: screens!, after: after.replaceAll("\r", "") };
}

const bookings = "admin LiveClassBooking --teacher marta --status pending --order id";

test("acts on selected rows, edits, deletes after a question; what was done is said at the end", async () => {
  const { code, screens, after } = await type(bookings, [
    [/❯ +118[\s\S]*1–4 of 4/, " x"],
    [/approve: confirm requests/, "\r"],
    [/approve: booking 118\?/, "y\r"],
    [/booking 118 approved/, " "],
    [/1 selected/, " x"],
    [/2 bookings \(123, 252\)/, "decl"],
    [/❯ decline: /, "\r"],
    [/why: told to the student/, "too late\r"],
    [/decline: 2 bookings \(123, 252\)\?/, "y\r"],
    [/2 bookings declined/, "\r"],
    [/LiveClassBooking 284[\s\S]*line 1 of/, "e"],
    [/Which field of booking 284/, "teacher_note"],
    [/❯ teacher_note/, "\r"],
    [/the teacher's note/, "bring a pen\r"],
    [/❯ save: teacher_note bring a pen/, "\r"],
    [/teacher_note +bring a pen[\s\S]*booking 284 changed/, "d"],
    [/Delete LiveClassBooking 284\?/, "n\r"],
    [/Nothing was changed\./, "d"],
    [/Delete LiveClassBooking 284\?/, "y\r"],
    [/No such bookings[\s\S]*booking 284 deleted/, "q"],
  ]);
  expect(code, screens).toBe(0);
  expect(after.trim()).toBe("1 booking approved, 2 bookings declined, 1 booking changed, 1 booking deleted.");
  expect(await rowOf("LiveClassBooking", 118)).toMatchObject({ status: "confirmed" });
  expect(await rowOf("LiveClassBooking", 252)).toMatchObject({
    status: "declined",
    teacher_note: "too late",
  });
  expect(await rowOf("LiveClassBooking", 284)).toBeNull();
});

test("a refusal is shown, and the browser goes on", async () => {
  // Session 32 has five seats and four taken: the second request finds none.
  const { code, screens, after } = await type(
    "admin LiveClassBooking --session 32 --status pending --order id",
    [
      [/❯ +3 [\s\S]*1–2 of 2/, "*x"],
      [/2 bookings \(3, 193\)[\s\S]*approve: confirm/, "\r"],
      [/approve: 2 bookings/, "y\r"],
      [
        /1 booking approved, 1 refused[\s\S]*approving booking 193 is refused: 0 open = 5 seats − 5 taken/,
        "x",
      ],
      [/approve: confirm requests/, "\r"],
      [/approve: booking 193\?/, "y\r"],
      [/booking 193 is refused: 0 open = 5 seats/, "Q"],
    ],
  );
  expect(code, screens).toBe(0);
  expect(after.trim()).toBe("1 booking approved.");
  expect(await rowOf("LiveClassBooking", 193)).toMatchObject({ status: "pending" });
});

test("many refusals are all read, each with its subject once, and stay selected", async () => {
  const { code, screens } = await type("admin LiveClassBooking --status no_show --order id", [
    [/1–19 of/, "*x"],
    [/approve: confirm requests/, "\r"],
    [/approve: 19 bookings/, "y\r"],
    [/no booking changed, 19 refused[\s\S]*lines 1–20 of 20/, "x"],
    [/19 selected/, "q"],
    [/1–19 of/, "q"],
  ]);
  expect(code, screens).toBe(0);
  expect(screens).not.toMatch(/booking (\d+): .*booking \1/);
});

test("what staff may set aside is asked of one row", async () => {
  const attend = [
    [/approve: confirm requests/, "attend"],
    [/❯ attend: /, "\r"],
    [/attend: booking 5\?/, "y\r"],
  ] as const;
  const { code, screens, after } = await type(
    "admin LiveClassBooking --search kaori --status confirmed --order id",
    [
      [/❯ +5 /, "x"],
      ...attend,
      [/Set aside: attendance-time\?/, "n\r"],
      [/attendance-time\)[\s\S]*keys/, "x"],
      ...attend,
      [/Set aside: attendance-time\?/, "y\r"],
      [/booking 5 marked as attended/, "q"],
    ],
  );
  expect(code, screens).toBe(0);
  expect(after.trim()).toBe("1 booking marked as attended.");
});

test("what somebody else changed meanwhile is refused, and seen at once", async () => {
  const other = () => {
    const database = new BetterSqlite3(school().file);
    database.prepare("update myApp_liveclassbooking set status = 'declined' where id = 118").run();
    database.close();
    return "x";
  };
  const { code, screens, after } = await type(bookings, [
    [/❯ +118[\s\S]*1–4 of 4/, other],
    [/approve: confirm requests/, "\r"],
    [/approve: booking 118\?/, "y\r"],
    [/❯ +123[\s\S]*118 is declined/, "r"],
    [/1–3 of 3/, "q"],
  ]);
  expect([code, after], screens).toEqual([0, ""]);
});

test("a row that somebody else deleted is gone from the list that opens it", async () => {
  const other = () => {
    const database = new BetterSqlite3(school().file);
    database.prepare("delete from myApp_liveclassbooking where id = 118").run();
    database.close();
    return "\r";
  };
  const { code, screens } = await type(bookings, [
    [/❯ +118[\s\S]*1–4 of 4/, other],
    [/❯ +123[\s\S]*118/, "r"],
    [/1–3 of 3/, "q"],
  ]);
  expect(code, screens).toBe(0);
});

test("Ctrl-C in a question says what was done before, and does no more", async () => {
  const { code, screens, after } = await type(bookings, [
    [/1–4 of 4/, "x"],
    [/approve: confirm requests/, "\r"],
    [/approve: booking 118\?/, "y\r"],
    [/booking 118 approved/, "d"],
    [/Delete LiveClassBooking 123\?/, CTRL_C],
  ]);
  expect(code, screens).toBe(130);
  expect(after.trim()).toBe("Interrupted: 1 booking approved.");
  expect(await rowOf("LiveClassBooking", 123)).toMatchObject({ status: "pending" });
});

test("adds a row field by field and opens it; leaving a question changes nothing", async () => {
  const numbers = ["min_notice_", "cancel_window_", "buffer_before_", "buffer_after_", "max_bookings_"];
  const { code, screens, after } = await type("admin TeacherBookingPolicy", [
    [/1–4 of 4/, "a"],
    [/whose policy/, ESC],
    [/Nothing was changed\./, "a"],
    [/whose policy/, "aroha"],
    [/aroha[\s\S]*❯ 3 · aroha/, "\r"],
    [/course_id: [\s\S]*leave it out/, "\r"],
    [/for_one_on_one: [\s\S]*leave it out/, "\r"],
    [/for_group: [\s\S]*leave it out/, "\r"],
    ...numbers.map((name) => [new RegExp(`${name}\\w+: `), "\r"] as const),
    [/Add it\?/, "y\r"],
    [/TeacherBookingPolicy 5[\s\S]*teacher_id +3 aroha[\s\S]*policy 5 added/, "q"],
    [/1–5 of 5/, "q"],
  ]);
  expect(code, screens).toBe(0);
  expect(after.trim()).toBe("1 policy added.");
});

test("--dry-run does all of it and writes nothing; what is only read says so", async () => {
  const before = school().hash();
  const dry = await type(`${bookings} --dry-run`, [
    [/1–4 of 4/, "x"],
    [/approve: confirm requests/, "\r"],
    [/approve: booking 118\?/, "y\r"],
    [/booking 118 approved[\s\S]*Nothing was written/, "q"],
  ]);
  expect(dry.code, dry.screens).toBe(0);
  expect(dry.after.trim()).toBe("1 booking approved. Nothing was written.");
  const legacy = await type("admin Booking", [
    [/of 262/, "e"],
    [/Booking is read-only in the admin/, "d"],
    [/Booking is read-only in the admin/, "x"],
    [/Booking is read-only in the admin/, "a"],
    [/Booking is read-only in the admin/, "q"],
  ]);
  expect([legacy.code, legacy.after], legacy.screens).toEqual([0, ""]);
  expect(school().hash()).toBe(before);
});

test("adds a series with its lessons; what a slot has of its own is not asked for", async () => {
  const left = ["frequency", "interval", "days_of_week"];
  const last = ["on_conflict", "note", "default_meeting_link", "default_meeting_id", "default_meeting_pass"];
  const enter = (names: string[]) => names.map((name) => [new RegExp(`\\? ${name}\\w*: `), "\r"] as const);
  const { code, screens, after } = await type("admin BookingSeries", [
    [/1–5 of 5/, "a"],
    [/who it is for/, "greta"],
    [/greta[\s\S]*❯ 7 · greta/, "\r"],
    [/slot_id: /, "2"],
    [/slot_id: [^\n]* 2[\s\S]*❯ 2 /, "\r"],
    ...enter(["course_id"]),
    [/\? from: /, "2027-01-07\r"],
    ...enter(left),
    [/occurrence_count: /, "3\r"],
    ...enter(last),
    [/Add it\?/, "y\r"],
    [/BookingSeries \d+[\s\S]*series \d+ added/, "q"],
    [/1–6 of 6/, "q"],
  ]);
  expect(code, screens).toBe(0);
  expect(after.trim()).toMatch(/^1 series added\./);
});
