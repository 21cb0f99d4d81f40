/** What a key makes of an opened row. */
import type { Action } from "./keys.ts";
import { rowLines } from "./row-lines.ts";
import { back, enter, type Stepped, still } from "./stepped.ts";
import { type RowView, roomOf, type State, withTop } from "./views.ts";

export function stepRow(state: State, view: RowView, action: Action): Stepped {
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
