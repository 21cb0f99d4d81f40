/** A test file's own school at a pseudo-terminal: like new for each test. */
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { buildProgram, type Program, type Ran, type RunOptions, type Typing } from "./program.ts";
import { makeMigratedSchool, type School } from "./school.ts";

export const CTRL_C = "\u0003";
/** Empties the line. */
export const CTRL_U = "\u0015";

const SETTINGS = ["--now", "2026-11-20T09:00:00Z", "--tz", "Europe/Madrid", "--db", "sample/school.sqlite3"];

/** As it looks: without colours and cursor moves. */
const plain = (text: string) => text.replaceAll(/\p{Cc}\[[\d;?]*[a-zA-Z]/gu, "").replaceAll("\r", "");

/** @param noun the word that every command line begins with; "" = none */
export function atTerminal(noun: string) {
  let program: Program;
  let migrated: School;
  let school: School;
  beforeAll(async () => {
    program = buildProgram();
    migrated = await makeMigratedSchool();
  });
  afterAll(() => {
    migrated.remove();
    program.remove();
  });
  beforeEach(() => {
    school = migrated.clone();
  });
  afterEach(() => school.remove());

  const wordsOf = (words: string) => [...(noun === "" ? [] : [noun]), ...words.split(" "), ...SETTINGS];
  const type = (words: string, dialogue: NonNullable<Typing["dialogue"]>, more: RunOptions & Typing = {}) =>
    program.terminal(wordsOf(words), {
      cwd: school.folder,
      env: { TERM: "xterm" },
      ...more,
      dialogue,
    });
  return {
    program: (): Program => program,
    /** The school of the test that runs. */
    school: (): School => school,
    /** Types at the questions; what was seen, as it came. */
    typeRaw: type,
    /** The same, as it looks. */
    type: async (words: string, dialogue: NonNullable<Typing["dialogue"]>) => {
      const { code, out } = await type(words, dialogue);
      return { code, shown: plain(out) };
    },
    pipe: (words: string): Promise<Ran> => program.run(wordsOf(words), { cwd: school.folder }),
    /** A row of a model, as the admin shows it; null where there is none. */
    rowOf: async (model: string, id: number): Promise<Record<string, unknown> | null> => {
      const words = ["admin", model, "show", String(id), "--json", ...SETTINGS];
      const { out } = await program.run(words, { cwd: school.folder });
      return out === "" ? null : JSON.parse(out);
    },
  };
}
