/** Values of flags, all of a command's problems told at once (CLI.md). */
import { type ClassbookError, usageError } from "../domain/error.ts";
import { type Instant, type LocalDate, parseDate } from "../domain/instant.ts";
import { RULE_CODES, type RuleCode } from "../domain/rules.ts";
import { INSTANT_EXAMPLES, readInstant } from "./typed-instant.ts";

/** Collects what is wrong with a command line; `done` throws where anything is. */
export class Flags {
  readonly #problems: string[] = [];

  problem(text: string): void {
    this.#problems.push(text);
  }

  /** @throws ClassbookError usage `bad_flags` */
  done(hint?: string): void {
    if (this.#problems.length > 0) throw this.#error(hint);
  }

  #error(hint?: string): ClassbookError {
    return usageError("bad_flags", this.#problems.join("; "), hint, this.#problems);
  }

  /** A whole number not below `least`; null where the flag is not given. */
  whole(flag: string, text: string | undefined, least = 0): number | null {
    if (text === undefined) return null;
    if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
    if (/^\d{10,}$/.test(text)) this.problem(`${flag} ${text} is more than 999999999`);
    else this.problem(`${flag} "${text}" is not a whole number${least > 0 ? ` from ${least}` : ""}`);
    return null;
  }

  /** An id; null where the flag is not given. */
  id(flag: string, text: string | undefined): number | null {
    if (text === undefined) return null;
    if (/^\d{1,15}$/.test(text)) return Number(text);
    this.problem(`${flag} "${text}" is not an id`);
    return null;
  }

  /** One of a list of words; null where the flag is not given. */
  word<T extends string>(flag: string, text: string | undefined, words: readonly T[]): T | null {
    if (text === undefined) return null;
    const found = words.find((word) => word === text);
    if (found === undefined) this.problem(`${flag} "${text}" is none of ${words.join(", ")}`);
    return found ?? null;
  }

  /** Words of a list, separated by commas; null where the flag is not given. */
  words<T extends string>(flag: string, text: string | undefined, words: readonly T[]): T[] | null {
    if (text === undefined) return null;
    return text
      .split(",")
      .map((part) => this.word(flag, part.trim(), words))
      .filter((word) => word !== null);
  }

  /** A date, or an instant; bare times are local to `zone`. Null where the flag is not given. */
  instant(flag: string, text: string | undefined, zone: () => string): Instant | null {
    if (text === undefined) return null;
    const { instant, problem } = readInstant(text, zone);
    if (problem !== null) this.problem(`${flag} ${problem}, ${INSTANT_EXAMPLES}`);
    return instant;
  }

  date(flag: string, text: string | undefined): LocalDate | null {
    if (text === undefined) return null;
    const date = parseDate(text);
    if (date === null) this.problem(`${flag} "${text}" is not a date such as 2026-12-01`);
    return date;
  }

  /** Rules for `--override`. One that nobody may set aside stays in force, and its refusal says so. */
  overrides(text: string | undefined): ReadonlySet<RuleCode> {
    return new Set(this.words("--override", text, RULE_CODES) ?? []);
  }
}
