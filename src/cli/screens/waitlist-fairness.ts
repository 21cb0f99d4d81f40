/** How queues went, as a person reads it. */
import { localTime, plural } from "../../domain/spoken.ts";
import type { Fairness, QueueSum } from "../../operations/waitlist-fairness.ts";
import { escapeControl, type OutputOptions } from "../output.ts";
import { drawTable } from "../table.ts";

const COLUMNS = ["session", "title", "entries", "accepted", "expired", "waited", "answered"];

/** Shortest, middle and longest: `2h/3d/11d`, without blanks, so that no narrow table cuts them. */
function spreadText(min: number | null, median: number | null, max: number | null): string {
  return min === null ? "" : [min, median!, max!].map(shortDuration).join("/");
}

function shortDuration(seconds: number): string {
  if (seconds >= 2 * 86_400) return `${Math.floor(seconds / 86_400)}d`;
  return seconds >= 2 * 3_600 ? `${Math.floor(seconds / 3_600)}h` : `${Math.floor(seconds / 60)}m`;
}

function lineOf(sum: QueueSum): string[] {
  return [
    sum.session_id === null ? "all" : String(sum.session_id),
    escapeControl(sum.title ?? ""),
    String(sum.entries),
    String(sum.accepted),
    String(sum.expired),
    spreadText(sum.waited_min, sum.waited_median, sum.waited_max),
    spreadText(sum.answered_min, sum.answered_median, sum.answered_max),
  ];
}

export function fairnessScreen({ io, zone }: OutputOptions, fairness: Fairness): string {
  const { all, sessions, passed_over, out_of_turn } = fairness;
  if (all.entries === 0) return "Nobody waited.\n";
  const name = (student: string | null, id: number) => escapeControl(student ?? `user ${id}`);
  return [
    drawTable(io, COLUMNS, [...sessions, all].map(lineOf)),
    "waited and answered: shortest/middle/longest",
    ...(passed_over.length === 0 ? [] : ["", "Passed over:"]),
    ...passed_over.map(
      (one) =>
        `  ${name(one.student, one.student_user_id)} (entry ${one.waitlist_id}, session ${one.session_id}): ${plural(one.times, "time")}, ${escapeControl(one.reason ?? "")}`,
    ),
    ...(out_of_turn.length === 0 ? [] : ["", "Out of turn, by staff:"]),
    ...out_of_turn.map(
      (one) =>
        `  ${name(one.student, one.student_user_id)} in session ${one.session_id}: ${one.what} by ${escapeControl(one.actor)}, ${localTime(one.at, zone)}`,
    ),
    "",
  ].join("\n");
}
