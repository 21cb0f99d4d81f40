/** Split series (LEGACY 2.6) as both forms of the report tell them. */
import type { Report } from "../../legacy/report.ts";
import { plural } from "./words.ts";

type Part = Report["series"]["split_parts"][number];

export interface SplitSeries {
  /** The legacy series id, 32 hex digits. */
  id: string;
  /** What its lessons differ in: `teacher and course`. */
  differ: string;
  parts: Part[];
}

export function splitSeries(parts: readonly Part[]): SplitSeries[] {
  const groups = new Map<string, Part[]>();
  for (const part of parts)
    groups.set(part.recurring_series_id, [...(groups.get(part.recurring_series_id) ?? []), part]);
  return [...groups].map(([id, own]) => {
    const differ = (["student_user_id", "teacher_id", "course_id"] as const)
      .filter((key) => new Set(own.map((part) => part[key])).size > 1)
      .map((key) => key.split("_")[0]!);
    return { id, differ: differ.join(" and "), parts: own };
  });
}

/** One of the series that it became. */
export function spreadWords(part: Part): string {
  return `series ${part.series_id}: student ${part.student_user_id}, teacher ${part.teacher_id}, course ${part.course_id}, ${plural(part.lessons, "lesson")}`;
}
