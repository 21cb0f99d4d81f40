/** Bookings as a person reads them. */
import type { BookingView } from "../../db/booking-list.ts";
import type { RuleOutcome } from "../../domain/rules.ts";
import { localSpan, localTime } from "../../domain/spoken.ts";
import type { Assessment } from "../../operations/booking-request.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions } from "../output.ts";

const MARK = { pass: "✓", fail: "✗", overridden: "!" } as const;

/** Every rule with its outcome, and why. */
export function rulesScreen({ io }: OutputOptions, rules: readonly RuleOutcome[]): string {
  const paint = paintFor(io);
  const colour = { pass: paint.green, fail: paint.red, overridden: paint.yellow };
  const width = Math.max(...rules.map(({ rule }) => rule.length));
  return rules
    .map(({ rule, outcome, why }) => {
      const aside = outcome === "overridden" ? " (set aside by staff)" : "";
      return `  ${colour[outcome](MARK[outcome])} ${rule.padEnd(width)}  ${escapeControl(why)}${aside}`;
    })
    .join("\n");
}

/** Every rule, and what would come of the request. */
export function assessmentScreen(
  options: OutputOptions,
  { rules, outcome, position }: Pick<Assessment, "rules" | "outcome" | "position">,
): string {
  const would =
    outcome === "refused"
      ? "would be refused"
      : outcome === "waitlisted"
        ? `would join the waitlist as number ${position}`
        : `would be ${outcome}`;
  return `${rulesScreen(options, rules)}\n  → ${would}\n`;
}

/** One line: `booking 12 confirmed: ana in Spanish A2, Mon 1 Feb 2027 11:00–12:00 Europe/Madrid`. */
export function bookingLine({ io, zone }: OutputOptions, booking: BookingView): string {
  const paint = paintFor(io);
  const what =
    booking.booking_type === "group_session"
      ? `${booking.session ?? "session"} (session ${booking.session_id})`
      : `${booking.course ?? `course ${booking.course_id}`} with ${booking.teacher}`;
  const seats = booking.seats_reserved > 1 ? `, ${booking.seats_reserved} seats` : "";
  return `booking ${booking.id} ${paint.bold(booking.status)}: ${escapeControl(`${booking.student ?? `user ${booking.student_user_id}`}, ${what}`)}${seats}, ${localSpan(booking.start_at_utc, booking.end_at_utc, zone)}`;
}

/** All there is to know of one booking. */
export function bookingScreen(options: OutputOptions, booking: BookingView): string {
  const { zone } = options;
  const lines: [string, string | null][] = [
    ["student", `${booking.student ?? "–"} (user ${booking.student_user_id})`],
    ["teacher", `${booking.teacher ?? "–"} (teacher ${booking.teacher_id})`],
    ["course", `${booking.course ?? "–"} (course ${booking.course_id})`],
    [
      "session",
      booking.session_id === null ? null : `${booking.session ?? "–"} (session ${booking.session_id})`,
    ],
    ["seats", String(booking.seats_reserved)],
    ["student note", booking.student_note || null],
    ["teacher note", booking.teacher_note || null],
    [
      "decided",
      booking.decision_at &&
        `${localTime(booking.decision_at, zone)}${booking.decided_by_id === null ? "" : ` by user ${booking.decided_by_id}`}`,
    ],
    [
      "cancelled",
      booking.cancelled_at && `${localTime(booking.cancelled_at, zone)} (${booking.cancel_reason})`,
    ],
    ["booked", localTime(booking.created_at, zone)],
  ];
  const told = lines
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `  ${name.padEnd(13)} ${escapeControl(value!)}`);
  return `${bookingLine(options, booking)}\n${told.join("\n")}\n`;
}
