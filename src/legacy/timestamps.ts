/** Stored timestamps → instants, remembering what could not be read (LEGACY 1, 2.8). */
import { type Instant, parseInstant, parseTimestamp } from "../domain/instant.ts";
import { resolveLocalOrNull } from "../domain/zone.ts";
import type { MappingOptions, Stored } from "./facts.ts";

export function shown(value: unknown): string {
  return value === null || value === undefined ? "nothing" : JSON.stringify(value);
}

/** Reads one row's timestamps, remembering the first that cannot be read. */
export class TimestampReader {
  /** A sentence about the first that cannot be had; null while all could. */
  problem: string | null = null;
  readonly #zone: string;
  readonly #instead: Instant | null;

  /** @param instead a person's answer for those of the row's own that cannot be read (null = none) */
  constructor(options: MappingOptions, instead: string | null) {
    this.#zone = options.sourceTimezone;
    this.#instead = instead === null ? null : parseInstant(instead);
  }

  /** One of the row's own timestamps, which may be absent (null). */
  optional(name: string, value: Stored): Instant | null {
    return value === null ? null : (this.#read(value, this.#zone) ?? this.#instead ?? this.note(name, value));
  }

  /** One of the row's own timestamps that must be there. */
  required(name: string, value: Stored): Instant | null {
    return this.#read(value, this.#zone) ?? this.#instead ?? this.note(name, value);
  }

  /** A timestamp of the row's session or slot, which must be there; a person's answer does not stand for it. */
  elsewhere(name: string, value: Stored): Instant | null {
    return this.#read(value, this.#zone) ?? this.note(name, value);
  }

  /** A column that is UTC by its name, whatever zone the app lived in; it may be absent (null). */
  utc(name: string, value: Stored): Instant | null {
    return value === null ? null : (this.#read(value, "UTC") ?? this.note(name, value));
  }

  #read(value: Stored, zone: string): Instant | null {
    if (typeof value !== "string") return null;
    if (zone === "UTC") return parseInstant(value);
    const parsed = parseTimestamp(value);
    if (parsed === null) return null;
    return parsed.offset === null
      ? (resolveLocalOrNull(parsed.wall, zone)?.instant ?? null)
      : parseInstant(value);
  }

  /** An end that lies outside of the years which a timestamp can name. */
  beyond(start: Instant, length: string): null {
    this.problem ??= `its end, ${length} after ${start}, is in no year from 1 to 9999`;
    return null;
  }

  /** Something that was to say when, and cannot be read. */
  note(name: string, value: Stored): null {
    this.problem ??= `${name} ${shown(value)} cannot be read as a timestamp`;
    return null;
  }
}
