/** Questions of the admin's browser in a real pseudo-terminal: what they quote, what is typed ahead of them and pasted. */
import BetterSqlite3 from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { atTerminal } from "../support/at-terminal.ts";
import type { Typing } from "../support/program.ts";

const { rowOf, school, typeRaw } = atTerminal("");

const ESC = "\u001b";

const type = (words: string, dialogue: NonNullable<Typing["dialogue"]>) =>
  typeRaw(words, dialogue, { env: { TERM: "xterm", NO_COLOR: "1" }, size: { width: 100, height: 24 } });

function write(statement: string, ...values: unknown[]): void {
  const database = new BetterSqlite3(school().file);
  database.prepare(statement).run(...values);
  database.close();
}

const pending = "admin LiveClassBooking --teacher marta --status pending --order id";

describe("what the database says is data in a question, too", () => {
  const HOSTILE = `${ESC}[2J${ESC}]0;PWN\u0007\u009b31m\u202e`;

  test("an edit's question shows control characters, and obeys none", async () => {
    write("update myApp_liveclassbooking set student_note = ? where id = 118", HOSTILE);
    const dialogue: NonNullable<Typing["dialogue"]> = [
      [/Which field of booking 118/, "student_note"],
      [/❯ student_note/, "\r"],
      [/student_note \(now /, ESC],
    ];
    const inBrowser = await type(pending, [[/1–4 of 4/, "e"], ...dialogue, [/Nothing was changed/, "q"]]);
    const alone = await type("admin LiveClassBooking edit 118", [
      ...dialogue.slice(0, 2),
      [/student_note \(now /, "\u0003"],
    ]);
    for (const { out } of [inBrowser, alone]) {
      expect(out).toContain("\\x1b[2J\\x1b]0;PWN\\x07\\x9b31m\\u202e");
      for (const raw of [`${ESC}[2J`, `${ESC}]0;`, "\u009b31m", "\u202e"]) expect(out).not.toContain(raw);
    }
    expect([inBrowser.code, alone.code]).toEqual([0, 130]);
  });
});

describe("keys typed ahead of a question", () => {
  test("are no answer, and no keys of the list after it", async () => {
    const { code, out } = await type(pending, [
      [/1–4 of 4/, "dy\r"],
      [/Delete LiveClassBooking 118\?/, "n\r\r\r"],
      [/Nothing was changed/, "fstatus\rpend\r"],
      [/Filter by/, "\r"],
      [/booking-type|status:/, ESC],
      [/❯ +118[\s\S]*1–4 of 4/, "q"],
    ]);
    expect(code, out).toBe(0);
    expect(out).not.toContain("line 1 of");
    expect(out).not.toContain("deleted");
    expect(await rowOf("LiveClassBooking", 118)).toMatchObject({ status: "pending" });
  });

  test("a pasted text is no keys: it goes into the search line where that is open", async () => {
    const paste = (text: string) => `${ESC}[200~${text}${ESC}[201~`;
    const { code, out } = await type("admin LiveClassBooking", [
      [/1–19 of 312/, `${paste("dax\rq")}/${paste("hugo\n")}`],
      [/Search: hugo▏/, "\r"],
      [/--search hugo/, "?"],
      [/Keys/, `${paste("Q")}x`],
      [/1–8 of 8/, "q"],
    ]);
    expect(code, out).toBe(0);
    expect(out).not.toMatch(/Delete |Add it|approve: /);
    expect(out).toContain(`${ESC}[?2004h`);
    expect(out.lastIndexOf(`${ESC}[?2004l`)).toBeGreaterThan(out.lastIndexOf(`${ESC}[?2004h`));
  });
});

describe("a question", () => {
  test("of a filter is asked again where its value is wrong, and begins with that", async () => {
    const { code, out } = await type("admin LiveClassBooking", [
      [/1–19 of 312/, "f"],
      [/10 of \d+ seen/, "start-after"],
      [/❯ start-after/, "\r"],
      [/start-after: then or later/, "2026-13-01\r"],
      [/✔[\s\S]*--start-after "?2026-13-01[\s\S]*start-after: [\s\S]*2026-13-01/, "\u00152026-12-01\r"],
      [/--start-after 2026-12-01/, "q"],
    ]);
    expect(code, out).toBe(0);
  });

  test("of an edit can be answered once more before it is saved", async () => {
    const { code, out } = await type(pending, [
      [/1–4 of 4/, "e"],
      [/Which field/, "teacher_note"],
      [/❯ teacher_note/, "\r"],
      [/the teacher's note/, "bring a pem\r"],
      [/❯ save: teacher_note bring a pem/, "teacher_note"],
      [/❯ teacher_note: – → bring a pem/, "\r"],
      [/the teacher's note[^\n]*bring a pem/, "\u007fn\r"],
      [/❯ save: teacher_note bring a pen/, "\r"],
      [/booking 118 changed/, "q"],
    ]);
    expect(code, out).toBe(0);
    expect(await rowOf("LiveClassBooking", 118)).toMatchObject({ teacher_note: "bring a pen" });
  });
});

describe("the end of the input", () => {
  test.each([
    ["booking create", /\? Course/],
    ["series create --course 1", /\? (Student|When)/],
    ["admin LiveClassBooking add", /whose|who it is for|student/],
    ["admin LiveClassBooking edit 118", /Which field/],
    ["admin LiveClassBooking delete 118", /Delete/],
  ])("is no answer to `%s`", async (words, question) => {
    const { code, out } = await type(words, [[question, "\u0004"]]);
    expect(out).toContain("the input ended before the question was answered");
    expect(out).toContain("nothing was changed");
    expect(code).toBe(2);
  });
});
