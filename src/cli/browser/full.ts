/** What fills the screen to be read: the help, or a message without room at the bottom. */
import { shellWord } from "../../domain/command.ts";
import { escapeControl } from "../output.ts";
import { breakTo, cutTo } from "../text-width.ts";
import { bindingsOf } from "./keys.ts";
import { type ListView, type Setting, type State, top } from "./views.ts";

/** What was said last, as lines. */
export function messageLines({ message, size }: State): string[] {
  return message === null
    ? []
    : message.text.split("\n").flatMap((line) => breakTo(escapeControl(line), size.width));
}

const MOST_AT_BOTTOM = 6;

/** Whether what was said has no room at the bottom. */
export function isLong(state: State): boolean {
  const room = Math.max(1, Math.min(MOST_AT_BOTTOM, state.size.height - 3));
  return messageLines(state).length > room;
}

/** The lines to read; null where nothing fills the screen. */
export function fullLines(state: State, setting: Setting): string[] | null {
  if (isLong(state))
    return messageLines(state).map(state.message!.isBad ? setting.paint.red : setting.paint.green);
  return state.help === null ? null : helpLines(state, setting);
}

/** The state with no more scrolled away than has to be. */
export function within(state: State, setting: Setting): State {
  if (state.help === null) return state;
  const lines = fullLines(state, setting)!.length;
  return { ...state, help: Math.max(0, Math.min(state.help, lines - roomToRead(state))) };
}

/** Lines of it that are seen at once. */
export function roomToRead({ size }: State): number {
  return Math.max(1, size.height - 2);
}

/** The flags of what a list was asked for; none = an empty text. */
export function flagsOf({ typed }: ListView): string {
  return Object.entries(typed)
    .map(([flag, text]) => `${flag} ${shellWord(text)}`)
    .join(" ");
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
  return [
    paint.bold(cutTo("Keys", width)),
    ...lines,
    "",
    paint.bold(cutTo("The same in a script", width)),
    ...same,
  ];
}
