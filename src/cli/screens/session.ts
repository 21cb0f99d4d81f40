/** Sessions as a person reads them. */
import type { SessionView } from "../../db/session-list.ts";
import type { PolicyInForce } from "../../domain/policy.ts";
import { seatArithmetic } from "../../domain/session.ts";
import { localSpan, localTime, plural } from "../../domain/spoken.ts";
import type { QueuePlace, SessionDetails } from "../../operations/session-details.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions } from "../output.ts";

function whenOf({ start_at_utc: start, end_at_utc: end }: SessionView, zone: string): string {
  if (start === null) return "no time yet";
  return end === null ? localTime(start, zone) : localSpan(start, end, zone);
}

/** One line: `session 18 scheduled: Spanish A2 with marta, Tue 24 Nov 2026 17:00–18:00 Europe/Madrid, 3 open of 8`. */
export function sessionLine({ io, zone }: OutputOptions, session: SessionView): string {
  const paint = paintFor(io);
  const who = session.teacher === null ? "no teacher" : `with ${session.teacher}`;
  return `session ${session.id} ${paint.bold(session.status)}: ${escapeControl(`${session.title} ${who}`)}, ${whenOf(session, zone)}, ${session.open} open of ${session.capacity}`;
}

export function sessionScreen(options: OutputOptions, session: SessionDetails): string {
  const paint = paintFor(options.io);
  const meeting = [session.meeting_provider, session.meeting_link, session.meeting_id].filter(Boolean);
  const drifted =
    session.seats_taken === session.taken
      ? ""
      : paint.yellow(` (seats_taken says ${session.seats_taken}: classbook verify seats_taken --fix)`);
  const lines: [string, string | null][] = [
    [
      "course",
      `${session.course ?? "–"}${session.course_id === null ? "" : ` (course ${session.course_id})`}`,
    ],
    [
      "teacher",
      `${session.teacher ?? "–"}${session.teacher_id === null ? "" : ` (teacher ${session.teacher_id})`}`,
    ],
    ["planned in", session.timezone_snapshot || null],
    ["description", session.description || null],
    ["meeting", meeting.length === 0 ? null : meeting.join(" ")],
    ["waitlist", session.enable_waitlist ? "on" : "off"],
    ["policy", session.policy && policyText(session.policy)],
  ];
  const told = lines
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `  ${name.padEnd(12)} ${escapeControl(value!)}`);
  const held = session.bookings
    .map(
      ({ status, bookings, seats }) =>
        `${bookings} ${status}${seats === bookings ? "" : ` (${seats} seats)`}`,
    )
    .join(", ");
  return [
    sessionLine(options, session),
    ...told,
    `  ${"seats".padEnd(12)} ${seatArithmetic(session)}${drifted}`,
    `  ${"bookings".padEnd(12)} ${held || "none"}`,
    `  ${"queue".padEnd(12)} ${session.queue.length === 0 ? "nobody waits" : ""}`.trimEnd(),
    ...session.queue.map((place) => `    ${placeText(options, place)}`),
    "",
  ].join("\n");
}

function placeText({ io, zone }: OutputOptions, place: QueuePlace): string {
  const paint = paintFor(io);
  const name = escapeControl(place.student ?? `user ${place.student_user_id}`);
  const since = localTime(place.created_at, zone);
  if (place.position !== null) return `${place.position}. ${name}, waits since ${since}`;
  if (place.offer_expires_at === null) return `offer  ${name}, made at no known time: it holds no seat`;
  const until = localTime(place.offer_expires_at, zone);
  return place.overdue
    ? paint.yellow(`offer  ${name}, ran out ${until}`)
    : paint.green(`offer  ${name}, until ${until}`);
}

function policyText(policy: PolicyInForce): string {
  const parts = [
    policy.requires_approval_for_group ? "the teacher approves each seat" : "no approval",
    policy.min_notice_hours === 0 ? "no notice" : `${policy.min_notice_hours} h of notice`,
    `students cancel until ${policy.cancel_window_hours} h before`,
  ];
  return `${parts.join(", ")} (${policy.source === "nothing" ? "no policy" : `${policy.source} ${policy.policy_id}`})`;
}

/** What cancelling or completing did beside the session, as the end of a sentence; empty where nothing. */
export function effectText(counts: readonly [number, string, string?][]): string {
  const told = counts.filter(([n]) => n > 0).map(([n, one, many]) => plural(n, one, many));
  return told.length === 0 ? "" : ` (${told.join(", ")})`;
}
