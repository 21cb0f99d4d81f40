/** A student as a person reads them. */
import type { BookingView } from "../../db/booking-list.ts";
import { localSpan, localTime, plural } from "../../domain/spoken.ts";
import type { StudentView } from "../../operations/student.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions } from "../output.ts";
import { section } from "./section.ts";

const MOST_PAST = 5;

/** `ana · Ana García · ana@school.example`, what is empty left out. */
export function personLine(person: {
  username: string | null;
  first_name: string | null;
  last_name: string | null;
  email: string | null;
}): string {
  return escapeControl([person.username, fullName(person), person.email].filter(Boolean).join(" · "));
}

/** What a table of people has beside what it counts; the account's state only where somebody's is not active. */
export function peopleColumns(people: readonly { is_active?: boolean }[]): string[] {
  const inactive = people.some((person) => person.is_active === false);
  return ["id", "username", "name", "email", "timezone", ...(inactive ? ["is_active"] : [])];
}

/** First and last name. */
export function fullName({
  first_name,
  last_name,
}: {
  first_name: string | null;
  last_name: string | null;
}): string {
  return [first_name, last_name].filter(Boolean).join(" ");
}

/** All there is to know of one. */
export function studentScreen(options: OutputOptions, student: StudentView): string {
  const { io, zone } = options;
  const paint = paintFor(io);
  const { past } = student;
  const account = student.is_active ? "active" : paint.red("inactive");
  const bookings = (rows: readonly BookingView[]) =>
    rows.map((row) => [
      String(row.id),
      row.status,
      row.session ?? row.course ?? `course ${row.course_id}`,
      row.teacher ?? "",
      localSpan(row.start_at_utc, row.end_at_utc, zone),
    ]);
  const columns = ["booking", "status", "what", "teacher", "when"];
  const more = past.length > MOST_PAST ? `, the latest ${MOST_PAST} of ${past.length}` : "";
  return [
    `${paint.bold(personLine(student))} (user ${student.id})\n`,
    `  ${account}, ${escapeControl(student.role ?? "no profile")}, ${escapeControl(student.timezone ?? "no time zone")}\n`,
    section(
      options,
      "Enrollments",
      ["course", "title", "status"],
      student.enrollments.map(({ course_id, course, status }) => [String(course_id), course ?? "–", status]),
      "none",
    ),
    section(
      options,
      plural(student.upcoming.length, "upcoming booking"),
      columns,
      bookings(student.upcoming),
    ),
    section(
      options,
      "Waitlists",
      ["entry", "status", "session", "place", "starts"],
      student.waitlist.map((entry) => [
        String(entry.id),
        entry.status === "offered" && entry.offer_expires_at !== null
          ? `offered until ${localTime(entry.offer_expires_at, zone)}`
          : entry.status,
        `${entry.session ?? "–"} (session ${entry.session_id})`,
        entry.position === null ? "" : String(entry.position),
        entry.start_at_utc === null ? "" : localTime(entry.start_at_utc, zone),
      ]),
    ),
    section(options, `Past and ended bookings${more}`, columns, bookings(past.slice(0, MOST_PAST))),
  ].join("");
}
