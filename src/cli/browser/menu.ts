/** The menu of the models: choosing one, also by typing a part of its name. */
import type { Press, Size } from "../terminal.ts";
import type { Action } from "./keys.ts";
import { type MenuView, pageOf } from "./views.ts";

/** The models that have every word that was typed, first those that have them in their name. */
export function choicesOf({ entries, typed }: Pick<MenuView, "entries" | "typed">): MenuView["entries"] {
  const words = typed.toLowerCase().split(/\s+/);
  const hasAll = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const rank = ({ model }: MenuView["entries"][number]) =>
    model.toLowerCase() === words.join("") ? 0 : hasAll(model) ? 1 : 2;
  return entries
    .filter(({ model, summary }) => hasAll(`${model} ${summary}`))
    .toSorted((a, b) => rank(a) - rank(b));
}

/** What a key makes of the menu; null where it is for others: to open, to go back. */
export function stepMenu(view: MenuView, press: Press, action: Action | null, size: Size): MenuView | null {
  const last = Math.max(0, choicesOf(view).length - 1);
  const to = (cursor: number): MenuView => ({ ...view, cursor: Math.max(0, Math.min(last, cursor)) });
  const typed = (text: string): MenuView => ({ ...view, typed: text, cursor: 0 });
  switch (action) {
    case "up":
      return to(view.cursor - 1);
    case "down":
      return to(view.cursor + 1);
    case "page-up":
      return to(view.cursor - pageOf(size));
    case "page-down":
      return to(view.cursor + pageOf(size));
    case "first":
      return to(0);
    case "last":
      return to(last);
    case "back":
      return view.typed === "" ? null : typed("");
    case "open":
      return null;
    default:
      if (press.key === "backspace") return typed([...view.typed].slice(0, -1).join(""));
      if (press.key === "ctrl-u") return typed("");
      return press.text === null ? view : typed(view.typed + press.text);
  }
}
