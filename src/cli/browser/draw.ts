/** The browser's screen as lines: never more than the terminal has, and never wider. */
import { modelNamed } from "../../admin/registry.ts";
import { plural } from "../../domain/spoken.ts";
import type { Paint } from "../io.ts";
import { escapeControl } from "../output.ts";
import { cutTo, displayWidth, fillTo } from "../text-width.ts";
import { fitTable } from "./columns.ts";
import { flagsOf, fullLines, messageLines, roomToRead, within } from "./full.ts";
import { type Action, bindingsOf } from "./keys.ts";
import { choicesOf } from "./menu.ts";
import { MARGIN, rowLines } from "./row-lines.ts";
import {
  type ListView,
  type MenuView,
  type RowView,
  type Setting,
  type State,
  top,
  type View,
} from "./views.ts";

/** On anything smaller nothing can be read. */
const LEAST = { width: 16, height: 4 };
const TOO_SMALL = `Too small: ${LEAST.width}x${LEAST.height} is the least`;

/** Lines from the top to the bottom of the screen. */
export function draw(state: State, setting: Setting): string[] {
  const { height, width } = state.size;
  if (height < LEAST.height || width < LEAST.width)
    return Array.from({ length: height }, (_, at) => (at === 0 ? cutTo(TOO_SMALL, width) : ""));
  const view = top(state);
  const foot = footOf(state, view, setting);
  const room = Math.max(0, height - foot.length);
  const full = fullLines(state, setting);
  const body =
    full === null
      ? bodyOf(state, view, setting, room)
      : full.slice(within({ ...state, help: state.help ?? 0 }, setting).help!);
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

/** What stands above the rows: the title, the heads of the columns and the line between them, as long as a row has room. */
function above(title: string, between: string, heads: string, room: number): string[] {
  return room > 3 ? [title, between, heads] : [title, heads].slice(0, room - 1);
}

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
  const head = above(
    headline("The admin", place, { width, paint }),
    view.typed === ""
      ? paint.dim(cutTo("Type a part of a name, or go to it", width))
      : cutTo(`Name: ${escapeControl(view.typed)}▏`, width),
    paint.dim(cutTo(`  ${table.head}`, width)),
    room,
  );
  const shown = windowOf(table.rows, view.cursor, room - head.length);
  return [
    ...head,
    ...shown.lines.map((line, at) =>
      marked(line, { isHere: shown.from + at === view.cursor, isMarked: false, width, paint }),
    ),
    ...(choices.length === 0 ? [cutTo("  No model is called so.", width)] : []),
  ];
}

/** Behind the heads where columns are out of sight on the right. */
const MORE = " ›";

function listLines({ size }: State, view: ListView, { paint, place }: Setting, room: number): string[] {
  const { width } = size;
  const { model, total, rows, columns } = view;
  const { one, many } = modelNamed(model);
  const count = total === null ? many : plural(total, one, many);
  const table = fitTable(
    columns,
    rows.map(({ cells }) => cells),
    { width: width - MARGIN - MORE.length, shift: view.shift },
  );
  const head = above(
    headline(`${model} · ${count}`, place, { width, paint }),
    cutTo(escapeControl(flagsOf(view)), width),
    paint.dim(cutTo(`  ${table.head}${table.cut ? MORE : ""}`, width)),
    room,
  );
  const shown = windowOf(table.rows, view.cursor, room - head.length);
  return [
    ...head,
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
  const head = [headline(`${view.model} ${view.id}`, place, { width, paint })].slice(0, room - 1);
  const shown = windowOf(lines, view.cursor, room - head.length);
  return [
    ...head,
    ...shown.lines.map(({ text, isTitle, target }, at) => {
      const isHere = shown.from + at === view.cursor;
      const line = cutTo(`${isHere ? (target === null ? "·" : "❯") : " "} ${text}`, width);
      return isHere ? paint.cyan(line) : isTitle ? paint.bold(line) : line;
    }),
  ];
}

const READ_ON = "↑ ↓ PgUp PgDn read on · any other key goes back";

/** The lines at the bottom: what was said, or where one is; then the keys. */
function footOf(state: State, view: View, setting: Setting): string[] {
  const { paint, zone } = setting;
  const { width } = state.size;
  const full = fullLines(state, setting);
  if (full !== null) {
    const from = state.help ?? 0;
    const to = Math.min(full.length, from + roomToRead(state));
    return [`lines ${from + 1}–${to} of ${full.length}`, READ_ON].map((line) =>
      paint.dim(cutTo(line, width)),
    );
  }
  const last = paint.dim(cutTo(keyLine(view), width));
  if (view.kind === "list" && view.typing !== null)
    return [
      cutTo(`Search: ${escapeControl(view.typing)}▏`, width),
      paint.dim(cutTo("Enter search · Esc leave it", width)),
    ];
  if (state.message !== null)
    return [...messageLines(state).map(state.message.isBad ? paint.red : paint.green), last];
  return [paint.dim(cutTo(placeIn(view, zone, state), width)), last];
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
    case "next-part":
      return view.kind === "row" && view.parts.some(({ title }) => title !== "");
    default:
      return true;
  }
}

/** Where not all fit, these are seen. */
function rank(action: string): number {
  const first = ["help", "back"].indexOf(action);
  return first < 0 ? 2 : first;
}
