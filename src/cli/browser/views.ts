/** The screens of the browser as values: the menu of the models, a list of rows, one row. */
import type { ModelName } from "../../admin/model.ts";
import type { Paint } from "../io.ts";
import type { Size } from "../terminal.ts";

/** What was typed for a list: a flag's text by the flag, `--search` and `--order` among them. */
export type Typed = Readonly<Record<string, string>>;

export type Target =
  | { to: "row"; model: ModelName; id: number }
  | { to: "list"; model: ModelName; typed: Typed };

export interface Column {
  name: string;
  /** Whether it is shown whole or not at all. */
  isWhole: boolean;
}

export interface MenuView {
  kind: "menu";
  entries: readonly { model: ModelName; rows: number | null; summary: string }[];
  typed: string;
  cursor: number;
}

export interface ListView {
  kind: "list";
  model: ModelName;
  typed: Typed;
  columns: readonly Column[];
  rows: readonly { id: number; cells: readonly string[] }[];
  offset: number;
  /** Of the page's rows. */
  cursor: number;
  /** Whether there are rows after this page. */
  more: boolean;
  /** Null = not counted. */
  total: number | null;
  marked: ReadonlySet<number>;
  /** How many columns after the first stand out of sight on the left. */
  shift: number;
  /** The search while it is being typed. */
  typing: string | null;
  /** Whether it has to be read before it is shown. */
  stale: boolean;
}

/** A part of a row's screen: a title, and lines or a table below it. */
export interface RowPart {
  title: string;
  /** What the title leads to. */
  target: Target | null;
  columns: readonly Column[] | null;
  lines: readonly { cells: readonly string[]; target: Target | null }[];
  /** What stands below it. */
  note: string | null;
}

export interface RowView {
  kind: "row";
  model: ModelName;
  id: number;
  parts: readonly RowPart[];
  /** Of the lines as they are broken to the screen's width. */
  cursor: number;
  stale: boolean;
}

export type View = MenuView | ListView | RowView;

export interface State {
  /** The last one is shown; never empty. */
  views: readonly View[];
  size: Size;
  message: { text: string; isBad: boolean } | null;
  /** The first line that is seen of the help, or of a message without room at the bottom; null = the help is not open. */
  help: number | null;
  /** Whether Esc was pressed on the first screen: once more leaves. */
  leaving?: boolean;
}

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

/** Lines of a list that are no rows: title, filters, head; position, keys. */
const FRAME = 5;

/** Rows of a page. */
export function pageOf({ height }: Size): number {
  return Math.max(1, height - FRAME);
}

/** Lines of an opened row on the screen. */
export function roomOf({ height }: Size): number {
  return Math.max(1, height - 3);
}

export function top({ views }: State): View {
  return views.at(-1)!;
}

export function withTop(state: State, view: View): State {
  return { ...state, views: [...state.views.slice(0, -1), view] };
}

export function listOf(model: ModelName, typed: Typed): ListView {
  return {
    kind: "list",
    model,
    typed,
    columns: [],
    rows: [],
    offset: 0,
    cursor: 0,
    more: false,
    total: null,
    marked: new Set(),
    shift: 0,
    typing: null,
    stale: true,
  };
}

export function rowOf(model: ModelName, id: number): RowView {
  return { kind: "row", model, id, parts: [], cursor: 0, stale: true };
}

/** Whether it was opened and not read yet. */
export function isUnread(view: View): boolean {
  return view.kind === "list" ? view.columns.length === 0 : view.kind === "row" && view.parts.length === 0;
}
