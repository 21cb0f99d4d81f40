/** The admin's browser on a database that becomes another while it is looked at: files are moved, tables dropped. */
import { copyFileSync, renameSync } from "node:fs";
import BetterSqlite3 from "better-sqlite3";
import { expect, test } from "vitest";
import { atTerminal } from "../support/at-terminal.ts";
import type { Typing } from "../support/program.ts";

const { rowOf, school, typeRaw } = atTerminal("");

const type = (words: string, dialogue: NonNullable<Typing["dialogue"]>) =>
  typeRaw(words, dialogue, { env: { TERM: "xterm", NO_COLOR: "1" }, size: { width: 100, height: 24 } });

function write(file: string, statement: string): void {
  const database = new BetterSqlite3(file);
  database.pragma("foreign_keys = off");
  database.exec(statement);
  database.close();
}

/** Another file takes the place of the school's, in which 118 is declined. */
function replace(): void {
  const { file } = school();
  copyFileSync(file, `${file}.other`);
  write(`${file}.other`, "update myApp_liveclassbooking set status = 'declined' where id = 118");
  renameSync(file, `${file}.old`);
  renameSync(`${file}.other`, file);
}

/** Keys, before which something happens. */
const first = (happens: () => void, keys: string) => () => {
  happens();
  return keys;
};

const pending = "admin LiveClassBooking --teacher marta --status pending --order id";

test("another file at the same path is read anew, before anything is asked and after", async () => {
  const ran = await type(pending, [
    [/❯ +118[\s\S]*1–4 of 4/, first(replace, "x")],
    [/❯ +123[\s\S]*Another file stands at/, "r"],
    [/1–3 of 3/, "x"],
    [/booking 123[\s\S]*approve: confirm requests/, "\r"],
    [/approve: booking 123\?/, first(replace, "y\r")],
    [/Another file stands at/, "r"],
    [/1–3 of 3/, "q"],
  ]);
  expect(ran.code, ran.out).toBe(0);
  expect(await rowOf("LiveClassBooking", 123)).toMatchObject({ status: "pending" });
});

test("a file that is gone ends it with a sentence", async () => {
  const { code, out } = await type(pending, [
    [/1–4 of 4/, first(() => renameSync(school().file, `${school().file}.away`), "r")],
  ]);
  expect(code, out).toBe(4);
  expect(out.split("\u001b[?1049l")[1]).toContain("school.sqlite3 is not there any more");
});

test("a table that is dropped ends it with a sentence", async () => {
  const drop = () =>
    write(school().file, "drop table if exists myApp_sessionwaitlist; drop table if exists session_waitlist");
  const { code, out } = await type("admin SessionWaitlist", [[/1–\d+ of/, first(drop, "r")]]);
  expect(code, out).toBe(6);
  const after = out.split("\u001b[?1049l")[1]!.replaceAll(/\s+/g, " ");
  expect(after).toContain("are not what they were a moment ago: ");
  expect(after).not.toMatch(/should not happen|at .*\.js/);
});
