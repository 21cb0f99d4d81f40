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
    const inBrowser = await type(pending, [
      [/1–4 of 4/, "e"],
      ...dialogue,
      [/Nothing was changed/, "q"],
    ]);
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
