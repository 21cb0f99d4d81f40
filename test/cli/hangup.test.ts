/** Signals and terminals that go away: the terminal is given back, and the program ends by the signal. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, onTerminal, type Program } from "../support/program.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

let program: Program;
let school: School;

beforeAll(async () => {
  program = buildProgram();
  school = await makeMigratedSchool();
});
afterAll(() => {
  school.remove();
  program.remove();
});

const DB = "--db sample/school.sqlite3 --now 2026-11-20T09:00:00Z --tz Europe/Madrid";

/** Runs it in a shell that says the terminal's mode afterwards. @param signal comes once `when` is seen */
async function endedBy(signal: NodeJS.Signals, words: string, when: RegExp) {
  const pid = join(school.folder, "pid");
  const line = `sh -c 'echo $$ > pid; exec "${process.execPath}" "${program.bin}" ${words} ${DB}'; echo "CODE $?"; stty -a | grep -o -- '-*icanon'; echo MODE`;
  const { out } = await onTerminal(["sh", "-c", line], {
    cwd: school.folder,
    env: { TERM: "xterm", NO_COLOR: "1" },
    size: { width: 100, height: 24 },
    dialogue: [
      [
        when,
        () => {
          process.kill(Number(readFileSync(pid, "utf8")), signal);
          return "";
        },
      ],
    ],
  });
  return out;
}

describe.each([
  ["SIGHUP", 129],
  ["SIGQUIT", 131],
] as const)("%s", (signal, code) => {
  test.each([
    ["the browser", "admin LiveClassBooking", /1–19 of 312/, true],
    ["a question of a command", "legacy rollback", /\(y\/N\)/, false],
    ["a search of a command", "booking create", /Course/, false],
  ])("in %s", async (_what, words, when, hasScreen) => {
    const out = await endedBy(signal, words, when);
    expect(out).toContain(`CODE ${code}`);
    expect(out).toMatch(/(?<!-)icanon\s+MODE/);
    expect(out.lastIndexOf("\u001b[?25h")).toBeGreaterThan(out.lastIndexOf("\u001b[?25l"));
    expect(out.includes("\u001b[?1049l")).toBe(hasScreen);
  });
});

test("a terminal that goes while SIGHUP is ignored ends a question quietly", async () => {
  const code = join(school.folder, "code");
  const line = `trap "" HUP; "${process.execPath}" "${program.bin}" legacy rollback ${DB}; echo $? > code`;
  let asked = false;
  await onTerminal(["sh", "-c", line], {
    cwd: school.folder,
    env: { TERM: "xterm" },
    dialogue: [
      [
        /\(y\/N\)/,
        () => {
          asked = true;
          return "";
        },
      ],
    ],
    signal: { name: "SIGKILL", when: () => asked },
  });
  await expect.poll(() => existsSync(code) && readFileSync(code, "utf8"), { timeout: 10_000 }).toBe("129\n");
});
