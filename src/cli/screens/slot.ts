/** Slots as a person reads them. */
import type { Instant } from "../../domain/instant.ts";
import { localSpan } from "../../domain/spoken.ts";
import type { ListedSlot } from "../../operations/availability.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions } from "../output.ts";

const WEEKDAYS = ["Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays"];

/** When a slot is and in which state, in words: `Tuesdays 17:00–18:00 Europe/Madrid`, `blocked: sabbatical`. */
export function slotWhen(slot: ListedSlot, zone: string): { when: string; state: string } {
  const state = slot.is_blocked
    ? `blocked${slot.blocked_reason === "" ? "" : `: ${slot.blocked_reason}`}`
    : slot.is_active
      ? "active"
      : "not active";
  return { when: slot.problem === null ? timesOf(slot, zone) : `unclear: ${slot.problem}`, state };
}

function timesOf(slot: ListedSlot, zone: string): string {
  if (slot.slot_type === "one_time")
    return localSpan(slot.start_datetime as Instant, slot.end_datetime as Instant, zone);
  const clock = (time: string | null) => (time ?? "").slice(0, 5);
  const [from, until] = [slot.valid_from || null, slot.valid_until || null];
  const validity = [
    ...(from === null ? [] : [`from ${from}`]),
    ...(until === null ? [] : [`until ${until}`]),
  ];
  return [
    `${WEEKDAYS[slot.day_of_week ?? 0]} ${clock(slot.start_time)}–${clock(slot.end_time)} ${slot.timezone}`,
    ...validity,
  ].join(", ");
}

/** One line: `slot 12 active: ana, Talk, Tuesdays 17:00–18:00 Europe/Madrid`. */
export function slotLine({ io, zone }: OutputOptions, slot: ListedSlot): string {
  const paint = paintFor(io);
  const { when, state } = slotWhen(slot, zone);
  const what = slot.course_id === null ? "all courses" : (slot.course ?? `course ${slot.course_id}`);
  return `slot ${slot.id} ${paint.bold(escapeControl(state))}: ${escapeControl(`${slot.teacher ?? "no teacher"}, ${what}, ${when}`)}`;
}
