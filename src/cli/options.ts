/** Values of flags, read while the command line is parsed: nothing is opened for one that is wrong. */
import { usageError } from "../domain/error.ts";

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
