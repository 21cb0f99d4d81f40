/** A drill as a person reads it. */
import { plural } from "../../domain/spoken.ts";
import type { DrillReport } from "../../operations/drill.ts";
import { paintFor } from "../io.ts";
import type { OutputOptions } from "../output.ts";

export function drillScreen({ io }: OutputOptions, report: DrillReport): string {
  const paint = paintFor(io);
  const told = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([code, n]) => `${n} ${code}`)
      .join(", ") || "none";
  const width = Math.max(...report.invariants.map(({ check }) => check.length));
  return [
    `${plural(report.workers, "worker")} raced for ${plural(report.seats, "open seat")} of session ${report.session_id}, in a copy that is gone now`,
    "",
    `  bookings  ${report.bookings}${report.waitlisted > 0 ? `, ${report.waitlisted} on the waitlist` : ""}`,
    `  refused   ${told(report.refused)}`,
    `  errors    ${told(report.errors)}`,
    `  time      ${report.duration_ms} ms in all; a worker ${report.p50_ms} ms (p50), ${report.p95_ms} ms (p95)`,
    "",
    ...report.invariants.map(
      ({ check, holds, why }) =>
        `  ${holds ? paint.green("✓") : paint.red("✗")} ${check.padEnd(width)}  ${why}`,
    ),
    "",
  ].join("\n");
}
