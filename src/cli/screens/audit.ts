/** Events as a person reads them: what changed in words, not as JSON. */
import { type AuditEvent, EVENT_FIELDS } from "../../db/audit.ts";
import { type Instant, parseInstant } from "../../domain/instant.ts";
import { localTime } from "../../domain/spoken.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions, printRows, type Row } from "../output.ts";

type Changed = Pick<AuditEvent, "from_value" | "to_value">;

/** Each change as `what before → after`: of something new what it is, of something that went what it was. */
function changes({ from_value: from, to_value: to }: Changed, zone: string): [string, string][] {
  const word = (value: unknown) => valueWord(value, zone);
  if (from === null || to === null)
    return Object.entries(from ?? to ?? {})
      .filter(([, value]) => value !== null && value !== "")
      .map(([key, value]) => [key, to === null ? `${word(value)} → –` : word(value)]);
  // Of an old row an event keeps all columns, of the new one those that were set: only these can have changed.
  return Object.keys(to)
    .filter((key) => word(from[key]) !== word(to[key]))
    .map((key) => [key, key in from ? `${word(from[key])} → ${word(to[key])}` : word(to[key])]);
}

function valueWord(value: unknown, zone: string): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") {
    const instant: Instant | null = /^\d{4}-\d\d-\d\d \d\d:/.test(value) ? parseInstant(value) : null;
    return instant === null ? value : localTime(instant, zone);
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `pending → confirmed`, `confirmed; seats_reserved 1`: a status speaks for itself, the rest is named. */
export function changeWords(event: Changed, zone: string): string {
  return changes(event, zone)
    .map(([key, words]) => (key === "status" || /^\d+$/.test(key) ? words : `${key} ${words}`))
    .join("; ");
}

/** Lists events; where they are about one thing, that is not repeated. A person reads the change in words and the moment on the zone's clock, machines get objects. */
export async function printEvents(
  output: OutputOptions,
  events: readonly AuditEvent[],
  empty: string,
): Promise<void> {
  const forPerson = output.format === "table" && output.fields === null;
  const about = new Set(events.map(({ subject, subject_id }) => `${subject} ${subject_id}`));
  const shown = ["id", "at", "actor", "what", ...(about.size > 1 ? ["subject"] : []), "change"];
  for (const column of ["reason", "overridden"] as const)
    if (events.some((event) => event[column] !== null)) shown.push(column);
  const rows = events.map((event): Row => (forPerson ? personRow(event, output.zone) : { ...event }));
  await printRows(output, EVENT_FIELDS, rows, shown, empty);
}

/** Weekday and zone are left out: the zone stands below the table. */
export function momentOf(at: Instant, zone: string): string {
  return localTime(at, zone).slice("Fri ".length, -` ${zone}`.length);
}

function personRow(event: AuditEvent, zone: string): Row {
  return {
    ...event,
    at: momentOf(event.at, zone),
    subject: subjectOf(event),
    change: changeWords(event, zone),
  };
}

/** As people call what `--subject` calls by its table. */
const SUBJECT_WORDS: Record<string, string> = {
  live_class_booking: "booking",
  live_class_session: "session",
  teacher_availability: "slot",
  teacher_booking_policy: "policy",
  session_waitlist: "waitlist entry",
  booking_series: "series",
  app_user: "user",
};

export function subjectOf({ subject, subject_id }: Pick<AuditEvent, "subject" | "subject_id">): string {
  const word = SUBJECT_WORDS[subject] ?? subject;
  return subject_id === null ? word : `${word} ${subject_id}`;
}

/** All there is to know of one. */
export function eventScreen({ io, zone }: OutputOptions, event: AuditEvent): string {
  const lines: [string, string | null][] = [
    ["when", localTime(event.at, zone)],
    ["who", event.actor],
    ["why", event.reason],
    ["set aside", event.overridden],
    ...changes(event, zone),
  ];
  const told = lines.filter((line): line is [string, string] => line[1] !== null);
  const width = Math.max(...told.map(([name]) => name.length));
  const head = `event ${event.id}: ${subjectOf(event)} ${event.what}`;
  return `${paintFor(io).bold(escapeControl(head))}\n${told
    .map(([name, words]) => `  ${escapeControl(name).padEnd(width)}  ${escapeControl(words)}\n`)
    .join("")}`;
}
