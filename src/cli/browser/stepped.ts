/** What comes of a key: another state, and what has to be done outside. Opening views, and going back. */
import { type ListView, listOf, rowOf, type State, type Target, top, type View } from "./views.ts";

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
  /** Shows the last page of the list on top, which is not counted yet. */
  | { do: "last" }
  | Asking
  | { do: "leave"; interrupted: boolean };

export interface Stepped {
  state: State;
  effect: Effect | null;
}

export const still = (state: State): Stepped => ({ state, effect: null });

export function back(state: State): Stepped {
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

export function enter(state: State, target: Target): Stepped {
  const view = target.to === "row" ? rowOf(target.model, target.id) : listOf(target.model, target.typed);
  return { state: { ...state, views: [...state.views, view] }, effect: { do: "read" } };
}
