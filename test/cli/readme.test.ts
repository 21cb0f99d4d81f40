/** The tour of the README, run in its order on the sample: every command works and says what the page shows. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildProgram, type Program, ROOT } from "../support/program.ts";
import { makeSchool, type School } from "../support/school.ts";

interface Stop {
  line: string;
  /** What the page shows of the answer; `…` stands for what it leaves out. */
  shown: string[];
}

const page = readFileSync(join(ROOT, "README.md"), "utf8");
const stops = [...page.matchAll(/```console\n(.*?)```/gs)]
  .flatMap(([, block]) => block!.split(/^\$ /m).slice(1))
  .map((text): Stop => {
    const [line, ...shown] = text.split("\n");
    return { line: line!, shown: shown.map(plain).filter((words) => words !== "") };
  })
  .filter(({ line }) => line.startsWith("classbook "));

/** Without what differs from machine to machine, and from one width of the terminal to another. */
function plain(text: string): string {
  return text
    .replace(/SQLite \d+(\.\d+)+/g, "SQLite")
    .replace(/about \d+ s/g, "about a second")
    .replace(/…$/, "")
    .replace(/\s+/g, " ")
    .trim();
}

let program: Program;
let school: School;

beforeAll(() => {
  program = buildProgram();
  school = makeSchool();
});

afterAll(() => {
  program.remove();
  school.remove();
});

test("there is a tour", () => {
  expect(stops.length).toBeGreaterThan(8);
  expect(stops.filter(({ shown }) => shown.length > 3).length).toBeGreaterThan(1);
});

test.each(stops)("$line", async ({ line, shown }) => {
  const typed = line.includes("|") ? line : `${line} --format table`;
  const { code, out, err } = await program.shell(typed, { cwd: school.folder });
  expect(code, err).toBe(/ legacy migrate | verify overbooked /.test(line) ? 6 : 0);
  const answer = plain(out + err);
  let at = 0;
  for (const words of shown) {
    const found = answer.indexOf(words, at);
    expect(found, `"${words}" in:\n${out}`).toBeGreaterThanOrEqual(at);
    at = found + words.length;
  }
});
