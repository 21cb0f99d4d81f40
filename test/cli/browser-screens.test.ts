/** The admin's browser as lines of a screen: goldens, every size, colours; and how many columns a text takes. */
import { describe, expect, test } from "vitest";
import { draw } from "../../src/cli/browser/draw.ts";
import { resized } from "../../src/cli/browser/state.ts";
import type { State } from "../../src/cli/browser/views.ts";
import { paintFor } from "../../src/cli/io.ts";
import { breakTo, cutTo, displayWidth, fillTo } from "../../src/cli/text-width.ts";
import { list, menu, on, row, SMALL, setting } from "../support/browser.ts";
import { expectGolden } from "../support/golden.ts";

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
        ...on(list({ rows: list().rows.slice(0, 10), cursor: 9 }), SMALL),
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

  test("shows the row with the cursor on every screen that shows any; smaller ones say so", () => {
    for (const view of [menu, list({ cursor: 12 }), { ...row, cursor: 3 }])
      for (const height of [4, 5, 6, 7]) {
        const message = { text: "refused, for one reason\nand for others\nand more", isBad: true };
        for (const state of [
          on(view, { width: 20, height }),
          { ...on(view, { width: 40, height }), message: { ...message, text: "ok" } },
        ])
          expect(draw(state, setting).join("\n"), `${view.kind} ${height}`).toMatch(/❯|· /);
      }
    expect(draw(on(list(), { width: 20, height: 3 }), setting)[0]).toMatch(/^Too small/);
  });

  test("a head that is cut has one mark", () => {
    for (let width = 30; width < 120; width += 1)
      expect(draw(on(list(), { width, height: 15 }), setting)[2], `${width}`).not.toMatch(/……|›./);
  });

  test("has colours only where they are wanted, and the same letters", () => {
    const painted = draw(on(list()), { ...setting, paint: paintFor({ colour: true }) }).join("\n");
    expect(painted).toContain("\u001b[36m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
    expect(painted.replaceAll(/\u001b\[\d+m/g, "")).toBe(draw(on(list()), setting).join("\n"));
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
