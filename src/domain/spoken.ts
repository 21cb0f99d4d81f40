/** Times and numbers as people say them. */
import { clockOfWall, dateOfWall, type Instant, type LocalDate, splitInstant, weekdayOf } from "./instant.ts";
import { toWall } from "./zone.ts";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Fri 20 Nov 2026` */
export function spokenDate(date: LocalDate): string {
  return `${DAYS[weekdayOf(date)]} ${Number(date.slice(8))} ${MONTHS[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`;
}

/** An instant on the wall clock of a zone: `Fri 20 Nov 2026 10:00 Europe/Madrid`. */
export function localTime(instant: Instant, zone: string): string {
  const wall = toWall(instant, zone);
  return `${spokenDate(dateOfWall(wall))} ${clockOfWall(wall)} ${zone}`;
}

/** The time of day on the wall clock of a zone: `10:00`. */
export function clockText(instant: Instant, zone: string): string {
  return clockOfWall(toWall(instant, zone));
}

/** What calendar and clock show in a zone, for machines: `2026-11-20 10:00`. */
export function wallText(instant: Instant, zone: string): string {
  const wall = toWall(instant, zone);
  return `${dateOfWall(wall)} ${clockOfWall(wall)}`;
}

/** A stretch of time: `Fri 20 Nov 2026 10:00–11:00 Europe/Madrid`, the second date only where it differs. */
export function localSpan(start: Instant, end: Instant, zone: string): string {
  const [from, to] = [toWall(start, zone), toWall(end, zone)];
  const second = dateOfWall(from) === dateOfWall(to) ? "" : `${spokenDate(dateOfWall(to))} `;
  return `${spokenDate(dateOfWall(from))} ${clockOfWall(from)}–${second}${clockOfWall(to)} ${zone}`;
}

/** How far ahead: `in 11 days`, `in 3 h`, `20 min ago`. */
export function spokenDistance(now: Instant, then: Instant): string {
  const seconds = splitInstant(then).seconds - splitInstant(now).seconds;
  const size = Math.abs(seconds);
  const text =
    size >= 2 * 86_400
      ? `${Math.floor(size / 86_400)} days`
      : size >= 3_600
        ? `${Math.floor(size / 3_600)} h`
        : `${Math.floor(size / 60)} min`;
  return seconds >= 0 ? `in ${text}` : `${text} ago`;
}

/** A number with its word: `1 row`, `1,200 rows`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en")} ${n === 1 ? one : many}`;
}
