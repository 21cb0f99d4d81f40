/** Waitlists as a person reads them. */
import type { WaitlistView } from "../../db/waitlist-list.ts";
import { localTime, plural } from "../../domain/spoken.ts";
import type { Expiry } from "../../operations/waitlist-expire.ts";
import type { Ahead, Explained } from "../../operations/waitlist-view.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions, type Row } from "../output.ts";
import { drawTable } from "../table.ts";

/** One line: `entry 3 waiting: greta for Spanish A2 (session 20), number 2 since Fri 20 Nov 2026 10:00 Europe/Madrid`. */
export function entryLine({ io, zone }: OutputOptions, entry: WaitlistView): string {
  const paint = paintFor(io);
  const who = entry.student ?? `user ${entry.student_user_id}`;
  return `entry ${entry.id} ${paint.bold(entry.status)}: ${escapeControl(`${who} for ${entry.title ?? "–"}`)} (session ${entry.session_id}), ${stateOf(entry, zone)}`;
}

function stateOf(entry: WaitlistView, zone: string): string {
  const at = (instant: WaitlistView["expired_at"]) =>
    instant === null ? "at no known time" : localTime(instant, zone);
  switch (entry.status) {
    case "waiting":
      return `number ${entry.position} since ${at(entry.created_at)}`;
    case "offered":
      return `${entry.overdue ? "ran out" : "until"} ${at(entry.offer_expires_at)}`;
    case "accepted":
      return at(entry.accepted_at);
    case "expired":
      return at(entry.expired_at);
    default:
      // As the app or a hand wrote it.
      return `"${escapeControl(entry.status satisfies never)}" is none of the model's words`;
  }
}

/** Where somebody stands, who comes before, and what has to happen. */
export function explainScreen(options: OutputOptions, explained: Explained): string {
  return [
    entryLine(options, explained),
    `  seats  ${explained.seats}`,
    ...explained.ahead.map((one) => `  ${aheadText(options, one)}`),
    ...explained.outlook.map((sentence) => `  → ${escapeControl(sentence)}`),
    "",
  ].join("\n");
}

function aheadText({ io, zone }: OutputOptions, one: Ahead): string {
  const name = escapeControl(one.student ?? `user ${one.student_user_id}`);
  if (one.status === "offered")
    return `offer  ${name} (entry ${one.waitlist_id}), until ${localTime(one.offer_expires_at!, zone)}`;
  const bar = one.bar === null ? "" : paintFor(io).yellow(`, passed over: ${one.bar}`);
  return `ahead  ${name} (entry ${one.waitlist_id})${bar}`;
}

/** A run's numbers, and who it was. */
export type ExpiryReport = Expiry & { entries: Row[] };

/** `2 sessions: 3 expired, 2 offered, 1 skipped, 0 failed`; `Nothing to do.` */
export function expiryLine({ expired, offered, sessions, skipped, failed }: Expiry): string {
  if (expired + offered + skipped + failed === 0) return "Nothing to do.";
  return `${plural(sessions, "session")}: ${[
    `${expired} expired`,
    `${offered} offered`,
    `${skipped} skipped`,
    `${failed} failed`,
  ].join(", ")}`;
}

/** Who it would be, and why; "" for nobody. */
export function expiryTable({ io, zone }: OutputOptions, report: ExpiryReport): string {
  const rows = report.entries.map((row) => [
    String(row.session_id),
    String(row.waitlist_id),
    escapeControl(String(row.student ?? `user ${row.student_user_id}`)),
    `would be ${row.outcome}`,
    row.outcome === "offered"
      ? `until ${localTime(row.offer_expires_at as never, zone)}`
      : String(row.reason ?? ""),
  ]);
  return rows.length === 0 ? "" : `${drawTable(io, ["session", "entry", "student", "", "why"], rows)}\n`;
}
