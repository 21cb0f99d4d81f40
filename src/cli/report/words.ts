/** The words of the cut-over report that both of its forms use. */

import type { SourceTable } from "../../db/legacy-tables.ts";
import type { Instant } from "../../domain/instant.ts";
import type { Report } from "../../legacy/report.ts";

/** 10518 → `10,518`, whatever the locale of the machine. */
export function number(n: number): string {
  return n.toLocaleString("en");
}

/** `1 row`, `2 rows`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** 1 → `Jan`; a number that is no month stays a number. */
export function monthWord(month: number): string {
  return MONTHS[month - 1] ?? String(month);
}

/** `2026-03-01 10:00:00` → `1 Mar 2026, 10:00`, in UTC; anything else as it is. */
export function moment(instant: Instant | string | null): string {
  if (instant === null) return "–";
  const match = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}:\d{2})/.exec(instant);
  if (match === null) return instant;
  return `${Number(match[3])} ${monthWord(Number(match[2]))} ${Number(match[1])}, ${match[4]}`;
}

export const TABLES: Record<SourceTable, string> = {
  booking: "Group bookings",
  one_on_one_booking: "One-on-one lessons",
};

/** `no_show` → `no show`: the model's words as people say them. */
export function spoken(word: string): string {
  return word.replaceAll("_", " ");
}

/** What a legacy row can end as, in the order in which it is told. */
export type Place = "migrated" | "waitlisted" | "open" | "skipped" | "not_read" | "lost";

export interface Term {
  place: Place;
  n: number;
  /** What so many of it are called. */
  words: string;
}

/** The right-hand side of the sum. Places that no row is in are left out, but for bookings. */
export function termsOf({ total }: Report): Term[] {
  const terms: Term[] = [
    { place: "migrated", n: total.migrated, words: total.migrated === 1 ? "booking" : "bookings" },
    {
      place: "waitlisted",
      n: total.waitlisted,
      words: total.waitlisted === 1 ? "waitlist entry" : "waitlist entries",
    },
    { place: "open", n: total.open, words: "waiting for a decision" },
    { place: "skipped", n: total.skipped, words: "left out on purpose" },
    { place: "not_read", n: total.not_read, words: "not read yet" },
    { place: "lost", n: total.lost, words: "not accounted for" },
  ];
  return terms.filter((term) => term.n > 0 || term.place === "migrated");
}

/** `10,518 legacy rows = 9,954 bookings + 412 waitlist entries + 152 waiting for a decision` */
export function sumSentence(report: Report): string {
  const right = termsOf(report).map((term) => `${number(term.n)} ${term.words}`);
  return `${plural(report.total.rows, "legacy row")} = ${right.join(" + ")}`;
}

/** Whether the sum, as it is written, is right. */
export function sumHolds(report: Report): boolean {
  return report.total.rows === termsOf(report).reduce((sum, term) => sum + term.n, 0);
}

/** What the sum proves, for a person who approves by it. */
export function sumMeaning(report: Report): string {
  const { total, verification } = report;
  if (total.rows === 0) return "The legacy tables are empty or absent.";
  if (!total.adds_up)
    return "Not every legacy row has ended as a booking, a waitlist entry or a row in quarantine.";
  const kept = total.open + total.skipped;
  const rest = kept === 0 ? "" : `, or is kept whole in quarantine with its reason (${plural(kept, "row")})`;
  const verified = verificationSentence(report);
  return `Every legacy row has become a booking or a waitlist entry${rest}; the migration changed and deleted no legacy row.${
    verification.checks.length === 0
      ? ""
      : ` An independent verification was made: ${verified.charAt(0).toLowerCase()}${verified.slice(1)}`
  }`;
}

/** The database as a heading: `school.sqlite3 · SQLite 3.53.2 · Django app myApp`. */
export function databaseWords({ database }: Report): string[] {
  return [
    database.name,
    database.engine,
    database.layout === "django" ? `Django app ${database.app_label ?? ""}`.trim() : "classbook's own layout",
  ];
}

/** Where the unified bookings come from, as one sentence. */
export function unifiedSentence({ unified }: Report): string {
  const parts = [
    `${number(unified.migrated)} taken over from legacy rows`,
    ...(unified.own > 0 ? [`${number(unified.own)} that the app had written there itself`] : []),
    ...(unified.diverged > 0
      ? [`${number(unified.diverged)} whose legacy row changed later and waits for a decision`]
      : []),
    ...(unified.orphaned > 0 ? [`${number(unified.orphaned)} whose legacy row was deleted since`] : []),
  ];
  return `The unified table now holds ${plural(unified.bookings, "booking")} = ${parts.join(" + ")}.`;
}

/** What the verification says in one sentence. */
export function verificationSentence({ verification }: Report): string {
  const { checks, findings } = verification;
  const errors = findings.filter((finding) => finding.severity === "error").length;
  const warnings = findings.length - errors;
  if (checks.length === 0) return "No check was made.";
  if (errors > 0)
    return `${plural(errors, "check")} of ${number(checks.length)} failed${warnings > 0 ? `, and ${number(warnings)} gave a warning` : ""}.`;
  const held = `${number(checks.length - warnings)} of ${plural(checks.length, "check")} hold`;
  return warnings > 0
    ? `${held}; ${plural(warnings, "gives a warning that does", "give warnings that do")} not stand in the way.`
    : `All ${plural(checks.length, "check")} hold.`;
}

/** What the seat counters were corrected to, as a sentence; null where none was. */
export function countersSentence({ seat_counters }: Report): string | null {
  const { sessions, from_nothing } = seat_counters;
  if (sessions === 0) return null;
  const wrong = sessions - from_nothing;
  const parts = [
    ...(wrong > 0
      ? [`${plural(wrong, "session")} said that more or fewer seats were taken than the bookings hold`]
      : []),
    ...(from_nothing > 0 ? [`${plural(from_nothing, "session")} had no counter`] : []),
  ];
  return `${parts.join(", and ")}. Now every counter is the sum of the confirmed and attended seats.`;
}

/** How legacy series became series, as a sentence; null where there are none. */
export function seriesSentence({ series }: Report): string | null {
  if (series.series === 0) return null;
  const states = Object.entries(series.by_status).map(([status, n]) => `${number(n)} ${spoken(status)}`);
  return `The recurring lessons became ${plural(series.series, "series", "series")} with ${plural(series.lessons, "lesson")}: ${states.join(", ")}.`;
}

/** Text from the database in a length that a page can bear. */
export function clip(text: string, most = 300): string {
  return text.length <= most
    ? text
    : `${text.slice(0, most).trimEnd()} … (${number(text.length)} characters)`;
}

/** What a column of sessions was given, as words. */
export const COLUMNS: Record<string, string> = {
  start_at_utc: "start in UTC",
  end_at_utc: "end in UTC",
  timezone_snapshot: "time zone of the teacher",
  capacity: "seats of the session (capacity)",
  total_seats: "total seats, the same as capacity",
};

/** How a run stands: `running` is said of one that nobody ended, too. */
export function runState(status: string): string {
  if (status === "rolled_back") return "taken back";
  return status === "running" ? "not finished" : spoken(status);
}
