/** Stored timestamps → instants, remembering what could not be read (LEGACY 1, 2.8). */
import { type Instant, parseInstant, parseTimestamp } from "../domain/instant.ts";
import { resolveLocal } from "../domain/zone.ts";
import type { MappingOptions, Stored } from "./facts.ts";

export function shown(value: unknown): string {
  return value === null || value === undefined ? "nothing" : JSON.stringify(value);
}

/** Reads one row's timestamps, remembering the first that cannot be read. */
export class TimestampReader {
  /** `booked_at "soon"` of the first unreadable one; null while all were readable. */
  unreadable: string | null = null;
  readonly #zone: string;
  readonly #instead: Instant | null;

  /** @param instead a person's answer for what cannot be read (null = none) */
  constructor(options: MappingOptions, instead: string | null) {
    this.#zone = options.sourceTimezone;
    this.#instead = instead === null ? null : parseInstant(instead);
  }

  /** A timestamp that may be absent (null). */
  optional(name: string, value: Stored): Instant | null {
    return value === null ? null : this.#read(name, value, this.#zone);
  }

  required(name: string, value: Stored): Instant | null {
    if (value !== null) return this.#read(name, value, this.#zone);
    return this.#fail(name, value);
  }

  /** A column that is UTC by its name, whatever zone the app lived in. */
  utc(name: string, value: Stored): Instant | null {
    return value === null ? null : this.#read(name, value, "UTC");
  }

  #read(name: string, value: string | number, zone: string): Instant | null {
    if (typeof value === "string") {
      if (zone === "UTC") {
        const instant = parseInstant(value);
        if (instant !== null) return instant;
      } else {
        const parsed = parseTimestamp(value);
        if (parsed !== null)
          return parsed.offset === null ? resolveLocal(parsed.wall, zone).instant : parseInstant(value);
      }
    }
    return this.#fail(name, value);
  }

  #fail(name: string, value: Stored): Instant | null {
    if (this.#instead !== null) return this.#instead;
    this.unreadable ??= `${name} ${shown(value)}`;
    return null;
  }
}
