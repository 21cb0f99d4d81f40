/** Series as a person reads them. */
import type { SeriesView } from "../../db/series-list.ts";
import type { LocalDate } from "../../domain/instant.ts";
import { localTime, plural, spokenDate } from "../../domain/spoken.ts";
import type { AskedOccurrence, OccurrenceRule } from "../../operations/series-book.ts";
import type { BothClocks, SeriesDetails, SeriesZones } from "../../operations/series-view.ts";
import { paintFor } from "../io.ts";
import { escapeControl, type OutputOptions } from "../output.ts";
import { section } from "./section.ts";

/** `3 of 8 done, 1 cancelled, next Tue 1 Dec 2026 17:00 Europe/Madrid` */
export function progressText(
  { total, done, cancelled, next_start_at_utc: next }: SeriesView,
  zone: string,
): string {
  const parts = [`${done} of ${total} done`];
  if (cancelled > 0) parts.push(`${cancelled} cancelled`);
  if (next !== null) parts.push(`next ${localTime(next, zone)}`);
  return parts.join(", ");
}

/** One line: `series 4 active: ben, English conversation with noah, biweekly, 4 of 6 done, next Mon 7 Dec 2026 …`. */
export function seriesLine({ io, zone }: OutputOptions, series: SeriesView): string {
  const who = `${series.student ?? `user ${series.student_user_id}`}, ${series.course ?? `course ${series.course_id}`} with ${series.teacher}`;
  const words = escapeControl(`${who}, ${series.frequency}, ${progressText(series, zone)}`);
  return `series ${series.id} ${paintFor(io).bold(escapeControl(series.status))}: ${words}`;
}

/** A series and every occurrence. */
export function seriesScreen(options: OutputOptions, series: SeriesDetails): string {
  const paint = paintFor(options.io);
  const meeting = [
    series.default_meeting_link,
    series.default_meeting_id,
    series.default_meeting_passcode,
  ].filter((part) => part !== "");
  const lines: [string, string | null][] = [
    ["rule", series.rule || null],
    ["student", `${series.student ?? "–"} (user ${series.student_user_id})`],
    ["teacher", `${series.teacher ?? "–"} (teacher ${series.teacher_id})`],
    ["course", `${series.course ?? "–"} (course ${series.course_id})`],
    ["meeting", meeting.length === 0 ? null : meeting.join(" ")],
  ];
  const told = lines
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `  ${name.padEnd(8)} ${escapeControl(value!)}\n`);
  const problem = series.problem === null ? "" : `  ${paint.red(`✗ ${escapeControl(series.problem)}`)}\n`;
  const items = series.items.map((item) => [
    String(item.occurrence_index),
    item.status ?? "gone",
    ...clockCells(item, series),
    String(item.booking_id),
    [
      ...(item.session_id === null ? [] : [`session ${item.session_id}`]),
      ...(item.moved_from_at_utc === null
        ? []
        : [`moved from ${localTime(item.moved_from_at_utc, series.teacher_timezone)}`]),
      ...(item.taken_over_by === null ? [] : [`its booking is series ${item.taken_over_by}'s now`]),
    ].join(", "),
  ]);
  const columns = ["#", "status", ...clockColumns(series), "booking", ""];
  return `${seriesLine(options, series)}\n${told.join("")}${problem}${section(options, "Occurrences", columns, items)}`;
}

function clockColumns({ teacher_timezone: teacher, student_timezone: student }: SeriesZones): string[] {
  return student === null || student === teacher ? [teacher] : [`teacher: ${teacher}`, `student: ${student}`];
}

function clockCells(clocks: { [K in keyof BothClocks]: string | null }, zones: SeriesZones): string[] {
  const shown = (local: string | null) =>
    local === null ? "–" : `${spokenDate(local.slice(0, 10) as LocalDate)} ${local.slice(11)}`;
  return clockColumns(zones).length === 1
    ? [shown(clocks.teacher_local)]
    : [shown(clocks.teacher_local), shown(clocks.student_local)];
}

/** An occurrence as it is printed. */
export type ShownOccurrence = AskedOccurrence & BothClocks;

export interface AskedScreen extends SeriesZones {
  /** What it is about: `ana, Talk with tom`. */
  who: string;
  /** In words. */
  rule: string;
  skipped_months: readonly string[];
  occurrences: readonly ShownOccurrence[];
}

/** Every occurrence that was asked for, what became or would become of it, and below it why. */
export function askedScreen(options: OutputOptions, asked: AskedScreen): string {
  const { occurrences, skipped_months: months } = asked;
  const rows = occurrences.map((one) => [
    one.occurrence_index === null ? "–" : String(one.occurrence_index),
    ...clockCells(one, asked),
    one.outcome === "refused" ? "✗ refused" : `✓ ${one.outcome}`,
    told(one.rules)
      .map(({ rule }) => rule)
      .join(", "),
  ]);
  const columns = ["#", ...clockColumns(asked), "outcome", ""];
  const table = section(options, `${asked.who}, ${asked.rule}`, columns, rows).slice(1);
  const skipped =
    months.length === 0
      ? ""
      : `  No such day in ${months.join(", ")}: ${months.length === 1 ? "that month is" : "these months are"} skipped.\n`;
  return `${table}${reasonLines(occurrences)}${skipped}`;
}

function told(rules: readonly OccurrenceRule[]): OccurrenceRule[] {
  return rules.filter(({ outcome }) => outcome !== "pass");
}

/** A line for each reason, with the dates that it is about: `all: ana is not enrolled in Talk (enrollment)`. */
function reasonLines(occurrences: readonly ShownOccurrence[]): string {
  const dates = new Map<string, string[]>();
  for (const one of occurrences)
    for (const remark of remarks(one))
      dates.set(remark, [...(dates.get(remark) ?? []), spokenDate(one.date)]);
  return [...dates]
    .map(([remark, on]) => {
      const all = on.length > 1 && on.length === occurrences.length;
      return `  ${all ? "all" : on.join(", ")}: ${escapeControl(remark)}\n`;
    })
    .join("");
}

function remarks({ rules, clock_change, start_at_utc, teacher_local }: ShownOccurrence): string[] {
  const sentences = told(rules).map(
    ({ rule, outcome, why }) => `${why} (${outcome === "fail" ? rule : `${rule}, set aside by staff`})`,
  );
  if (clock_change === "gap")
    sentences.push(`the clocks go forward: the time does not exist, so it is ${teacher_local.slice(11)}`);
  if (clock_change === "overlap")
    sentences.push(
      `the clocks go back: the time comes twice, so it is the earlier (${start_at_utc.slice(11, 16)} UTC)`,
    );
  return sentences;
}

/** Occurrences that were left out, a line each with why. */
export function leftOutLines(occurrences: readonly AskedOccurrence[]): string {
  return occurrences
    .map(({ date, rules }) => {
      const why = told(rules).map((one) => `${one.why} (${one.rule})`);
      return `\n  left out ${spokenDate(date)}: ${escapeControl(why.join("; "))}`;
    })
    .join("");
}

/** `all 8 would be booked`, `6 of 8 would be booked` … */
export function outcomeText(occurrences: readonly AskedOccurrence[], verb: string): string {
  const booked = occurrences.filter(({ outcome }) => outcome !== "refused");
  const pending = booked.filter(({ outcome }) => outcome === "pending").length;
  const all =
    booked.length === occurrences.length
      ? plural(booked.length, "occurrence")
      : `${booked.length} of ${plural(occurrences.length, "occurrence")}`;
  return `${all} ${verb}${pending === 0 ? "" : `, ${pending === booked.length ? "each" : pending} waiting for the teacher's approval`}`;
}
