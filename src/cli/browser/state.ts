/** What the browser shows, and what a key makes of it: no terminal, no database. */
import type { Press, Size } from "../terminal.ts";
import type { Change } from "./changed.ts";
import { isLong, roomToRead } from "./full.ts";
import { actionFor } from "./keys.ts";
import { choicesOf, stepMenu } from "./menu.ts";
import { rowLines } from "./row-lines.ts";
import { stepList, stepTyping } from "./step-list.ts";
import { stepRow } from "./step-row.ts";
import { back, enter, popped, type Stepped, still } from "./stepped.ts";
import { type State, top, type View, withTop } from "./views.ts";

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

/** Where what fills the screen is after a key; null: closed, as by any that does not scroll. */
function scrolled(state: State, from: number, { key }: Press): number | null {
  const page = roomToRead(state);
  const by = { up: -1, down: 1, pageup: -page, pagedown: page, space: page }[key];
  return by === undefined ? null : Math.max(0, from + by);
}

/** What a key does. Esc alone does not leave: a key whose bytes come slowly begins with one. */
export function step(given: State, press: Press): Stepped {
  const next = stepKey({ ...given, leaving: false }, press);
  if (next.effect?.do !== "leave" || press.key !== "escape" || given.leaving === true) return next;
  return still({ ...next.state, leaving: true, message: { text: "Esc once more leaves.", isBad: false } });
}

function stepKey(given: State, press: Press): Stepped {
  const state = { ...given, message: null };
  if (press.key === "ctrl-c") return { state, effect: { do: "leave", interrupted: true } };
  if (press.key === "ctrl-d") return { state, effect: { do: "leave", interrupted: false } };
  if (isLong(given)) {
    const help = scrolled(given, given.help ?? 0, press);
    return still(help === null ? { ...state, help } : { ...given, help });
  }
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
  if (given.help !== null || isLong(given)) return still(given);
  if (view.kind === "menu") return still(withTop(given, { ...view, typed: view.typed + text, cursor: 0 }));
  return view.kind === "list" && view.typing !== null
    ? still(withTop(given, { ...view, typing: view.typing + text }))
    : still(given);
}

/** Every view is read anew, the one on top at once. */
export function reread(state: State): Stepped {
  return { state: allStale(state), effect: { do: "read" } };
}

/** After rows were changed: everything is read anew, an opened row that is gone is closed, and a new one opened. What was refused stays selected. */
export function changed(
  given: State,
  { message, gone, refused, opens }: Pick<State, "message"> & Pick<Change, "gone" | "refused" | "opens">,
): Stepped {
  const state = { ...allStale(given), message };
  if (opens !== null) return enter(state, opens);
  const view = top(state);
  if (view.kind === "row" && gone.includes(view.id) && state.views.length > 1) return popped(state);
  const unmarked = view.kind === "list" ? withTop(state, { ...view, marked: new Set(refused) }) : state;
  return { state: unmarked, effect: { do: "read" } };
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
