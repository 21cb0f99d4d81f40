/** A request as somebody reads it who decides on it. */

import type { Instant } from "../../domain/instant.ts";
import { plural, spokenDate, spokenDistance } from "../../domain/spoken.ts";
import { localDateOf } from "../../domain/zone.ts";
import type { ReviewFacts } from "../../operations/booking-review.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions } from "../output.ts";

/** @param place where it stands in the queue: `2 of 7` */
export function reviewScreen(
  { io, zone }: OutputOptions,
  facts: ReviewFacts,
  { now, place }: { now: Instant; place: string },
): string {
  const paint = paintFor(io);
  const { history, policy, conflicts } = facts;
  const name = facts.student ?? `user ${facts.student_user_id}`;
  const who = [
    facts.student_name === "" ? name : `${facts.student_name} (${name})`,
    ...(facts.student_email === "" ? [] : [`<${facts.student_email}>`]),
  ].join(" ");
  const what = [
    facts.course ?? `course ${facts.course_id}`,
    facts.booking_type === "one_on_one"
      ? `lesson with ${facts.teacher}`
      : `${facts.session ?? "session"} (session ${facts.session_id}) with ${facts.teacher}`,
    ...(facts.seats_reserved > 1 ? [plural(facts.seats_reserved, "seat")] : []),
  ].join(", ");
  const last = history.last_lesson_at_utc;
  const shared = [
    `${history.attended} attended`,
    plural(history.no_show, "no-show"),
    `${history.cancelled} cancelled`,
    last === null ? "no lesson yet" : `last ${spokenDate(localDateOf(last, zone))}`,
  ].join(", ");
  const terms = [
    policy.source === "nothing" ? `no policy (approval: ${policy.approval_source})` : policy.source,
    `notice ${policy.min_notice_hours} h`,
    `cancel until ${policy.cancel_window_hours} h before`,
    ...(policy.max_bookings_per_day === null ? [] : [`at most ${policy.max_bookings_per_day} a day`]),
  ].join(", ");
  const lines: [string, string][] = [
    ["who", who],
    ["what", what],
    ["when", `${facts.teacher_time} (${spokenDistance(now, facts.start_at_utc)})`],
    ["for them", facts.student_time ?? "their time zone is not known"],
    ["asked", spokenDistance(now, facts.created_at)],
    ["before", shared],
    ["policy", terms],
    ...(facts.student_note === "" ? [] : [["note", facts.student_note] as [string, string]]),
  ];
  const told = lines.map(([key, value]) => `  ${paint.dim(key.padEnd(8))}  ${escapeControl(value)}`);
  const clash =
    conflicts.length === 0
      ? [`  ${paint.green("✓")} nothing conflicts with it`]
      : conflicts.map((why) => `  ${paint.red("✗")} ${escapeControl(why)}`);
  return `${paint.bold(`Booking ${facts.id}`)} (${place})\n${[...told, ...clash].join("\n")}\n`;
}
