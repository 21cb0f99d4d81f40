/** What else a person who approves should know, and the record of the runs. */
import type { Report } from "../../legacy/report.ts";
import { type Content, html, type Markup, table } from "./markup.ts";
import { splitSeries, spreadWords } from "./split-series.ts";
import {
  COLUMNS,
  clip,
  countersSentence,
  moment,
  number,
  plural,
  runState,
  seriesSentence,
  spoken,
} from "./words.ts";

export function noticeSection(report: Report): Markup {
  const parts = [overbooked(report), series(report), counters(report), columns(report)].filter(
    (part) => part !== null,
  );
  return html`<section aria-labelledby="notice">
<h2 id="notice">What else to know</h2>
${parts.length === 0 ? html`<p>Nothing: no session is overbooked, no series was split, and no session was changed.</p>` : parts}
</section>`;
}

function overbooked({ overbooked: found, made_at }: Report): Markup {
  if (found.sessions === 0)
    return html`<h3>Overbooked sessions</h3><p><span class="yes">✓</span> No session holds more seats than it has.</p>`;
  const more = found.sessions - found.list.length;
  return html`<h3>Overbooked sessions: ${number(found.sessions)}</h3>
<p>The legacy bookings of these sessions hold more seats than the sessions have. All were taken over as they are: nobody loses a seat by the migration. ${
    found.upcoming === 0
      ? "None of them is still to come."
      : html`<b>${plural(found.upcoming, "of them is", "of them are")} still to come</b> and ${found.upcoming === 1 ? "needs" : "need"} more seats, or another session for some students.`
  }</p>
${table(
  "Overbooked sessions, those to come first",
  [
    { head: "session" },
    { head: "title" },
    { head: "starts (UTC)" },
    { head: "status" },
    { head: "seats", numeric: true },
    { head: "taken", numeric: true },
    { head: "too many", numeric: true },
  ],
  found.list.map((session) => [
    session.id,
    clip(session.title ?? "–"),
    html`${moment(session.start_at_utc)}${isComing(session, made_at) ? html` <b class="but">to come</b>` : null}`,
    spoken(session.status ?? "–"),
    number(session.capacity),
    number(session.seats_taken),
    html`<b>${number(session.seats_taken - session.capacity)}</b>`,
  ]),
)}${more > 0 ? html`<p class="soft">… and ${plural(more, "more session")}. <code>classbook verify overbooked</code> counts them.</p>` : null}`;
}

function isComing(session: Report["overbooked"]["list"][number], now: string): boolean {
  return (
    session.start_at_utc !== null &&
    session.start_at_utc.replace("T", " ") >= now &&
    session.status !== "cancelled" &&
    session.status !== "completed"
  );
}

function series(report: Report): Markup | null {
  const sentence = seriesSentence(report);
  if (sentence === null) return null;
  const { split } = report.series;
  const shown = splitSeries(report.series.split_parts);
  return html`<h3>Series</h3>
<p>${sentence}</p>
${
  split === 0
    ? html`<p>No legacy series had to be split.</p>`
    : html`<p>${plural(split, "legacy series was", "legacy series were")} split, for ${split === 1 ? "its" : "their"} lessons were not all with one student, one teacher and one course. No lesson is missing; there are only more series than before.</p>
${table(
  "Legacy series that became several",
  [{ head: "legacy series" }, { head: "lessons differ in" }, { head: "became" }],
  shown.map(({ id, differ, parts }): Content[] => [
    html`<code>${id}</code>`,
    differ,
    parts.map((part, at) => html`${at > 0 ? html`<br>` : null}${spreadWords(part)}`),
  ]),
)}${split > shown.length ? html`<p class="soft">… and ${number(split - shown.length)} more.</p>` : null}`
}`;
}

function counters(report: Report): Markup | null {
  const sentence = countersSentence(report);
  if (sentence === null) return null;
  return html`<h3>Seat counters</h3>
<p>${sentence}</p>
${table(
  report.seat_counters.sessions > report.seat_counters.list.length
    ? "The largest corrections"
    : "The corrections",
  [{ head: "session" }, { head: "title" }, { head: "before", numeric: true }, { head: "now", numeric: true }],
  report.seat_counters.list.map((row) => [
    row.id,
    clip(row.title ?? "–"),
    row.before === null ? "none" : number(row.before),
    number(row.after),
  ]),
  { shape: "narrow" },
)}`;
}

function columns(report: Report): Markup | null {
  if (report.session_columns.length === 0) return null;
  return html`<h3>Session columns</h3>
<p>The new model needs these columns of every session. Where they were empty they were filled from what the session, or its teacher's profile, already said. What stood there before is on record and comes back with a rollback.</p>
${table(
  "Columns of sessions that the migration wrote",
  [
    { head: "column" },
    { head: "meaning" },
    { head: "was empty", numeric: true },
    { head: "held another value", numeric: true },
  ],
  report.session_columns.map((row) => [
    html`<code>${row.column}</code>`,
    COLUMNS[row.column] ?? "–",
    row.filled === 0 ? "–" : number(row.filled),
    row.changed === 0 ? "–" : number(row.changed),
  ]),
)}`;
}

const MOST_RUNS = 12;

export function runsSection(report: Report): Markup {
  const earlier = Math.max(0, report.runs.length - MOST_RUNS);
  return html`<section aria-labelledby="runs">
<h2 id="runs">The runs</h2>
${
  report.runs.length === 0
    ? html`<p>No run has been made.</p>`
    : table(
        "When the migration ran, and what each run did",
        [
          { head: "run" },
          { head: "state" },
          { head: "started" },
          { head: "finished" },
          { head: "by" },
          { head: "bookings", numeric: true },
          { head: "waitlist", numeric: true },
          { head: "quarantined", numeric: true },
          { head: "unchanged", numeric: true },
        ],
        report.runs
          .slice(earlier)
          .map((run) => [
            run.id,
            runState(run.status),
            moment(run.started_at),
            moment(run.finished_at),
            clip(run.actor),
            ...[run.migrated, run.waitlisted, run.quarantined, run.unchanged].map((n) =>
              n === 0 ? "–" : number(n),
            ),
          ]),
      )
}
${earlier > 0 ? html`<p class="soft">${plural(earlier, "earlier run is", "earlier runs are")} not shown; <code>classbook legacy status</code> lists all.</p>` : null}
<p class="soft">A row counts in a run as what that run made of it; rows settled later by a decision count above, not here.</p>
</section>`;
}
