/** Completion in the shells themselves: a line is typed, Tab is pressed, and the line or the list is what it should be. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, type Program } from "../support/program.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";
import { isInstalled, pressTab, SHELLS, type Tabbed } from "../support/shells.ts";

let program: Program;
let school: School;

beforeAll(async () => {
  program = buildProgram();
  school = await makeMigratedSchool();
  mkdirSync(join(school.folder, "backups"));
});
afterAll(() => {
  school.remove();
  program.remove();
});

const DB = "--db sample/school.sqlite3";

/** What is typed, and what Tab makes of it. */
const LINES = [
  ["classbook boo", "classbook booking"],
  ["classbook booking app", "classbook booking approve"],
  ["classbook booking list --form", "classbook booking list --format"],
  ["classbook booking list --format nd", "classbook booking list --format ndjson"],
  ["classbook booking list --format=nd", "classbook booking list --format=ndjson"],
  ["classbook booking list --status pending,att", "classbook booking list --status pending,attended"],
  ["classbook config set tz Europe/Mad", "classbook config set tz Europe/Madrid"],
  [`classbook booking create ${DB} --student hug`, `classbook booking create ${DB} --student hugo`],
  [`classbook legacy issues show ${DB} booking:11`, `classbook legacy issues show ${DB} booking:111`],
  ["classbook db backup --to backu", "classbook db backup --to backups"],
  ["classbook admin liveclassb", "classbook admin LiveClassBooking"],
  ["classbook db check --db=sam", "classbook db check --db=sample"],
  ["classbook db check --db sam", "classbook db check --db sample"],
  ["classbook admin Course list --order -ti", "classbook admin Course list --order -title"],
  ["classbook admin Course list --order=-ti", "classbook admin Course list --order=-title"],
  ["classbook admin Course list --order id,-ti", "classbook admin Course list --order id,-title"],
  ["classbook nonsen", "classbook nonsen"],
] as const;

describe.each(SHELLS)("%s", (shell) => {
  const installed = isInstalled(shell);
  if (!installed && shell !== "bash") {
    test.skip(`NOT TESTED: ${shell} is not installed here`, () => {});
    return;
  }

  const press = (line: string): Promise<Tabbed> => pressTab(shell, line, { program, folder: school.folder });

  beforeAll(async () => {
    const { code, out } = await program.run(["completion", shell]);
    expect(code).toBe(0);
    writeFileSync(join(school.folder, "script"), out);
  });

  test.each(LINES)("%s ⇥ %s", async (typed, becomes) => {
    const { line, shown } = await press(typed);
    expect(line, shown).toBe(becomes);
  });

  test("several candidates are listed", async () => {
    const { shown } = await press("classbook legacy issues ");
    for (const verb of ["list", "show", "resolve", "skip", "retry", "export", "import"])
      expect(shown).toContain(verb);
    if (shell !== "bash") expect(shown).toContain("take rows up again");
  });

  test("models are found by small letters", async () => {
    // zsh types what they have in common first, and lists them at the next Tab.
    const { shown } = await press("classbook admin live");
    expect(shown).toContain("LiveClass");
  });

  test("requests that wait stand first", async () => {
    const { shown } = await press(`classbook booking approve ${DB} 1`);
    expect(shown).toMatch(/\b112\b/);
    expect(shown.search(/\b118\b/), shown).toBeLessThan(shown.search(/\b112\b/));
    if (shell !== "bash") expect(shown).toContain("pending");
  });
});

test("an unknown shell is refused, and the script is the same in every format", async () => {
  const ran = await program.run(["completion", "tcsh"]);
  expect([ran.code, ran.out, ran.err]).toEqual([
    2,
    "",
    'classbook: there is no completion for the shell "tcsh"\n  shells: bash, zsh, fish\n',
  ]);
  const plain = await program.run(["completion", "bash"]);
  expect(await program.run(["completion", "bash"], { env: { CLASSBOOK_FORMAT: "json" } })).toEqual(plain);
});
