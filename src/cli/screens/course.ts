/** A course as a person reads it. */
import { plural } from "../../domain/spoken.ts";
import type { CourseView } from "../../operations/course.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions } from "../output.ts";
import { section } from "./section.ts";
import { approvalWord } from "./teacher.ts";

const BOOKED = { none: "not booked", group_session: "group sessions", one_on_one: "1:1 lessons" } as const;

/** All there is to know of one. */
export function courseScreen(options: OutputOptions, course: CourseView): string {
  const type = course.booking_type;
  const booked =
    type === null ? "sessions and lessons" : (BOOKED[type as keyof typeof BOOKED] ?? `booking type ${type}`);
  const approval = course.requires_booking_approval ? "lessons are approved" : "no approval";
  return [
    `${paintFor(options.io).bold(escapeControl(course.title))} (course ${course.id}, ${escapeControl(course.slug)})\n`,
    `  ${escapeControl(`${course.status}; ${booked}; ${approval}`)}\n`,
    `  ${plural(course.active_enrollments, "active enrollment")}, ${plural(course.upcoming_sessions, "upcoming session")}\n`,
    section(
      options,
      "Teachers",
      ["teacher", "username", "approval"],
      course.teachers.map(({ teacher_id, teacher, requires_booking_approval }) => [
        String(teacher_id),
        teacher ?? "–",
        approvalWord(requires_booking_approval),
      ]),
      "none",
    ),
  ].join("");
}
