/** What a key makes of a list. */
import type { Press } from "../terminal.ts";
import type { Action } from "./keys.ts";
import { back, enter, type Stepped, still } from "./stepped.ts";
import { type ListView, pageOf, type State, type Typed, top, withTop } from "./views.ts";

/** The search line: what is typed, Enter to search, Esc to leave it. */
export function stepTyping(state: State, view: ListView, { key, text }: Press): Stepped {
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

/** The last page of a list, by how many rows it has. */
export function toLast(state: State, view: ListView, total: number): Stepped {
  const page = pageOf(state.size);
  return turned(state, { ...view, total }, total - Math.min(page, total), page - 1);
}

function turned(state: State, view: ListView, offset: number, cursor: number): Stepped {
  return { state, effect: { do: "show", view: { ...view, offset: Math.max(0, offset), cursor } } };
}

export function stepList(state: State, view: ListView, action: Action): Stepped {
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
      if (!more) return put({ cursor: last });
      return total === null ? { state, effect: { do: "last" } } : toLast(state, view, total);
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
