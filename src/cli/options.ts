/** Flags that several commands share, and what is known of a flag's value where the flag is declared. */
import { Argument, Option } from "commander";
import { usageError } from "../domain/error.ts";
import { OVERRIDABLE } from "../domain/rules.ts";

/** Words, or words with what each means. */
export type Words = readonly string[] | Readonly<Record<string, string>>;

const WORDS = new WeakMap<Option | Argument, Words>();

/**
 * For commander's `.addOption`: a flag whose value is one of a list of words, or where its metavariable is LIST or RULES
 * several of them. Who reads the value checks it, with all else that is wrong; completion offers the words.
 */
export function wordOption(flags: string, description: string, words: Words, fallback?: string): Option {
  const option = new Option(flags, description).default(fallback);
  WORDS.set(option, words);
  return option;
}

/** The same for `.addArgument`. */
export function wordArgument(name: string, description: string, words: Words): Argument {
  const argument = new Argument(name, description);
  WORDS.set(argument, words);
  return argument;
}

/** The words that a flag's value or an argument can be, with what each means; none where that is no list. */
export function wordsOf(declared: Option | Argument): [word: string, meaning: string][] {
  const words = WORDS.get(declared) ?? [];
  return Array.isArray(words) ? words.map((word: string) => [word, ""]) : Object.entries(words);
}

const IDS = new WeakMap<Option | Argument, string>();

/** For `.addOption` and `.addArgument`: what takes ids of a noun that neither its own name nor the command's says. */
export function ofNoun<T extends Option | Argument>(declared: T, noun: string): T {
  IDS.set(declared, noun);
  return declared;
}

/** The noun whose ids it takes; null where its name says it. */
export function declaredNoun(declared: Option | Argument): string | null {
  return IDS.get(declared) ?? null;
}

/** From Monday. */
export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** For the commands that ask the booking rules. */
export function overrideOption(description = "rules that staff set aside: a,b,c"): Option {
  return wordOption("--override <RULES>", description, [...OVERRIDABLE]);
}

/** A whole number from 1 as people write it, without sign, exponent or hexadecimal; null where it is none. */
export function readWhole(text: string): number | null {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return number >= 1 ? number : null;
}

/** For commander's `.option`: `wholeNumber("--batch", "a number of rows")`. */
export function wholeNumber(flag: string, what: string): (text: string) => number {
  return (text) => {
    const number = readWhole(text);
    if (number === null)
      throw usageError(
        `bad_${flag.replace(/^-+/, "").replaceAll("-", "_")}`,
        `${flag} "${text}" is not ${what}`,
        `a whole number from 1, such as ${flag} 100`,
      );
    return number;
  };
}

/** For the commands that may offer seats; read by the shell, as a setting. */
export const TTL = [
  "--ttl <TIME>",
  "how long an offer holds its seat: 24h, 90m, 2d (CLASSBOOK_OFFER_TTL; default 24h)",
] as const;
