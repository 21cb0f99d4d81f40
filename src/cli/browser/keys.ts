/** The keys of the browser, in one table: what each does where, for the reducer, the help and the docs. */

export type Where = "menu" | "list" | "row";

export type Action =
  | "up"
  | "down"
  | "page-up"
  | "page-down"
  | "first"
  | "last"
  | "left"
  | "right"
  | "next-part"
  | "open"
  | "search"
  | "filter"
  | "order"
  | "clear"
  | "mark"
  | "mark-page"
  | "act"
  | "edit"
  | "add"
  | "delete"
  | "refresh"
  | "help"
  | "back"
  | "leave"
  | "interrupt"
  | "find";

export interface Binding {
  action: Action;
  /** As a press names them (src/cli/terminal.ts). */
  keys: readonly string[];
  /** As a person reads them. */
  shown: string;
  where: readonly Where[];
  says: string;
  /** In the line at the bottom, in a word; null = not there. */
  brief: string | null;
}

const ALL: readonly Where[] = ["menu", "list", "row"];
const ROWS: readonly Where[] = ["list", "row"];

/** In the order of the help. */
export const BINDINGS: readonly Binding[] = [
  { action: "up", keys: ["up"], shown: "↑", where: ALL, says: "one up", brief: null },
  {
    action: "down",
    keys: ["down"],
    shown: "↓",
    where: ALL,
    says: "one down; at the end of a page the next one",
    brief: null,
  },
  {
    action: "open",
    keys: ["return"],
    shown: "Enter",
    where: ALL,
    says: "open the row; in a row: go to what the line names, or to all rows that belong to it",
    brief: "open",
  },
  {
    action: "page-down",
    keys: ["pagedown", "n"],
    shown: "PgDn n",
    where: ROWS,
    says: "the next page",
    brief: null,
  },
  {
    action: "page-up",
    keys: ["pageup", "p"],
    shown: "PgUp p",
    where: ROWS,
    says: "the page before",
    brief: null,
  },
  {
    action: "page-down",
    keys: ["pagedown"],
    shown: "PgDn",
    where: ["menu"],
    says: "a page down",
    brief: null,
  },
  { action: "page-up", keys: ["pageup"], shown: "PgUp", where: ["menu"], says: "a page up", brief: null },
  { action: "first", keys: ["home"], shown: "Home", where: ALL, says: "the first", brief: null },
  { action: "last", keys: ["end"], shown: "End", where: ALL, says: "the last", brief: null },
  { action: "left", keys: ["left"], shown: "←", where: ["list"], says: "columns further left", brief: null },
  {
    action: "right",
    keys: ["right"],
    shown: "→",
    where: ["list"],
    says: "columns further right, where they do not all fit",
    brief: null,
  },
  {
    action: "next-part",
    keys: ["tab"],
    shown: "Tab",
    where: ["row"],
    says: "the next group of rows that belong to it",
    brief: "related",
  },
  {
    action: "find",
    keys: [],
    shown: "letters",
    where: ["menu"],
    says: "search a model by parts of its name",
    brief: null,
  },
  {
    action: "search",
    keys: ["/"],
    shown: "/",
    where: ["list"],
    says: "search for a text or an id",
    brief: "search",
  },
  { action: "filter", keys: ["f"], shown: "f", where: ["list"], says: "filter by a column", brief: "filter" },
  { action: "order", keys: ["o"], shown: "o", where: ["list"], says: "order by a column", brief: "order" },
  {
    action: "clear",
    keys: ["c"],
    shown: "c",
    where: ["list"],
    says: "without search, filters and order of one's own",
    brief: null,
  },
  {
    action: "mark",
    keys: ["space"],
    shown: "Space",
    where: ["list"],
    says: "select the row, or not any more; selections stay while one pages",
    brief: null,
  },
  {
    action: "mark-page",
    keys: ["*"],
    shown: "*",
    where: ["list"],
    says: "select all rows of the page, or none",
    brief: null,
  },
  {
    action: "act",
    keys: ["x"],
    shown: "x",
    where: ROWS,
    says: "act on the selected rows, or on this one: approve, cancel …",
    brief: "act",
  },
  { action: "edit", keys: ["e"], shown: "e", where: ROWS, says: "edit the row", brief: "edit" },
  { action: "add", keys: ["a"], shown: "a", where: ["list"], says: "add a row", brief: "add" },
  {
    action: "delete",
    keys: ["d"],
    shown: "d",
    where: ROWS,
    says: "delete the selected rows, or this one; it asks first",
    brief: "delete",
  },
  {
    action: "refresh",
    keys: ["r", "ctrl-l"],
    shown: "r",
    where: ROWS,
    says: "read again what others may have changed",
    brief: null,
  },
  {
    action: "help",
    keys: ["?"],
    shown: "?",
    where: ALL,
    says: "these keys, and the command that lists the same rows",
    brief: "keys",
  },
  {
    action: "back",
    keys: ["q", "escape"],
    shown: "q Esc",
    where: ROWS,
    says: "back; from the first screen: leave, Esc only twice",
    brief: "back",
  },
  {
    action: "back",
    keys: ["escape"],
    shown: "Esc",
    where: ["menu"],
    says: "all models again; then, pressed twice: leave",
    brief: "Esc leave",
  },
  { action: "leave", keys: ["Q"], shown: "Q", where: ROWS, says: "leave at once", brief: null },
  {
    action: "leave",
    keys: ["ctrl-d"],
    shown: "Ctrl-D",
    where: ALL,
    says: "leave at once; in a question: leave the question, as Esc does",
    brief: null,
  },
  {
    action: "interrupt",
    keys: ["ctrl-c"],
    shown: "Ctrl-C",
    where: ALL,
    says: "leave, with exit code 130; in a question, too",
    brief: null,
  },
];

export function bindingsOf(where: Where): Binding[] {
  return BINDINGS.filter((binding) => binding.where.includes(where));
}

export function actionFor(where: Where, key: string): Action | null {
  return bindingsOf(where).find(({ keys }) => keys.includes(key))?.action ?? null;
}
