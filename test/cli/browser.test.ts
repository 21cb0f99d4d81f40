/** The admin's browser without a terminal: what each key makes of the screen, and the screen as lines. */
import { describe, expect, test } from "vitest";
import { draw, type Setting } from "../../src/cli/browser/draw.ts";
import { BINDINGS, bindingsOf } from "../../src/cli/browser/keys.ts";
import { changed, type Effect, filtered, popped, resized, step } from "../../src/cli/browser/state.ts";
import {
  type ListView,
  listOf,
  type MenuView,
  type RowView,
  type State,
  top,
  type View,
} from "../../src/cli/browser/views.ts";
import { paintFor } from "../../src/cli/io.ts";
import { pressOf, type Size } from "../../src/cli/terminal.ts";
import { breakTo, cutTo, displayWidth, fillTo } from "../../src/cli/text-width.ts";
import { expectGolden } from "../support/golden.ts";

const LARGE: Size = { width: 80, height: 24 };
const SMALL: Size = { width: 60, height: 15 };

const setting: Setting = {
  paint: paintFor({ colour: false }),
  place: "sample/school.sqlite3",
  zone: "Europe/Madrid",
  command: (words) => `classbook ${words} --db sample/school.sqlite3`,
};

const NAMES = [
  "ana",
  "ben",
  "王小明",
  "ひらがな学生",
  "👩‍🏫 teacher",
  "a\u0301rpa\u0301d",
  "long ".repeat(20).trim(),
];

function list(change: Partial<ListView> = {}): ListView {
  return {
    ...listOf("LiveClassBooking", {}),
    columns: [
      { name: "id", isWhole: true },
      { name: "status", isWhole: false },
      { name: "student", isWhole: false },
      { name: "course", isWhole: false },
      { name: "start_at_utc", isWhole: true },
      { name: "seats_reserved", isWhole: true },
    ],
    rows: Array.from({ length: 19 }, (_, at) => ({
      id: 100 - at,
      cells: [
        String(100 - at),
        "confirmed",
        NAMES[at % NAMES.length]!,
        "Te reo Māori, evenings",
        "1 Dec 2026 17:00",
        "1",
      ],
    })),
    more: true,
    total: 312,
    stale: false,
    ...change,
  };
}

const menu: MenuView = {
  kind: "menu",
  entries: [
    { model: "LiveClassBooking", rows: 1_234_567, summary: "bookings: seats in group sessions" },
    { model: "SessionWaitlist", rows: 9, summary: "places in the queues of full sessions" },
    { model: "Booking", rows: 262, summary: "legacy bookings of group sessions" },
    { model: "OneOnOneBooking", rows: null, summary: "legacy bookings of one-on-one lessons" },
  ],
  typed: "",
  cursor: 0,
};

const row: RowView = {
  kind: "row",
  model: "LiveClassBooking",
  id: 118,
  parts: [
    {
      title: "",
      target: null,
      columns: null,
      lines: [
        { cells: ["id", "118"], target: null },
        { cells: ["student_user_id", "23 wanda"], target: { to: "row", model: "User", id: 23 } },
        { cells: ["student_note", "日本語のノート。".repeat(10)], target: null },
        {
          cells: [
            "teacher_note",
            "bring the book that we talked about, and a pen, and some paper to write on",
          ],
          target: null,
        },
      ],
      note: null,
    },
    {
      title: "history (BookingEvent): 30",
      target: {
        to: "list",
        model: "BookingEvent",
        typed: { "--subject": "live_class_booking", "--subject-id": "118" },
      },
      columns: [
        { name: "id", isWhole: true },
        { name: "what", isWhole: false },
        { name: "change", isWhole: false },
      ],
      lines: [
        {
          cells: ["7", "approved", "pending → confirmed"],
          target: { to: "row", model: "BookingEvent", id: 7 },
        },
        {
          cells: ["3", "created", "pending; seats_reserved 1"],
          target: { to: "row", model: "BookingEvent", id: 3 },
        },
      ],
      note: "the first 2; Enter: all of them",
    },
  ],
  cursor: 0,
  stale: false,
};

function on(view: View, size = LARGE, below: View[] = []): State {
  return { views: [...below, view], size, message: null, help: null };
}

/** Keys one after the other; an effect is told and not carried out. */
function type(start: State, keys: readonly string[]): { state: State; effects: Effect[] } {
  let state = start;
  const effects: Effect[] = [];
  for (const key of keys) {
    const next = step(state, { key, text: /^.$/u.test(key) ? key : null });
    state = next.state;
    if (next.effect !== null) effects.push(next.effect);
  }
  return { state, effects };
}

const listAfter = (state: State, ...keys: string[]) => top(type(state, keys).state) as ListView;
const effectsOf = (state: State, ...keys: string[]) => type(state, keys).effects;

describe("the screen", () => {
  const screens: [string, State][] = [
    ["menu", on(menu)],
    ["menu-typed", on({ ...menu, typed: "booking" }, SMALL)],
    ["menu-nothing", on({ ...menu, typed: "xyz" }, SMALL)],
    ["list", on(list({ cursor: 2, marked: new Set([99, 97]) }))],
    [
      "list-small",
      on(
        list({ rows: list().rows.slice(0, 10), typed: { "--status": "pending", "--search": "ana b" } }),
        SMALL,
      ),
    ],
    ["list-right", on(list({ rows: list().rows.slice(0, 10), shift: 2 }), SMALL)],
    [
      "list-empty",
      on(list({ rows: [], more: false, total: 0, typed: { "--search": "x\u001b[31m" } }), SMALL),
    ],
    ["list-typing", on(list({ rows: list().rows.slice(0, 10), typing: "王" }), SMALL)],
    ["list-help", { ...on(list()), help: 0 }],
    ["row", on(row)],
    ["row-small", on({ ...row, cursor: 11 }, { width: 40, height: 12 })],
    [
      "refused",
      {
        ...on(list({ rows: list().rows.slice(0, 10) }), SMALL),
        message: {
          text: "0 open = 5 seats − 5 taken\n`classbook waitlist join` puts the student into the queue of the session",
          isBad: true,
        },
      },
    ],
  ];

  test.each(screens)("%s", (name, state) => {
    const lines = draw(state, setting);
    expectGolden(`browser/${name}.txt`, `${lines.join("\n")}\n`);
  });

  test("is never wider or higher than the terminal, whatever its size", () => {
    for (const [name, { views, ...rest }] of screens)
      for (const width of [1, 2, 7, 20, 39, 60, 80, 200])
        for (const height of [1, 2, 4, 7, 15, 24, 60]) {
          const lines = draw(resized({ ...rest, views }, { width, height }).state, setting);
          expect(lines, `${name} ${width}x${height}`).toHaveLength(height);
          for (const line of lines)
            expect(displayWidth(line), `${name} ${width}: ${line}`).toBeLessThanOrEqual(width);
        }
  });

  test("has colours only where they are wanted, and the same letters", () => {
    const painted = draw(on(list()), { ...setting, paint: paintFor({ colour: true }) }).join("\n");
    expect(painted).toContain("\u001b[36m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    expect(painted.replaceAll(/\u001b\[\d+m/g, "")).toBe(draw(on(list()), setting).join("\n"));
  });
});

describe("the menu", () => {
  test("is searched by typing; those that are called so come first", () => {
    const typed = on({ ...menu, typed: "booking" });
    expect(draw(typed, setting)[3]).toContain("❯ Booking");
    expect(effectsOf(on(menu), "w", "a", "i", "t", "return")).toEqual([{ do: "read" }]);
    const { state } = type(on(menu), ["w", "a", "i", "t", "return"]);
    expect(top(state)).toMatchObject({ kind: "list", model: "SessionWaitlist", typed: {} });
    expect(effectsOf(on(menu), "z", "z", "return")).toEqual([]);
  });

  test("Esc forgets what was typed, then leaves", () => {
    const { state, effects } = type(on(menu), ["b", "o", "backspace", "escape"]);
    expect([(top(state) as MenuView).typed, effects]).toEqual(["", []]);
    expect(effectsOf(state, "escape")).toEqual([{ do: "leave", interrupted: false }]);
  });
});

describe("a list", () => {
  test("the cursor stays on the page, and takes the next one at its end", () => {
    expect(listAfter(on(list()), "down", "down", "up").cursor).toBe(1);
    expect(effectsOf(on(list({ cursor: 18 })), "down")).toMatchObject([
      { do: "show", view: { offset: 19, cursor: 0 } },
    ]);
    expect(effectsOf(on(list({ offset: 19 })), "up")).toMatchObject([
      { do: "show", view: { offset: 0, cursor: 18 } },
    ]);
    expect(effectsOf(on(list({ offset: 5 })), "up")).toMatchObject([{ view: { offset: 0, cursor: 4 } }]);
    expect(effectsOf(on(list()), "up")).toEqual([]);
    expect(effectsOf(on(list({ cursor: 18, more: false })), "down")).toEqual([]);
    expect(effectsOf(on(list()), "n")).toMatchObject([{ view: { offset: 19 } }]);
    expect(effectsOf(on(list({ offset: 38 })), "pageup")).toMatchObject([{ view: { offset: 19 } }]);
    expect(effectsOf(on(list()), "end")).toMatchObject([{ view: { offset: 293, cursor: 18 } }]);
    expect(effectsOf(on(list({ offset: 38 })), "home")).toMatchObject([{ view: { offset: 0, cursor: 0 } }]);
    expect(listAfter(on(list({ more: false })), "end").cursor).toBe(18);
  });

  test("an empty one has nothing to open, edit, delete or select", () => {
    const empty = on(list({ rows: [], more: false, total: 0 }));
    expect(effectsOf(empty, "down", "up", "return", "e", "d", "x", "space", "*", "end", "n", "p")).toEqual(
      [],
    );
  });

  test("the search is typed at the bottom; Esc leaves it, nothing takes it away", () => {
    const typing = type(on(list()), ["/", "a", "q", "backspace", "n"]);
    expect([(top(typing.state) as ListView).typing, typing.effects]).toEqual(["an", []]);
    expect(effectsOf(typing.state, "return")).toMatchObject([
      { do: "show", view: { typed: { "--search": "an" }, offset: 0, total: null } },
    ]);
    expect(listAfter(typing.state, "escape").typing).toBeNull();
    const searched = on(list({ typed: { "--search": "an", "--status": "pending" } }));
    expect(listAfter(searched, "/").typing).toBe("an");
    expect(effectsOf(searched, "/", "ctrl-u", "return")).toMatchObject([
      { view: { typed: { "--status": "pending" } } },
    ]);
    expect(effectsOf(searched, "c")).toMatchObject([{ view: { typed: {} } }]);
  });

  test("selected rows stay selected while one pages, and are what is acted on", () => {
    const { state } = type(on(list()), ["space", "space", "down"]);
    const view = top(state) as ListView;
    expect([[...view.marked], view.cursor]).toEqual([[100, 99], 3]);
    expect(effectsOf(state, "x", "d", "e")).toEqual([
      { do: "ask", what: "act", ids: [100, 99] },
      { do: "ask", what: "delete", ids: [100, 99] },
      { do: "ask", what: "edit", ids: [97] },
    ]);
    expect(effectsOf(state, "n")).toMatchObject([{ view: { marked: new Set([100, 99]) } }]);
    expect(listAfter(state, "escape").marked.size).toBe(0);
    expect(listAfter(state, "*").marked.size).toBe(19);
    expect(listAfter(state, "*", "*").marked.size).toBe(0);
    expect(effectsOf(on(list()), "x")).toEqual([{ do: "ask", what: "act", ids: [100] }]);
  });

  test("another filter begins at the first page with nothing selected", () => {
    const state = on(list({ offset: 38, cursor: 4, marked: new Set([3]) }));
    expect(filtered(state, { "--status": "pending" }).effect).toMatchObject({
      view: { offset: 0, cursor: 0, total: null, marked: new Set(), typed: { "--status": "pending" } },
    });
  });

  test("another size of the terminal reads its page anew", () => {
    expect(resized(on(list()), SMALL)).toMatchObject({ state: { size: SMALL }, effect: { do: "read" } });
    const below = resized(on(row, LARGE, [list()]), SMALL);
    expect(below.effect).toBeNull();
    expect(popped(below.state).effect).toEqual({ do: "read" });
  });
});

describe("an opened row", () => {
  const opened = on(row, LARGE, [list()]);

  test("leads to what it names, to the rows that belong to it, and to all of them", () => {
    expect(top(type(opened, ["down", "return"]).state)).toMatchObject({ kind: "row", model: "User", id: 23 });
    expect(top(type(opened, ["tab", "return"]).state)).toMatchObject({
      kind: "list",
      model: "BookingEvent",
      typed: { "--subject": "live_class_booking", "--subject-id": "118" },
    });
    expect(top(type(opened, ["tab", "down", "down", "return"]).state)).toMatchObject({ kind: "row", id: 7 });
    expect(top(type(opened, ["end", "return"]).state)).toMatchObject({ kind: "list", model: "BookingEvent" });
    expect(effectsOf(opened, "return")).toEqual([]);
  });

  test("is read to its end, and left again", () => {
    const { state } = type(opened, [...Array<string>(60).fill("down"), "pagedown"]);
    const lines = draw(state, setting);
    expect(lines.some((line) => line.includes("❯   the first 2"))).toBe(true);
    expect(top(type(state, ["q"]).state).kind).toBe("list");
    expect(effectsOf(state, "Q")).toEqual([{ do: "leave", interrupted: false }]);
  });
});

describe("whatever was changed", () => {
  test("is read anew on every screen; a row that is gone is closed", () => {
    const message = { text: "deleted", isBad: false };
    const state = on(row, LARGE, [menu, list({ marked: new Set([1]) })]);
    const edited = changed(state, { message, gone: [] });
    expect([top(edited.state).kind, edited.effect]).toEqual(["row", { do: "read" }]);
    expect(popped(edited.state)).toMatchObject({ effect: { do: "read" }, state: { message } });
    const deleted = changed(state, { message, gone: [118] });
    expect(top(deleted.state)).toMatchObject({ kind: "list", total: null });
    expect(deleted.effect).toEqual({ do: "read" });
  });
});

describe("keys", () => {
  test("Ctrl-C interrupts everywhere, Ctrl-D leaves", () => {
    const states = [on(menu), on(list()), on(list({ typing: "a" })), on(row), { ...on(list()), help: 0 }];
    for (const state of states) {
      expect(effectsOf(state, "ctrl-c")).toEqual([{ do: "leave", interrupted: true }]);
      expect(effectsOf(state, "ctrl-d")).toEqual([{ do: "leave", interrupted: false }]);
    }
  });

  test("each has one meaning on a screen, and the help has them all", () => {
    for (const where of ["menu", "list", "row"] as const) {
      const keys = bindingsOf(where).flatMap((binding) => binding.keys);
      expect(new Set(keys).size).toBe(keys.length);
    }
    const view = { menu, list: list(), row };
    for (const { where, shown, says } of BINDINGS)
      for (const one of where) {
        const lines = draw({ ...on(view[one], { width: 200, height: 60 }), help: 0 }, setting);
        expect(
          lines.some((line) => line.includes(shown) && line.includes(says)),
          says,
        ).toBe(true);
      }
  });

  test("the help scrolls where it does not fit", () => {
    const state = { ...on(list(), SMALL), help: 0 };
    const down = type(state, Array<string>(40).fill("down")).state;
    expect(draw(down, setting).join("\n")).toContain("classbook admin LiveClassBooking list");
    expect(type(down, ["x"])).toMatchObject({ state: { help: null }, effects: [] });
  });

  test.each([
    ["a", { name: "a", sequence: "a" }, { key: "a", text: "a" }],
    ["Q", { name: "q", shift: true, sequence: "Q" }, { key: "Q", text: "Q" }],
    ["王", { sequence: "王" }, { key: "王", text: "王" }],
    [" ", { name: "space", sequence: " " }, { key: "space", text: " " }],
    ["\r", { name: "return", sequence: "\r" }, { key: "return", text: null }],
    ["\n", { name: "enter", sequence: "\n" }, { key: "return", text: null }],
    ["\u0003", { name: "c", ctrl: true, sequence: "\u0003" }, { key: "ctrl-c", text: null }],
    [undefined, { name: "up", sequence: "\u001b[A" }, { key: "up", text: null }],
    ["\u001b", { name: "escape", meta: true, sequence: "\u001b" }, { key: "escape", text: null }],
    [undefined, { sequence: "\u001b[99~" }, { key: "", text: null }],
  ])("%j", (text, key, press) => {
    expect(pressOf(text, key)).toEqual(press);
  });
});

describe("columns of a terminal", () => {
  test.each([
    ["abc", 3],
    ["Māori", 5],
    ["王小明", 6],
    ["ﾊﾛｰ", 3],
    ["👩‍🏫", 2],
    ["🇪🇸", 2],
    ["✔", 1],
    ["✔️", 2],
    ["a\u0301", 1],
    ["\u200b", 0],
    ["한국어", 6],
    ["", 0],
  ])("%j takes %d", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  test("what is cut or filled takes what it should", () => {
    expect(cutTo("王小明", 4)).toBe("王…");
    expect(cutTo("abcdef", 3)).toBe("ab…");
    expect([cutTo("abc", 0), cutTo("abc", 1)]).toEqual(["", "…"]);
    expect(fillTo("王", 4)).toBe("王  ");
    expect(fillTo("7", 3, "right")).toBe("  7");
    expect(breakTo("one two three", 7)).toEqual(["one two", "three"]);
    expect(breakTo("王小明さん", 4)).toEqual(["王小", "明さ", "ん"]);
    expect(breakTo("王王", 1)).toEqual(["王", "王"]);
    expect(breakTo("", 5)).toEqual([""]);
  });
});
