/** Ctrl-Z in a question, in a shell with jobs: the shell has its terminal, and `fg` asks again with what was typed. */
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { atTerminal } from "../support/at-terminal.ts";
import { onTerminal, type Typing } from "../support/program.ts";

const { program, school, rowOf } = atTerminal("");

const CTRL_Z = "\u001a";
const SETTINGS = "--db sample/school.sqlite3 --now 2026-11-20T09:00:00Z --tz Europe/Madrid";

/** Runs it in a shell that says READY when it is its turn. */
const inShell = (words: string, dialogue: NonNullable<Typing["dialogue"]>) =>
  onTerminal(["bash", "--noprofile", "--norc", "-i"], {
    cwd: school().folder,
    env: {
      PATH: `${program().folder}:${dirname(process.execPath)}:${process.env.PATH}`,
      TERM: "xterm",
      NO_COLOR: "1",
    },
    size: { width: 100, height: 24 },
    dialogue: [
      [/[$#] /, "bind 'set enable-bracketed-paste off'; PS1='READ''Y> '\r"],
      [/READY> /, `classbook ${words} ${SETTINGS}\r`],
      ...dialogue,
      [/READY> /, "exit\r"],
    ],
  });

test("in the browser: a form goes on at its field", async () => {
  const { out } = await inShell("admin LiveClassBooking --teacher marta --status pending --order id", [
    [/1–4 of 4/, "e"],
    [/Which field of booking 118/, `teacher_no${CTRL_Z}`],
    [/READY> /, "fg\r"],
    [/Which field[^\n]* teacher_no[\s\S]*❯ teacher_note/, "\r"],
    [/the teacher's note/, `bring a${CTRL_Z}`],
    [/1049l[\s\S]*READY> /, "stty -a | grep -o -- '-*icanon'; fg\r"],
    [/\sicanon[\s\S]*1049h[\s\S]*bring a/, " pen\r"],
    [/❯ save: teacher_note bring a pen/, "\r"],
    [/booking 118 changed/, "q"],
  ]);
  expect(out).toContain("1 booking changed.");
  expect(await rowOf("LiveClassBooking", 118)).toMatchObject({ teacher_note: "bring a pen" });
});

test("in a command", async () => {
  const { out } = await inShell("admin LiveClassBooking delete 118", [
    [/Delete LiveClassBooking 118/, CTRL_Z],
    [/READY> /, "fg\r"],
    [/Delete LiveClassBooking 118/, "n\r"],
  ]);
  expect(out).toContain("not confirmed");
});
