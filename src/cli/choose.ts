/** Questions with more than a yes: search and choose, one key of several, a line of text. On stderr; stdout carries the answer only. */
import { escapeControl } from "./output.ts";
import { askOnce, inputEnded, type Question, type Silence } from "./prompts.ts";

export interface Choice<T> {
  value: T;
  /** As it stands in the list. Control characters are shown, not obeyed. */
  name: string;
}

/** A choice by one letter. */
export interface KeyChoice<T> extends Choice<T> {
  key: "a" | "d" | "s" | "q";
}

/** Asks a person. Every answer is null where there is none: Ctrl-C or a signal to stop; see {@link makeAsker}. */
export interface Asker {
  /** @param find what fits the text typed so far; empty text = nothing is typed yet */
  search<T>(message: string, find: (text: string) => Promise<Choice<T>[]>): Promise<T | null>;
  /** A letter, then Enter: no key decides by being touched. */
  key<T>(message: string, choices: readonly KeyChoice<T>[]): Promise<T | null>;
  /** @param initial the text to begin with */
  text(message: string, initial?: string): Promise<string | null>;
  yes(message: string): Promise<boolean | null>;
}

/** What becomes of questions that nobody answers. */
export interface Unanswered {
  /** Is told why; Esc leaves a question then, and the end of the input does. */
  onSilence?: (why: Silence) => void;
  /** What is said where the input ends. */
  ended?: string;
}

/**
 * @param stopping becomes true where a signal asks the program to stop: an open question ends then
 * @throws ClassbookError usage `not_confirmed`, from each question: the input ended, and no `onSilence` is told
 */
export function makeAsker(
  stopping: () => boolean,
  { onSilence, ended = "nothing was changed" }: Unanswered = {},
): Asker {
  const ask = async (question: () => Question): Promise<unknown> => {
    const said = await askOnce(question, stopping, { escapes: onSilence !== undefined });
    if (typeof said !== "string") return said.answer;
    if (onSilence === undefined && said === "ended") throw inputEnded(ended);
    onSilence?.(said);
    return null;
  };
  return {
    search: async <T>(message: string, find: (text: string) => Promise<Choice<T>[]>) => {
      let typed = "";
      let found: Choice<T>[] = [];
      return (await ask(() => ({
        type: "search",
        message,
        pageSize: SEEN,
        theme: { style: { keysHelpTip: (keys: readonly Tip[]) => helpLine(keys, found.length) } },
        initialValue: typed,
        source: async (text: string | undefined) => {
          typed = text ?? "";
          found = await find(typed.trim());
          return found.map(shown);
        },
      }))) as T | null;
    },
    key: async <T>(message: string, choices: readonly KeyChoice<T>[]) =>
      (await ask(() => ({ type: "expand", message, choices: choices.map(shown) }))) as T | null,
    text: async (message, initial = "") => {
      let typed = initial;
      return (await ask(() => ({
        type: "input",
        message,
        ...(typed === "" ? {} : { default: typed, prefill: "editable" }),
        transformer: (text: string) => {
          typed = text;
          return text;
        },
      }))) as string | null;
    },
    yes: async (message) =>
      (await ask(() => ({ type: "confirm", message, default: false }))) as boolean | null,
  };
}

/** Lines of a list that are seen at once. */
const SEEN = 10;

type Tip = readonly [key: string, does: string];

/** What the keys do, and whether there is more than is seen. */
function helpLine(keys: readonly Tip[], found: number): string {
  const more = found > SEEN ? [`${SEEN} of ${found} seen: ↓, or type a part`] : [];
  return [...keys.map(([key, does]) => `${key} ${does}`), ...more].join(" • ");
}

function shown<T extends Choice<unknown>>(choice: T): T {
  return { ...choice, name: escapeControl(choice.name) };
}
