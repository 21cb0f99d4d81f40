/** A teacher, and a teacher's day, as a person reads them. */
import type { AgendaItem } from "../../domain/agenda.ts";
import { clockOfWall, dateOfWall, type Instant } from "../../domain/instant.ts";
import { plural, spokenDate } from "../../domain/spoken.ts";
import { toWall } from "../../domain/zone.ts";
import type { AgendaPart, TeacherView } from "../../operations/teacher.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions } from "../output.ts";
import { drawTable } from "../table.ts";
import { section } from "./section.ts";
import { personLine } from "./student.ts";

/** All there is to know of one; of a day or week that was asked for, the agenda only. */
export function teacherScreen(options: OutputOptions, teacher: TeacherView, part: AgendaPart): string {
  const paint = paintFor(options.io);
  const head = `${paint.bold(personLine(teacher) || "nobody's account")} (teacher ${teacher.id})`;
  if (part !== "next") {
    const count = (kind: AgendaItem["kind"]) => teacher.agenda.filter((item) => item.kind === kind).length;
    const told = [
      plural(count("session"), "session"),
      plural(count("lesson"), "lesson"),
      plural(count("opening"), "opening"),
    ].join(", ");
    return `${head}\n  ${told}; times in ${teacher.timezone}\n${agendaLines(options, teacher)}`;
  }
  const approved = teacher.is_approved ? "approved" : paint.yellow("not approved");
  return [
    `${head}\n  ${approved}, ${teacher.timezone}${teacher.user_id === null ? "" : `, user ${teacher.user_id}`}\n`,
    section(
      options,
      "Courses",
      ["course", "title", "approval"],
      teacher.courses.map(({ course_id, course, requires_booking_approval }) => [
        String(course_id),
        course ?? "–",
        approvalWord(requires_booking_approval),
      ]),
      "none",
    ),
    section(
      options,
      "Policies in force",
      ["course", "policy", "ask 1:1", "ask group", "notice", "cancel", "buffers", "a day"],
      teacher.policies.map((policy) => [
        policy.course_id === null ? "all others" : (policy.course ?? `course ${policy.course_id}`),
        policy.source === "nothing" ? "none" : policy.source.replace(" policy", ""),
        policy.requires_approval_for_one_on_one ? "yes" : "no",
        policy.requires_approval_for_group ? "yes" : "no",
        `${policy.min_notice_hours} h`,
        `${policy.cancel_window_hours} h`,
        `${policy.buffer_before_minutes}+${policy.buffer_after_minutes}`,
        policy.max_bookings_per_day === null ? "–" : String(policy.max_bookings_per_day),
      ]),
    ),
    `\n${paint.bold("Next")}, times in ${teacher.timezone}\n${agendaLines(options, teacher)}`,
  ].join("");
}

/** What course_teacher says of approval. */
export function approvalWord(approval: boolean | null): string {
  return approval === null ? "as the course" : approval ? "yes" : "no";
}

const clock = (instant: Instant, zone: string) => clockOfWall(toWall(instant, zone));

/** A line each under its day, in the teacher's zone; fits 80 columns. */
function agendaLines({ io }: OutputOptions, { agenda, timezone: zone }: TeacherView): string {
  if (agenda.length === 0) return "  nothing\n";
  const paint = paintFor(io);
  const rows = agenda.map((item) => [
    `${clock(item.start_at_utc, zone)}–${clock(item.end_at_utc, zone)}`,
    ...told(item).map(escapeControl),
  ]);
  const [header, ...lines] = drawTable({ ...io, width: io.width - 2 }, COLUMNS, rows).split("\n");
  let day = "";
  return [
    `  ${header}`,
    ...lines.flatMap((line, at) => {
      const before = day;
      day = spokenDate(dateOfWall(toWall(agenda[at]!.start_at_utc, zone)));
      return day === before ? [`  ${line}`] : [paint.bold(day), `  ${line}`];
    }),
    "",
  ].join("\n");
}

const COLUMNS = ["time", "what", "course", "who", "status"];

function told(item: AgendaItem): [string, string, string, string] {
  const course = item.course ?? (item.course_id === null ? "any course" : `course ${item.course_id}`);
  switch (item.kind) {
    case "session": {
      const seats = [`${item.taken}/${item.capacity ?? "?"} seats`];
      if (item.pending! > 0) seats.push(`${item.pending} asked`);
      if (item.waiting! > 0) seats.push(`${item.waiting} waiting`);
      return [`session ${item.id}`, item.title || course, seats.join(", "), item.status!];
    }
    case "lesson":
      return [`booking ${item.id}`, course, item.student ?? `user ${item.student_user_id}`, item.status!];
    case "opening":
      return [`slot ${item.id}`, course, "", "open"];
    default:
      return item.kind satisfies never;
  }
}
