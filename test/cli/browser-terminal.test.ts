/** The admin's menu and browser in a real pseudo-terminal: screens, questions, Ctrl-C, small terminals. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeDjango } from "../support/django.ts";
import { migrate, withDatabase } from "../support/migration.ts";
import { buildProgram, type Program, type Typing } from "../support/program.ts";
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

const SETTINGS = ["--now", "2026-11-20T09:00:00Z", "--tz", "Europe/Madrid"];
const SAMPLE = ["--db", "sample/school.sqlite3"];
const [DOWN, END, PAGE_DOWN, ESC, TAB] = ["\u001b[B", "\u001b[F", "\u001b[6~", "\u001b", "\t"];
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const LARGE = { width: 100, height: 30 };

/** As it looks: without colours and cursor moves. */
const plain = (text: string) => text.replaceAll(/\p{Cc}\[[\d;?]*[a-zA-Z]/gu, "\n").replaceAll("\r", "");

interface Options {
  size?: NonNullable<Typing["size"]>;
  env?: Record<string, string>;
  school?: School;
}

async function type(
  words: string,
  dialogue: NonNullable<Typing["dialogue"]>,
  { size = LARGE, env, school: other = school }: Options = {},
) {
  const place = words.includes("--db") ? [] : SAMPLE;
  const ran = await program.terminal([...words.split(" "), ...SETTINGS, ...place], {
    cwd: other.folder,
    env: { TERM: "xterm", ...env },
    dialogue,
    size,
  });
  return { code: ran.code, raw: ran.out, shown: plain(ran.out) };
}

const [ENTER_SCREEN, LEAVE_SCREEN] = ["\u001b[?1049h", "\u001b[?1049l"];
const [HIDE_CURSOR, SHOW_CURSOR] = ["\u001b[?25l", "\u001b[?25h"];

/** The terminal is as it was before: the screen given back once, and the cursor seen. */
function expectRestored(raw: string): void {
  expect(raw.split(ENTER_SCREEN)).toHaveLength(2);
  expect(raw.split(LEAVE_SCREEN)).toHaveLength(2);
  expect(raw.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(raw.lastIndexOf(HIDE_CURSOR));
  expect(raw.lastIndexOf(LEAVE_SCREEN)).toBeGreaterThan(raw.lastIndexOf(HIDE_CURSOR));
  expect(raw).not.toContain("PromptError");
}

describe("looking", () => {
  test("menu → model → filter → search → row → what belongs to it → back → leave", async () => {
    const before = school.hash();
    const { code, raw, shown } = await type("admin", [
      [/LiveClassBooking +312 +bookings/, "waitl"],
      [/Name: waitl/, `${"\u007f".repeat(5)}class`],
      [/❯ LiveClassBooking/, "\r"],
      [/1–25 of 312/, "f"],
      [/❯ status/, "\r"],
      [/❯ pending/, "confirmed"],
      [/❯ confirmed/, "\r"],
      [/--status confirmed[\s\S]*1–25 of \d\d /, "/ana\r"],
      [/--status confirmed --search ana[\s\S]*❯ 124/, "\r"],
      [/LiveClassBooking 124[\s\S]*student_user_id +1 ana/, DOWN.repeat(10)],
      [/❯ session_id +20 Spanish A2/, "\r"],
      [/LiveClassSession 20/, TAB],
      [/❯ +bookings \(LiveClassBooking\): \d/, "\r"],
      [/--session 20[\s\S]*1–\d of \d/, "q"],
      [/LiveClassSession 20/, ESC],
      [/LiveClassBooking 124/, "q"],
      [/--search ana/, "c"],
      [/1–25 of 312/, `${PAGE_DOWN}${END}`],
      [/❯ +1 [\s\S]*288–312 of 312/, "q"],
      [/The admin[\s\S]*Name: class/, ESC],
      [/Type a part/, ESC],
      [/Esc once more leaves/, ESC],
    ]);
    expect(code, shown).toBe(0);
    expectRestored(raw);
    expect(school.hash()).toBe(before);
  });

  test("a model at once, filtered by its flags; a reference by search, an order, what is not there", async () => {
    const { code, raw, shown } = await type("admin liveclassbooking --status pending", [
      [/LiveClassBooking · 10 bookings[\s\S]*--status pending/, "f"],
      [/Filter by/, "teach"],
      [/❯ teacher/, "\r"],
      [/❯ 1 · .*marta/, "mart"],
      [/mart[^a][\s\S]*❯ 1 · .*marta/, "\r"],
      [/--status pending --teacher 1[\s\S]*1–4 of 4/, "f"],
      [/Filter by/, "start-after"],
      [/❯ start-after/, "\r"],
      [/start-after: then or later/, "2026-11-21\r"],
      [/--start-after 2026-11-21[\s\S]*1–\d of/, "o"],
      [/Order by/, "start_at_utc ↓"],
      [/❯ start_at_utc ↓/, "\r"],
      [/--order -start_at_utc[\s\S]*❯ 284/, "f"],
      [/Filter by/, ESC],
      [/1–4 of 4/, "/9999\r"],
      [/No such bookings/, "?"],
      [/Keys/, PAGE_DOWN],
      [/--search 9999 --db|--search[\s\S]*9999/, "xQ"],
    ]);
    expect(code, shown).toBe(0);
    expectRestored(raw);
  });

  test("in a small terminal without colours, of the legacy models, too", async () => {
    const { code, raw, shown } = await type(
      "admin Booking",
      [
        [/Booking · 262 legacy bookings/, "\r"],
        [/Booking \d+[\s\S]*line 1 of/, `${DOWN}${PAGE_DOWN}?`],
        [/Keys/, "x"],
        [/line 1\d of/, "q"],
        [/1–10 of 262/, "Q"],
      ],
      { size: { width: 60, height: 15 }, env: { NO_COLOR: "1" } },
    );
    expect(code, shown).toBe(0);
    expectRestored(raw);
    expect(raw).not.toMatch(/\[\d+m/);
    for (const [, line] of raw.matchAll(/\[\d+;1H\p{Cc}\[K([^\p{Cc}]*)/gu))
      expect([...line!].length, line).toBeLessThanOrEqual(60);
  });
});

test("on PostgreSQL, where it ends with its connection", async () => {
  const place = await makeDjango("postgres", { generation: "D" });
  try {
    await withDatabase(place.address, (database) => migrate(database));
    const { code, raw, shown } = await type(`admin Course --db ${place.address}`, [
      [/Course · \d+ courses/, "\r"],
      [/line 1 of/, "q"],
      [/Course · \d+ courses/, "q"],
    ]);
    expect(code, shown).toBe(0);
    expectRestored(raw);
  } finally {
    await place.remove();
  }
});

describe("leaving", () => {
  test.each([
    ["the menu", "admin", [[/The admin/, CTRL_C]]],
    ["a list", "admin LiveClassBooking", [[/1–25 of 312/, CTRL_C]]],
    [
      "an opened row",
      "admin LiveClassBooking",
      [
        [/1–25 of/, "\r"],
        [/line 1 of/, CTRL_C],
      ],
    ],
    [
      "the help",
      "admin LiveClassBooking",
      [
        [/1–25 of/, "?"],
        [/Keys/, CTRL_C],
      ],
    ],
    [
      "a search",
      "admin LiveClassBooking",
      [
        [/1–25 of/, "/an"],
        [/Search: an/, CTRL_C],
      ],
    ],
    [
      "a question",
      "admin LiveClassBooking",
      [
        [/1–25 of/, "f"],
        [/Filter by/, CTRL_C],
      ],
    ],
  ] as [string, string, NonNullable<Typing["dialogue"]>][])(
    "Ctrl-C in %s",
    async (_where, words, dialogue) => {
      const { code, raw, shown } = await type(words, dialogue);
      expect(code, shown).toBe(130);
      expect(shown).toContain("Interrupted: nothing was changed.");
      expectRestored(raw);
    },
  );

  test("the end of the input: in a list it leaves, in a question it leaves the question", async () => {
    const { code, raw, shown } = await type("admin LiveClassBooking", [
      [/1–25 of/, "f"],
      [/Filter by/, CTRL_D],
      [/1–25 of/, CTRL_D],
    ]);
    expect(code, shown).toBe(0);
    expectRestored(raw);
  });
});

describe("where nobody can browse", () => {
  test("a terminal that draws nothing, --no-input, --yes, --fields and machine formats get what a pipe gets", async () => {
    for (const [words, env] of [
      ["admin LiveClassBooking", { TERM: "dumb" }],
      ["admin LiveClassBooking --no-input", {}],
      ["admin LiveClassBooking --yes", {}],
      ["admin LiveClassBooking --fields id,status", {}],
      ["admin LiveClassBooking --json", {}],
      ["admin --no-input", {}],
    ] as const) {
      const { code, raw } = await type(words, [], { env });
      expect([words, code, raw.includes(ENTER_SCREEN)]).toEqual([words, 0, false]);
    }
  });

  test("in a pipe a model alone is its list, with the list's flags", async () => {
    const run = (words: string) =>
      program.run([...words.split(" "), ...SETTINGS, ...SAMPLE], { cwd: school.folder });
    const bare = await run("admin LiveClassBooking --status pending --order id");
    expect(bare).toEqual(await run("admin LiveClassBooking list --status pending --order id"));
    expect(bare.out.split("\n")).toHaveLength(11);
    expect(await run("admin LiveClassBooking lst")).toMatchObject({ code: 2, out: "" });
    expect((await run("admin LiveClassBooking lst")).err).toContain("did you mean list?");
    expect(await run("admin LiveClassBooking --statsu pending")).toMatchObject({ code: 2, out: "" });
  });

  test("who is no staff is told so, and sees no screen", async () => {
    for (const words of ["admin --as ana", "admin LiveClassBooking --as ana"]) {
      const { code, raw } = await type(words, []);
      expect([code, raw.includes(ENTER_SCREEN)]).toEqual([3, false]);
    }
  });
});
