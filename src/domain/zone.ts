/**
 * Local time ↔ UTC: the only resolver. luxon knows the offsets; this module decides what a gap or
 * an overlap means (LEGACY 2.5), because luxon's own choice depends on the day the program runs
 * (luxon issue 1665).
 */
import { IANAZone } from "luxon";
import {
  dateOfWall,
  EARLIEST,
  type Instant,
  instantAt,
  LATEST,
  type LocalDate,
  splitInstant,
  type WallTime,
} from "./instant.ts";

const MINUTE = 60;
/** A whole day was once skipped (Apia, 2011): the offsets before and after a change are looked for beyond that. */
const AROUND = 93_600;
const DAY = 86_400;

interface Zone {
  iana: IANAZone;
  /** Offset in seconds by day since the epoch (UTC); null for a day of a change. */
  days: Map<number, number | null>;
  /** On days of a change, by minute since the epoch. */
  minutes: Map<number, number>;
}

const zones = new Map<string, Zone | null>();

function lookUp(name: string): Zone | null {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const zone = isIanaName(name) ? { iana: IANAZone.create(name), days: new Map(), minutes: new Map() } : null;
  zones.set(name, zone);
  return zone;
}

/** Intl takes names in any case and bare offsets such as `+02:00`; the zone database and Python's zoneinfo do not. */
function isIanaName(name: string): boolean {
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/.test(name) || !IANAZone.isValidZone(name)) return false;
  const canonical = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  return canonical === name || canonical.toLowerCase() !== name.toLowerCase();
}

/** True where the name is an IANA time zone, in its own spelling. */
export function isZone(name: string): boolean {
  return lookUp(name) !== null;
}

/** Seconds east of UTC. Most days keep one offset: only days of a change are looked up by the minute. */
function offsetAt(zone: Zone, epochSeconds: number): number {
  const day = Math.floor(epochSeconds / DAY);
  let whole = zone.days.get(day);
  if (whole === undefined) {
    const first = zone.iana.offset(day * DAY * 1000) * 60;
    whole = zone.iana.offset((day + 1) * DAY * 1000 - 1) * 60 === first ? first : null;
    zone.days.set(day, whole);
  }
  if (whole !== null) return whole;
  const minute = Math.floor(epochSeconds / MINUTE);
  const known = zone.minutes.get(minute);
  if (known !== undefined) return known;
  const offset = zone.iana.offset(minute * MINUTE * 1000) * 60;
  zone.minutes.set(minute, offset);
  return offset;
}

/** What became of a local time: it existed once, was moved out of a gap, or was the earlier of two. */
export type Resolution = "exact" | "gap" | "overlap";

export interface Resolved {
  instant: Instant;
  resolution: Resolution;
}

/**
 * The instant of a wall-clock reading in a zone. A reading that does not exist is moved forward by
 * the length of the gap; one that exists twice is the earlier (LEGACY 2.5).
 *
 * @returns null where that instant lies outside of the years 1 … 9999
 * @throws RangeError where the zone is not an IANA name: callers ask {@link isZone} first.
 */
export function resolveLocalOrNull(wall: WallTime, zoneName: string): Resolved | null {
  const zone = lookUp(zoneName);
  if (zone === null) throw new RangeError(`not a time zone: ${zoneName}`);
  const before = offsetAt(zone, wall.seconds - AROUND - offsetAt(zone, wall.seconds - AROUND));
  const after = offsetAt(zone, wall.seconds + AROUND - offsetAt(zone, wall.seconds + AROUND));
  const earlier = wall.seconds - Math.max(before, after);
  const later = wall.seconds - Math.min(before, after);
  const earlierHolds = offsetAt(zone, earlier) === wall.seconds - earlier;
  const laterHolds = offsetAt(zone, later) === wall.seconds - later;
  // In the gap the offset before the change still counts the hands on: 02:30 becomes 03:30.
  const seconds = earlierHolds ? earlier : laterHolds ? later : wall.seconds - before;
  const instant = instantAt(seconds, wall.micros);
  if (instant === null) return null;
  if (earlierHolds) return { instant, resolution: laterHolds && later !== earlier ? "overlap" : "exact" };
  return { instant, resolution: laterHolds ? "exact" : "gap" };
}

/** What the wall clock in a zone shows at an instant. */
export function toWall(instant: Instant, zoneName: string): WallTime {
  const zone = lookUp(zoneName);
  if (zone === null) throw new RangeError(`not a time zone: ${zoneName}`);
  const at = splitInstant(instant);
  return { seconds: at.seconds + offsetAt(zone, at.seconds), micros: at.micros };
}

export function localDateOf(instant: Instant, zoneName: string): LocalDate {
  return dateOfWall(toWall(instant, zoneName));
}

/** As {@link resolveLocalOrNull}, or the nearest instant there is. */
export function resolveLocal(wall: WallTime, zoneName: string): Resolved {
  const nearest = wall.seconds > 0 ? LATEST : EARLIEST;
  return resolveLocalOrNull(wall, zoneName) ?? { instant: nearest, resolution: "exact" };
}
