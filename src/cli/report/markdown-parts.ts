/** The parts of the Markdown report about decisions, and about what else to know. */

import type { Report } from "../../legacy/report.ts";
import type { ReasonFact } from "../../legacy/report-reasons.ts";
import { bullet, code, codeBlock, table, text } from "./markdown-text.ts";
import { splitSeries, spreadWords } from "./split-series.ts";
import { COLUMNS, clip, countersSentence, moment, number, plural, seriesSentence, spoken } from "./words.ts";

export function decisionsPart(report: Report): string[] {
  const open = report.reasons.filter((reason) => reason.open > 0);
  return [
    "## What waits for a decision",
    ...(open.length === 0
      ? ["Nothing: no legacy row waits for a decision."]
      : [
          "These rows could not be taken over as they are. They are kept whole, and nothing is lost while they wait. Words in capitals in a command are to be filled in.",
          table(
            [">Rows", "reason", "question", "decides"],
            open.map((reason) => [
              number(reason.open),
              code(reason.code),
              text(reason.question),
              text(reason.decides),
            ]),
          ),
          ...open.flatMap(reasonParts),
        ]),
    ...leftOut(report),
  ];
}

function reasonParts(reason: ReasonFact): string[] {
  const examples = reason.examples.map(({ row, message, rows }) =>
    bullet(
      `${code(row)} ${text(clip(message))}${rows > 1 ? ` (${plural(rows - 1, "more row says", "more rows say")} the same)` : ""}`,
    ),
  );
  const more = reason.causes - reason.examples.length;
  if (more > 0) examples.push(bullet(`… and ${number(more)} more like these`));
  return [
    `### ${plural(reason.open, "row")}: ${code(reason.code)}`,
    `${text(reason.meaning)} ${text(reason.question)} (${text(reason.decides)})`,
    examples.join("\n"),
    ...reason.remedies.flatMap(({ what, command }) => [
      `${text(what)}:`,
      ...(command === null ? [] : [codeBlock(command)]),
    ]),
  ];
}

function leftOut(report: Report): string[] {
  if (report.total.skipped === 0) return [];
  return [
    `### Left out on purpose: ${plural(report.total.skipped, "row")}`,
    table(
      [">Rows", "why it could not be taken over", "why it is left out"],
      report.skips.map((skip) => [number(skip.rows), code(skip.code), text(clip(skip.reason))]),
    ),
  ];
}

export function noticePart(report: Report): string[] {
  return [
    "## What else to know",
    ...overbooked(report),
    ...series(report),
    ...counters(report),
    ...columns(report),
  ];
}

function overbooked({ overbooked: found }: Report): string[] {
  if (found.sessions === 0) return ["✓ No session holds more seats than it has."];
  const more = found.sessions - found.list.length;
  return [
    `### Overbooked sessions: ${number(found.sessions)}`,
    `The legacy bookings of these sessions hold more seats than the sessions have. All were taken over as they are. ${found.upcoming === 0 ? "None of them is still to come." : `**${plural(found.upcoming, "of them is", "of them are")} still to come.**`}`,
    table(
      [">Session", "title", "starts (UTC)", "status", ">seats", ">taken", ">too many"],
      found.list.map((session) => [
        String(session.id),
        text(clip(session.title ?? "–")),
        text(moment(session.start_at_utc)),
        text(spoken(session.status ?? "–")),
        number(session.capacity),
        number(session.seats_taken),
        number(session.seats_taken - session.capacity),
      ]),
    ),
    ...(more > 0 ? [`… and ${plural(more, "more session")}.`] : []),
  ];
}

function series(report: Report): string[] {
  const sentence = seriesSentence(report);
  if (sentence === null) return [];
  const { split, split_parts } = report.series;
  const shown = splitSeries(split_parts);
  return [
    "### Series",
    text(sentence),
    ...(split === 0
      ? ["No legacy series had to be split."]
      : [
          `${plural(split, "legacy series was", "legacy series were")} split, for the lessons were not all with one student, one teacher and one course. No lesson is missing; there are only more series than before.`,
          table(
            ["Legacy series", "lessons differ in", "became"],
            shown.map(({ id, differ, parts }) => [
              code(id),
              text(differ),
              parts.map(spreadWords).map(text).join("; "),
            ]),
          ),
          ...(split > shown.length ? [`… and ${number(split - shown.length)} more.`] : []),
        ]),
  ];
}

function counters(report: Report): string[] {
  const sentence = countersSentence(report);
  if (sentence === null) return [];
  return [
    "### Seat counters",
    text(sentence),
    table(
      [">Session", "title", ">before", ">now"],
      report.seat_counters.list.map((row) => [
        String(row.id),
        text(clip(row.title ?? "–")),
        row.before === null ? "none" : number(row.before),
        number(row.after),
      ]),
    ),
  ];
}

function columns(report: Report): string[] {
  if (report.session_columns.length === 0) return [];
  return [
    "### Session columns",
    "Columns of sessions that the migration wrote. What stood there before is on record and comes back with a rollback.",
    table(
      ["Column", "meaning", ">was empty", ">held another value"],
      report.session_columns.map(({ column, filled, changed }) => [
        code(column),
        COLUMNS[column] ?? "–",
        filled === 0 ? "–" : number(filled),
        changed === 0 ? "–" : number(changed),
      ]),
    ),
  ];
}
