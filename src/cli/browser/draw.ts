/** The browser's screen as lines: never more than the terminal has, and never wider. */
import { modelNamed } from "../../admin/registry.ts";
import { shellWord } from "../../domain/command.ts";
import { plural } from "../../domain/spoken.ts";
import type { Paint } from "../io.ts";
import { escapeControl } from "../output.ts";
import { breakTo, cutTo, displayWidth, fillTo } from "../text-width.ts";
import { fitTable } from "./columns.ts";
import { type Action, bindingsOf } from "./keys.ts";
import { choicesOf } from "./menu.ts";
import { MARGIN, rowLines } from "./row-lines.ts";
import { type ListView, type MenuView, type RowView, roomOf, type State, top, type View } from "./views.ts";

/** What the screen says beside the state. */
export interface Setting {
  paint: Paint;
  /** The database, as a person knows it. */
  place: string;
  /** Of the times that are shown. */
  zone: string;
  /** The command line of a next step, from the words after `classbook`. */
  command(words: string): string;
}

/** Lines from the top to the bottom of the screen. */
export function draw(state: State, setting: Setting): string[] {
  const { height } = state.size;
  const view = top(state);
  const foot = footOf(state, view, setting);
  const room = Math.max(0, height - foot.length);
  const body = state.help === null ? bodyOf(state, view, setting, room) : helpLines(state, setting);
  const lines = Array.from({ length: room }, (_, at) => body[at] ?? "");
  return [...lines, ...foot].slice(-height);
}

/** @param room how many lines there are for it */
function bodyOf(state: State, view: View, setting: Setting, room: number): string[] {
  switch (view.kind) {
    case "menu":
      return menuLines(state, view, setting, room);
    case "list":
      return listLines(state, view, setting, room);
    case "row":
      return openedLines(state, view, setting, room);
    default:
      return view satisfies never;
  }
}

/** A line with what stands at its right end, where there is room for it. */
function headline(left: string, right: string, { width, paint }: { width: number; paint: Paint }): string {
  const shown = cutTo(escapeControl(left), width);
  const rest = width - displayWidth(shown) - 2;
  const end = escapeControl(right);
  return displayWidth(end) > rest
    ? paint.bold(shown)
    : `${paint.bold(shown)}  ${paint.dim(fillTo(end, rest, "right"))}`;
}

function marked(
  line: string,
  { isHere, isMarked, width, paint }: { isHere: boolean; isMarked: boolean; width: number; paint: Paint },
): string {
  const text = cutTo(`${isHere ? "❯" : " "}${isMarked ? "●" : " "}${line}`, width);
  return isHere ? paint.cyan(text) : isMarked ? paint.yellow(text) : text;
}

/** Lines of a menu or a list above its rows. */
const HEAD = 3;

/** The lines around the cursor that there is room for. */
function windowOf<T>(
  lines: readonly T[],
  cursor: number,
  room: number,
): { lines: readonly T[]; from: number } {
  const many = Math.max(0, room);
  const from = Math.max(0, Math.min(cursor - Math.floor(many / 2), lines.length - many));
  return { lines: lines.slice(from, from + many), from };
}

const MENU_COLUMNS = [
  { name: "model", isWhole: true },
  { name: "rows", isWhole: true },
  { name: "what", isWhole: false },
];

function menuLines({ size }: State, view: MenuView, { paint, place }: Setting, room: number): string[] {
  const { width } = size;
  const choices = choicesOf(view);
  const cells = choices.map(({ model, rows, summary }) => [
    model,
    rows === null ? "–" : rows.toLocaleString("en"),
    summary,
  ]);
  const table = fitTable(MENU_COLUMNS, cells, { width: width - MARGIN });
  const shown = windowOf(table.rows, view.cursor, room - HEAD);
  return [
    headline("The admin", place, { width, paint }),
    view.typed === ""
      ? paint.dim(cutTo("Type a part of a name, or go to it", width))
      : cutTo(`Name: ${escapeControl(view.typed)}▏`, width),
    paint.dim(cutTo(`  ${table.head}`, width)),
    ...shown.lines.map((line, at) =>
      marked(line, { isHere: shown.from + at === view.cursor, isMarked: false, width, paint }),
    ),
    ...(choices.length === 0 ? [cutTo("  No model is called so.", width)] : []),
  ];
}

/** The flags of what a list was asked for; none = an empty text. */
function flagsOf({ typed }: ListView): string {
  return Object.entries(typed)
    .map(([flag, text]) => `${flag} ${shellWord(text)}`)
    .join(" ");
}

function listLines({ size }: State, view: ListView, { paint, place }: Setting, room: number): string[] {
  const { width } = size;
  const { model, total, rows, columns } = view;
  const { one, many } = modelNamed(model);
  const count = total === null ? many : plural(total, one, many);
  const table = fitTable(
    columns,
    rows.map(({ cells }) => cells),
    { width: width - MARGIN - 1, shift: view.shift },
  );
  const shown = windowOf(table.rows, view.cursor, room - HEAD);
  return [
    headline(`${model} · ${count}`, place, { width, paint }),
    cutTo(escapeControl(flagsOf(view)), width),
    paint.dim(cutTo(`  ${table.head}${table.cut ? " ›" : ""}`, width)),
    ...shown.lines.map((line, at) =>
      marked(line, {
        isHere: shown.from + at === view.cursor,
        isMarked: view.marked.has(rows[shown.from + at]!.id),
        width,
        paint,
      }),
    ),
    ...(rows.length === 0 && !view.stale
      ? [cutTo(Object.keys(view.typed).length === 0 ? `  No ${many}.` : `  No such ${many}.`, width)]
      : []),
  ];
}

function openedLines({ size }: State, view: RowView, { paint, place }: Setting, room: number): string[] {
  const { width } = size;
  const lines = rowLines(view, width);
  const shown = windowOf(lines, view.cursor, room - 1);
  return [
    headline(`${view.model} ${view.id}`, place, { width, paint }),
    ...shown.lines.map(({ text, isTitle, target }, at) => {
      const isHere = shown.from + at === view.cursor;
      const line = cutTo(`${isHere ? (target === null ? "·" : "❯") : " "} ${text}`, width);
      return isHere ? paint.cyan(line) : isTitle ? paint.bold(line) : line;
    }),
  ];
}

/** The lines at the bottom: what was said, or where one is; then the keys. */
function footOf(state: State, view: View, { paint, zone }: Setting): string[] {
  const { width } = state.size;
  const last = paint.dim(
    cutTo(state.help === null ? keyLine(view) : "↑ ↓ PgUp PgDn read on · any other key goes back", width),
  );
  if (view.kind === "list" && view.typing !== null)
    return [
      cutTo(`Search: ${escapeControl(view.typing)}▏`, width),
      paint.dim(cutTo("Enter search · Esc leave it", width)),
    ];
  if (state.message !== null) {
    const { text, isBad } = state.message;
    const lines = text.split("\n").flatMap((line) => breakTo(escapeControl(line), width));
    const most = Math.max(1, Math.min(6, state.size.height - 2));
    return [...lines.slice(0, most).map(isBad ? paint.red : paint.green), last];
  }
  const place = state.help === null ? placeIn(view, zone, state) : "";
  return [paint.dim(cutTo(place, width)), last];
}

function placeIn(view: View, zone: string, { size }: State): string {
  switch (view.kind) {
    case "menu":
      return "";
    case "list": {
      const { offset, rows, total, more } = view;
      const to = offset + rows.length;
      const all = total === null ? (more ? " of more" : "") : ` of ${total.toLocaleString("en")}`;
      const range =
        rows.length === 0 ? "" : `${(offset + 1).toLocaleString("en")}–${to.toLocaleString("en")}${all}`;
      const chosen = view.marked.size === 0 ? [] : [`${view.marked.size} selected`];
      return [range, ...chosen, `times in ${zone}`].filter((part) => part !== "").join(" · ");
    }
    case "row": {
      const lines = rowLines(view, size.width).length;
      return `line ${Math.min(view.cursor + 1, lines)} of ${lines}`;
    }
    default:
      return view satisfies never;
  }
}

function keyLine(view: View): string {
  return bindingsOf(view.kind)
    .filter(({ brief, action }) => brief !== null && isOffered(view, action))
    .toSorted((a, b) => rank(a.action) - rank(b.action))
    .map(({ shown, brief }) => `${shown} ${brief}`)
    .join(" · ");
}

/** What the model takes; that it does not is said by whoever is asked for it. */
function isOffered(view: View, action: Action): boolean {
  if (view.kind === "menu") return true;
  const { form } = modelNamed(view.model);
  switch (action) {
    case "add":
    case "edit":
    case "delete":
      return form !== undefined;
    case "act":
      return form !== undefined && form.actions.length > 0;
    default:
      return true;
  }
}

/** Where not all fit, these are seen. */
function rank(action: string): number {
  const first = ["help", "back"].indexOf(action);
  return first < 0 ? 2 : first;
}

function helpLines(state: State, { paint, command }: Setting): string[] {
  const { width } = state.size;
  const view = top(state);
  const bindings = bindingsOf(view.kind);
  const keys = Math.max(...bindings.map(({ shown }) => shown.length));
  const lines = bindings.flatMap(({ shown, says }) =>
    breakTo(says, Math.max(1, width - keys - 4)).map((text, at) =>
      cutTo(`  ${(at === 0 ? shown : "").padEnd(keys)}  ${text}`, width),
    ),
  );
  const words =
    view.kind === "list"
      ? `admin ${view.model} list ${flagsOf(view)}`.trim()
      : view.kind === "row"
        ? `admin ${view.model} show ${view.id}`
        : "admin --no-input";
  const same = breakTo(escapeControl(command(words)), Math.max(1, width - 2)).map((line) =>
    cutTo(`  ${line}`, width),
  );
  const all = [
    paint.bold(cutTo("Keys", width)),
    ...lines,
    "",
    paint.bold(cutTo("The same in a script", width)),
    ...same,
  ];
  return all.slice(Math.min(state.help ?? 0, Math.max(0, all.length - roomOf(state.size))));
}
