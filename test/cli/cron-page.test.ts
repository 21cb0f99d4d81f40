/** The schedules of docs/cron.md: their command lines work, by the environment that a scheduler gives. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { buildProgram, type Program, ROOT } from "../support/program.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

const page = readFileSync(join(ROOT, "docs", "cron.md"), "utf8");

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs"))].map(([, text]) => text!);
}

const SCHEDULE = /^((?:[\d*/,-]+\s+){5})(classbook .*)$/gm;
const crontab = blocks("crontab").flatMap((text) => [...text.matchAll(SCHEDULE)].map(([, , line]) => line!));
const units = blocks("ini").flatMap((text) =>
  [...text.matchAll(/^ExecStart=\S*\/(classbook .*)$/gm)].map(([, line]) => line!),
);
const pods = blocks("yaml").flatMap((text) =>
  [...text.matchAll(/args: (\[.*\])/g)].map(
    ([, args]) => `classbook ${(JSON.parse(args!) as string[]).join(" ")}`,
  ),
);

let program: Program;
let migrated: School;
let school: School;

beforeAll(async () => {
  program = buildProgram();
  migrated = await makeMigratedSchool();
});
beforeEach(() => {
  school = migrated.clone();
  mkdirSync(join(school.folder, "log"));
});
afterEach(() => school.remove());
afterAll(() => {
  program.remove();
  migrated.remove();
});

const env = () => ({ CLASSBOOK_DB: school.file });

test("there are schedules of every kind on the page", () => {
  expect([crontab.length, units.length, pods.length]).toEqual([4, 2, 1]);
});

test.each([...new Set([...crontab, ...units, ...pods])].filter((line) => !line.includes("--watch")))(
  "%s",
  async (line) => {
    const here = line.replaceAll("/var/log/classbook", join(school.folder, "log"));
    const { code, err } = await program.shell(here, { env: env() });
    // Three sessions of the sample are overbooked, and some of its rows wait for a decision.
    expect(code, err).toBe(/ verify| legacy migrate/.test(line) && !line.includes("legacy verify") ? 6 : 0);
  },
);

test("the service runs until SIGTERM, which systemd sends", async () => {
  const line = units.find((unit) => unit.includes("--watch"))!;
  const started = Date.now();
  const { code, err } = await program.run(line.split(" ").slice(1), {
    env: env(),
    signal: { name: "SIGTERM", when: () => Date.now() - started > 2_000 },
  });
  expect([code, err]).toEqual([143, ""]);
});

test("tick: one line for a log, the same as an object, and silent once all is done", async () => {
  const now = ["--now", "2026-12-20T09:00:00Z"];
  const run = (...words: string[]) => program.run(["tick", ...now, ...words], { env: env() });
  const foreseen = await run("--dry-run", "--json");
  expect(foreseen.code).toBe(0);
  const counts = JSON.parse(foreseen.out) as Record<string, number>;
  expect(counts).toMatchObject({ failed: 0, failures: [], finished: true });
  expect(counts.sessions_completed).toBeGreaterThan(0);
  const { code, out, err } = await run("--quiet");
  expect([code, err]).toEqual([0, ""]);
  expect(out).toContain(`${counts.sessions_completed} sessions completed`);
  expect(out.trimEnd()).not.toContain("\n");
  expect(await run("--quiet")).toMatchObject({ code: 0, out: "", err: "" });
  expect(await run()).toMatchObject({ code: 0, out: "Nothing to do.\n" });
  expect((await run("--format", "csv")).out).toMatch(/^expired,offered,.*\r\n0,0,/);
  expect((await run("--as", "ana")).code).toBe(3);
});
