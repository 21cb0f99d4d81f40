/** What the browser shows, and what a key makes of it: no terminal, no database. */

import type { Press, Size } from "../terminal.ts";
import { type Action, actionFor } from "./keys.ts";
import { choicesOf, stepMenu } from "./menu.ts";
import { rowLines } from "./row-lines.ts";
import {
  type ListView,
  listOf,
  pageOf,
  type RowView,
  roomOf,
  rowOf,
  type State,
  type Target,
  type Typed,
  top,
  type View,
  withTop,
} from "./views.ts";

export type Question = "filter" | "order" | "add" | "edit" | "delete" | "act";

export interface Asking {
  do: "ask";
  what: Question;
  /** The rows that it is about. */
  ids: readonly number[];
}

/** What has to be done outside, after which the state goes on. */
export type Effect =
  /** Reads the view on top. */
  | { do: "read" }
  /** Reads the view on top as it would be; where that fails, the view stays. */
  | { do: "show"; view: ListView }
  | Asking
  | { do: "leave"; interrupted: boolean };

export interface Stepped {
  state: State;
  effect: Effect | null;
}

/** The same views, to be read anew when their turn comes. */
function allStale(state: State): State {
  return {
    ...state,
    views: state.views.map((view) => {
      if (view.kind === "menu") return view;
      return view.kind === "list" ? { ...view, stale: true, total: null } : { ...view, stale: true };
    }),
  };
}

const still = (state: State): Stepped => ({ state, effect: null });

/** Where the help is after a key; null: closed, as by any that does not scroll. */
function scrolled({ size }: State, from: number, { key }: Press): number | null {
  const page = roomOf(size);
  const by = { up: -1, down: 1, pageup: -page, pagedown: page, space: page }[key];
  return by === undefined ? null : Math.max(0, from + by);
}

/** What a key does. */
export function step(given: State, press: Press): Stepped {
  const state = { ...given, message: null };
  if (press.key === "ctrl-c") return { state, effect: { do: "leave", interrupted: true } };
  if (press.key === "ctrl-d") return { state, effect: { do: "leave", interrupted: false } };
  if (state.help !== null) return still({ ...state, help: scrolled(state, state.help, press) });
  const view = top(state);
  if (view.kind === "list" && view.typing !== null) return stepTyping(state, view, press);
  const action = actionFor(view.kind, press.key);
  if (action === "help") return still({ ...state, help: 0 });
  if (action === "leave") return { state, effect: { do: "leave", interrupted: false } };
  switch (view.kind) {
    case "menu": {
      const next = stepMenu(view, press, action, state.size);
      if (next !== null) return still(withTop(state, next));
      if (action === "back") return back(state);
      const chosen = choicesOf(view)[view.cursor];
      return action === "open" && chosen !== undefined
        ? enter(state, { to: "list", model: chosen.model, typed: {} })
        : still(state);
    }
    case "list":
      return action === null ? still(state) : stepList(state, view, action);
    case "row":
      return action === null ? still(state) : stepRow(state, view, action);
    default:
      return view satisfies never;
  }
}

/** What a pasted text does: it goes where text is typed, and is no keys anywhere. */
export function paste(given: State, pasted: string): Stepped {
  const view = top(given);
  const text = pasted.trim();
  if (given.help !== null) return still(given);
  if (view.kind === "menu") return still(withTop(given, { ...view, typed: view.typed + text, cursor: 0 }));
  return view.kind === "list" && view.typing !== null
    ? still(withTop(given, { ...view, typing: view.typing + text }))
    : still(given);
}

function back(state: State): Stepped {
  return state.views.length > 1 ? popped(state) : { state, effect: { do: "leave", interrupted: false } };
}

/** The view below the one on top, which is not the only one. */
export function popped(state: State): Stepped {
  const next = { ...state, views: state.views.slice(0, -1) };
  return { state: next, effect: isStale(top(next)) ? { do: "read" } : null };
}

function isStale(view: View): boolean {
  return view.kind !== "menu" && view.stale;
}

/** After rows were changed: everything is read anew, an opened row that is gone is closed, and a new one opened. */
export function changed(
  given: State,
  { message, gone, opens }: Pick<State, "message"> & { gone: readonly number[]; opens: Target | null },
): Stepped {
  const state = { ...allStale(given), message };
  if (opens !== null) return enter(state, opens);
  const view = top(state);
  if (view.kind === "row" && gone.includes(view.id) && state.views.length > 1) return popped(state);
  const unmarked = view.kind === "list" ? withTop(state, { ...view, marked: new Set() }) : state;
  return { state: unmarked, effect: { do: "read" } };
}

function enter(state: State, target: Target): Stepped {
  const view = target.to === "row" ? rowOf(target.model, target.id) : listOf(target.model, target.typed);
  return { state: { ...state, views: [...state.views, view] }, effect: { do: "read" } };
}

/** The search line: what is typed, Enter to search, Esc to leave it. */
function stepTyping(state: State, view: ListView, { key, text }: Press): Stepped {
  const typing = view.typing!;
  const typed = (words: string | null) => still(withTop(state, { ...view, typing: words }));
  if (key === "escape") return typed(null);
  if (key === "backspace") return typing === "" ? typed(null) : typed([...typing].slice(0, -1).join(""));
  if (key === "ctrl-u") return typed("");
  if (key !== "return") return typed(typing + (text ?? ""));
  const { "--search": _, ...rest } = view.typed;
  const search = typing.trim();
  return filtered(state, search === "" ? rest : { ...rest, "--search": search });
}

/** The list on top by other filters: from its beginning, and nothing selected. */
export function filtered(state: State, typed: Typed): Stepped {
  const view = top(state);
  if (view.kind !== "list") return still(state);
  const next = { ...view, typed, typing: null, offset: 0, cursor: 0, total: null, marked: new Set<number>() };
  return { state: withTop(state, { ...view, typing: null }), effect: { do: "show", view: next } };
}

function turned(state: State, view: ListView, offset: number, cursor: number): Stepped {
  return { state, effect: { do: "show", view: { ...view, offset: Math.max(0, offset), cursor } } };
}

function stepList(state: State, view: ListView, action: Action): Stepped {
  const page = pageOf(state.size);
  const { rows, cursor, offset, more, total, marked } = view;
  const last = Math.max(0, rows.length - 1);
  const put = (change: Partial<ListView>) => still(withTop(state, { ...view, ...change }));
  const here = rows[cursor];
  const ids = marked.size > 0 ? [...marked] : here === undefined ? [] : [here.id];
  switch (action) {
    case "down":
      if (cursor < last) return put({ cursor: cursor + 1 });
      return more ? turned(state, view, offset + page, 0) : still(state);
    case "up":
      if (cursor > 0) return put({ cursor: cursor - 1 });
      return offset > 0 ? turned(state, view, offset - page, Math.min(page, offset) - 1) : still(state);
    case "page-down":
      return more ? turned(state, view, offset + page, cursor) : put({ cursor: last });
    case "page-up":
      return offset > 0 ? turned(state, view, offset - page, cursor) : put({ cursor: 0 });
    case "first":
      return offset > 0 ? turned(state, view, 0, 0) : put({ cursor: 0 });
    case "last":
      if (!more || total === null) return put({ cursor: last });
      return turned(state, view, total - Math.min(page, total), page - 1);
    case "left":
      return put({ shift: Math.max(0, view.shift - 1) });
    case "right":
      return put({ shift: Math.min(Math.max(0, view.columns.length - 2), view.shift + 1) });
    case "open":
      return here === undefined ? still(state) : enter(state, { to: "row", model: view.model, id: here.id });
    case "mark": {
      if (here === undefined) return still(state);
      const next = new Set(marked);
      if (!next.delete(here.id)) next.add(here.id);
      return put({ marked: next, cursor: Math.min(last, cursor + 1) });
    }
    case "mark-page": {
      const all = rows.every(({ id }) => marked.has(id));
      const next = new Set(marked);
      for (const { id } of rows)
        if (all) next.delete(id);
        else next.add(id);
      return put({ marked: next });
    }
    case "search":
      return put({ typing: view.typed["--search"] ?? "" });
    case "clear":
      return filtered(state, {});
    case "refresh":
      return { state: withTop(state, { ...view, total: null }), effect: { do: "read" } };
    case "back":
      return marked.size > 0 ? put({ marked: new Set() }) : back(state);
    case "filter":
    case "order":
    case "add":
      return { state, effect: { do: "ask", what: action, ids: [] } };
    case "edit":
      return here === undefined
        ? still(state)
        : { state, effect: { do: "ask", what: action, ids: [here.id] } };
    case "act":
    case "delete":
      return ids.length === 0 ? still(state) : { state, effect: { do: "ask", what: action, ids } };
    default:
      return still(state);
  }
}

function stepRow(state: State, view: RowView, action: Action): Stepped {
  const lines = rowLines(view, state.size.width);
  const last = Math.max(0, lines.length - 1);
  const cursor = Math.min(view.cursor, last);
  const room = roomOf(state.size);
  const to = (line: number) => still(withTop(state, { ...view, cursor: Math.max(0, Math.min(last, line)) }));
  switch (action) {
    case "down":
      return to(cursor + 1);
    case "up":
      return to(cursor - 1);
    case "page-down":
      return to(cursor + room);
    case "page-up":
      return to(cursor - room);
    case "first":
      return to(0);
    case "last":
      return to(last);
    case "next-part": {
      const next = lines.findIndex((line, at) => at > cursor && line.isTitle);
      return to(next < 0 ? 0 : next);
    }
    case "open": {
      const target = lines[cursor]?.target ?? null;
      return target === null ? still(state) : enter(state, target);
    }
    case "refresh":
      return { state, effect: { do: "read" } };
    case "back":
      return back(state);
    case "edit":
    case "act":
    case "delete":
      return { state, effect: { do: "ask", what: action, ids: [view.id] } };
    default:
      return still(state);
  }
}

/** The list as it was read anew: the cursor stays on its row, where that is on the page still. */
export function kept(before: View, now: View): View {
  if (before.kind !== "list" || now.kind !== "list") return now;
  const id = before.rows[before.cursor]?.id;
  const at = now.rows.findIndex((row) => row.id === id);
  return at < 0 ? now : { ...now, cursor: at };
}

/** The browser on a terminal of another size; the list has other pages then. */
export function resized(state: State, size: Size): Stepped {
  const views = state.views.map((view) => {
    if (view.kind === "list") return { ...view, stale: true };
    return view.kind === "row"
      ? { ...view, cursor: Math.min(view.cursor, Math.max(0, rowLines(view, size.width).length - 1)) }
      : view;
  });
  return { state: { ...state, views, size }, effect: top(state).kind === "list" ? { do: "read" } : null };
}
