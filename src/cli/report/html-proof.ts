/** The part of the page that proves the sum: counts, checks, statuses, months. */

import type { Report } from "../../legacy/report.ts";
import type { Tally } from "../../legacy/report-facts.ts";
import { monthChart } from "./chart.ts";
import { type Content, html, type Markup, table } from "./markup.ts";
import { yearsOf } from "./periods.ts";
import { clip, monthWord, number, spoken, TABLES, unifiedSentence, verificationSentence } from "./words.ts";

export function proofSection(report: Report): Markup {
  return html`<section aria-labelledby="proof">
<h2 id="proof">The proof</h2>
${counts(report)}
<p>${unifiedSentence(report)}</p>
${verification(report)}
${statuses(report)}
${months(report)}
</section>`;
}

function cell(n: number): string {
  return n === 0 ? "–" : number(n);
}

function counts(report: Report): Markup {
  const places: { head: string; of: (tally: Tally) => number; always: boolean }[] = [
    { head: "rows", of: (tally) => tally.rows, always: true },
    { head: "bookings", of: (tally) => tally.migrated, always: true },
    { head: "waitlist entries", of: (tally) => tally.waitlisted, always: true },
    { head: "waiting for a decision", of: (tally) => tally.open, always: true },
    { head: "left out on purpose", of: (tally) => tally.skipped, always: false },
    { head: "not read yet", of: (tally) => tally.not_read, always: false },
    { head: "not accounted for", of: (tally) => tally.lost, always: false },
  ];
  const shown = places.filter((place) => place.always || place.of(report.total) > 0);
  const line = (name: string, tally: Tally): Content[] => [
    name,
    ...shown.map((place) => cell(place.of(tally))),
    tally.adds_up ? html`<span class="yes">✓ yes</span>` : html`<span class="no">✗ no</span>`,
  ];
  return table(
    "Each legacy table, counted in the table itself, and what its rows became",
    [{ head: "legacy table" }, ...shown.map(({ head }) => ({ head, numeric: true })), { head: "adds up" }],
    report.tables.map((tally) => line(TABLES[tally.table], tally)),
    { foot: line("Together", report.total) },
  );
}

/** Failed checks come first, with what they found; then all that held. */
function verification(report: Report): Markup {
  const { checks, findings } = report.verification;
  const held = checks.filter((check) => !findings.some((finding) => finding.check === check.check));
  return html`<h3>The verification</h3>
${checks.length === 0 ? html`<p>${verificationSentence(report)}</p>` : html`<p>The verification does not trust the code that wrote the bookings: it reads every legacy row again, works out by itself what the row must have become, and compares that with what is there. Rows and seats are added up on both sides as well. ${verificationSentence(report)}</p>`}
${
  findings.length === 0
    ? null
    : html`<ul class="findings">${findings.map(
        (finding) => html`
<li><b class="${finding.severity === "error" ? "no" : "but"}">${finding.severity === "error" ? "✗ Failed" : "! Warning"}:</b> ${finding.what} <span class="soft">(${number(finding.count)} found; <code>${finding.check}</code>)</span>
<ul>${finding.examples.map((example) => html`<li>${clip(example)}</li>`)}</ul></li>`,
      )}</ul>`
}
${
  held.length === 0
    ? null
    : html`<ul class="checks">${held.map((check) => html`<li><span class="mark yes" role="img" aria-label="holds">✓</span>${check.what}</li>`)}</ul>`
}`;
}

function statuses(report: Report): Markup | null {
  if (report.by_status.length === 0) return null;
  const sum = (key: "group" | "one_on_one") => report.by_status.reduce((so, row) => so + row[key], 0);
  return html`<h3>By status</h3>${table(
    "Bookings made of legacy rows, by their status now",
    [
      { head: "status" },
      { head: "group", numeric: true },
      { head: "one-on-one", numeric: true },
      { head: "together", numeric: true },
    ],
    report.by_status.map((row) => [
      spoken(row.status),
      cell(row.group),
      cell(row.one_on_one),
      number(row.group + row.one_on_one),
    ]),
    {
      foot: [
        "Together",
        cell(sum("group")),
        cell(sum("one_on_one")),
        number(sum("group") + sum("one_on_one")),
      ],
      shape: "narrow",
    },
  )}`;
}

function months(report: Report): Markup | null {
  const chart = monthChart(report);
  if (chart === null) return null;
  const head = [{ head: "year" }, { head: "kind" }];
  const columns = Array.from({ length: 12 }, (_, at) => ({ head: monthWord(at + 1), numeric: true }));
  const line = (year: string, kind: string, counts: readonly number[]): Content[] => [
    year,
    kind,
    ...counts.map(cell),
    number(counts.reduce((sum, n) => sum + n, 0)),
  ];
  return html`<h3>By month</h3>
<p class="legend"><span><span class="key of-group"></span>group bookings</span><span><span class="key of-one"></span>one-on-one lessons</span></p>
<div class="scroll">${chart}</div>
${table(
  "Bookings by the month in which they start. Rows in quarantine are in no month.",
  [...head, ...columns, { head: "all", numeric: true }],
  yearsOf(report).flatMap(({ year, group, one_on_one }) => [
    line(year, "group", group),
    line(year, "one-on-one", one_on_one),
  ]),
  { shape: "dense" },
)}`;
}
