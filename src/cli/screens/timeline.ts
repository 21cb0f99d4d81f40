/** A session's history as a person reads it. */
import type { TimelineStep } from "../../operations/session-timeline.ts";
import { type OutputOptions, printRows, type Row } from "../output.ts";
import { changeWords, momentOf, subjectOf } from "./audit.ts";

export const TIMELINE_FIELDS = [
  ...["at", "event_id", "actor", "what", "subject", "subject_id", "student_user_id", "student"],
  ...["from_value", "to_value", "reason", "overridden", "capacity", "taken", "pending", "offers", "open"],
];

/** Machines get every field, a person what happened in words. */
export async function printTimeline(output: OutputOptions, steps: readonly TimelineStep[]): Promise<void> {
  const forPerson = output.format === "table" && output.fields === null;
  const shown = ["at", "event", "student", "change", "open", "by"];
  for (const column of ["reason", "overridden"] as const)
    if (steps.some((step) => step[column] !== null)) shown.push(column);
  const rows = steps.map((step): Row => (forPerson ? personRow(step, output.zone) : { ...step }));
  await printRows(output, TIMELINE_FIELDS, rows, shown, "Nothing happened to it since it was made.");
}

function personRow(step: TimelineStep, zone: string): Row {
  return {
    ...step,
    at: momentOf(step.at, zone),
    event: `${subjectOf(step)} ${step.what}`,
    // What a row said that is gone, the audit tells.
    change: step.what === "deleted" ? String(step.from_value?.status ?? "") : changeWords(step, zone),
    by: step.actor,
  };
}
