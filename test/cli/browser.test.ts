/** The admin's browser without a terminal: what each key makes of the screen. */
import { describe, expect, test } from "vitest";
import { draw } from "../../src/cli/browser/draw.ts";
import { within } from "../../src/cli/browser/full.ts";
import { BINDINGS, bindingsOf } from "../../src/cli/browser/keys.ts";
import { changed, kept, resized, step } from "../../src/cli/browser/state.ts";
import { filtered } from "../../src/cli/browser/step-list.ts";
import { type Effect, popped } from "../../src/cli/browser/stepped.ts";
import { type ListView, type MenuView, type RowView, type State, top } from "../../src/cli/browser/views.ts";
import { pressOf } from "../../src/cli/terminal.ts";
import { LARGE, list, menu, on, row, SMALL, setting } from "../support/browser.ts";

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
    expect(effectsOf(state, "escape")).toEqual([]);
    expect(effectsOf(state, "escape", "escape")).toEqual([{ do: "leave", interrupted: false }]);
  });

  test("the first screen is left by q, or by Esc twice: a key whose bytes come apart begins with one", () => {
    for (const state of [on(menu), on(list())]) {
      expect(effectsOf(state, "escape", "[", "B")).toEqual([]);
      expect(effectsOf(state, "escape", "up", "escape")).toEqual([]);
      expect(draw(type(state, ["escape"]).state, setting).join("\n")).toContain("Esc once more leaves");
    }
    expect(effectsOf(on(list()), "q")).toEqual([{ do: "leave", interrupted: false }]);
    expect(effectsOf(on(list()), "escape", "escape")).toEqual([{ do: "leave", interrupted: false }]);
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
    expect(effectsOf(on(list({ total: null })), "end")).toEqual([{ do: "last" }]);
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

  test("promises Tab only where something belongs to it", () => {
    const keysOf = (view: RowView) => draw(on(view, { width: 200, height: 24 }), setting).at(-1);
    expect(keysOf(row)).toContain("Tab related");
    expect(keysOf({ ...row, parts: row.parts.slice(0, 1) })).not.toContain("Tab");
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
    const edited = changed(state, { message, gone: [], refused: [], opens: null });
    expect([top(edited.state).kind, edited.effect]).toEqual(["row", { do: "read" }]);
    expect(popped(edited.state)).toMatchObject({ effect: { do: "read" }, state: { message } });
    const read = { ...list(), rows: list().rows.slice(3) };
    expect(kept(list({ cursor: 5 }), read)).toMatchObject({ cursor: 2 });
    expect(kept(list({ cursor: 1 }), { ...read, cursor: 1 })).toMatchObject({ cursor: 1 });
    const deleted = changed(state, { message, gone: [118], refused: [], opens: null });
    expect(top(deleted.state)).toMatchObject({ kind: "list", total: null });
    expect(deleted.effect).toEqual({ do: "read" });
  });

  test("what was refused stays selected", () => {
    const state = on(list({ marked: new Set([100, 99, 98]) }));
    const message = { text: "1 booking approved, 2 refused", isBad: true };
    const next = changed(state, { message, gone: [], refused: [99, 98], opens: null });
    expect([...(top(next.state) as ListView).marked]).toEqual([99, 98]);
  });

  test("a message without room at the bottom is read as the help is; the key that leaves it does nothing else", () => {
    const text = Array.from({ length: 30 }, (_, at) => `line ${at + 1}.`).join("\n");
    const state = { ...on(list()), message: { text, isBad: true } };
    expect(draw(state, setting)[0]).toBe("line 1.");
    expect(draw(state, setting).at(-2)).toBe("lines 1–22 of 30");
    const { state: ended } = type(state, ["down", "pagedown", "pagedown"]);
    const settled = within(ended, setting);
    expect(draw(settled, setting)[21]).toBe("line 30.");
    expect(draw(type(settled, ["up"]).state, setting)[21]).toBe("line 29.");
    expect(type(state, ["d"])).toMatchObject({ state: { message: null, help: null }, effects: [] });
    expect(effectsOf(state, "ctrl-c")).toEqual([{ do: "leave", interrupted: true }]);
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
    const back = type(within(down, setting), ["up"]).state;
    expect(draw(back, setting)).not.toEqual(draw(down, setting));
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
    ["\u001bd", { name: "d", meta: true, sequence: "\u001bd" }, { key: "alt-d", text: null }],
    [undefined, { sequence: "\u001b[99~" }, { key: "", text: null }],
  ])("%j", (text, key, press) => {
    expect(pressOf(text, key)).toEqual(press);
  });
});
