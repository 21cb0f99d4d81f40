/** The part of the page that says which rows wait, who has to decide what, and what was left out on purpose. */

import type { Report } from "../../legacy/report.ts";
import type { ReasonFact } from "../../legacy/report-reasons.ts";
import { commandLine, html, type Markup, table } from "./markup.ts";
import { clip, number, plural } from "./words.ts";

export function decisionsSection(report: Report): Markup {
  const open = report.reasons.filter((reason) => reason.open > 0);
  return html`<section aria-labelledby="decisions">
<h2 id="decisions">What waits for a decision</h2>
${open.length === 0 ? html`<p>Nothing: no legacy row waits for a decision.</p>` : waiting(report, open)}
${leftOut(report)}
</section>`;
}

function waiting(report: Report, open: readonly ReasonFact[]): Markup {
  const deciders = [...new Set(open.map((reason) => reason.decides))]
    .map((decides) => {
      const own = open.filter((reason) => reason.decides === decides);
      return { decides, own, rows: own.reduce((sum, reason) => sum + reason.open, 0) };
    })
    .sort((a, b) => b.rows - a.rows);
  return html`<p>${plural(report.total.open, "legacy row", "legacy rows")} could not be taken over as ${report.total.open === 1 ? "it is" : "they are"}. ${report.total.open === 1 ? "It is" : "They are"} kept whole, and nothing is lost while ${report.total.open === 1 ? "it waits" : "they wait"}. For each reason somebody has to give what is missing, or say that the rows can be left out. Words in capitals in a command are to be filled in.</p>
${deciders.map(
  ({ decides, own, rows }) => html`<h3>For ${decides}: ${plural(rows, "row")}</h3>
${own.map(article)}`,
)}`;
}

function article(reason: ReasonFact): Markup {
  return html`
<article>
<div class="count">${number(reason.open)}<small>${reason.open === 1 ? "row" : "rows"}</small></div>
<div class="body">
<h4>${reason.question} <code class="code">${reason.code}</code></h4>
<p>${reason.meaning}${reason.skipped > 0 ? html` <span class="soft">${plural(reason.skipped, "more row was", "more rows were")} left out on purpose.</span>` : null}</p>
<ul class="examples">${reason.examples.map(
    ({ row, message, rows }) =>
      html`<li><code>${row}</code>${clip(message)}${rows > 1 ? html` <span class="soft">(${plural(rows - 1, "more row says", "more rows say")} the same)</span>` : null}</li>`,
  )}${reason.causes > reason.examples.length ? html`<li class="soft">… and ${number(reason.causes - reason.examples.length)} more like these</li>` : null}</ul>
${reason.remedies.map(({ what, command }) => html`<p class="todo">${what}:</p>${command === null ? null : commandLine(command)}`)}
</div>
</article>`;
}

const MOST_SKIPS = 30;

function leftOut(report: Report): Markup | null {
  if (report.total.skipped === 0) return null;
  const shown = report.skips.slice(0, MOST_SKIPS);
  return html`<h3>Left out on purpose: ${plural(report.total.skipped, "row")}</h3>
${table(
  "Rows that somebody decided not to take over, with the reason that was given; they stay on record",
  [
    { head: "rows", numeric: true },
    { head: "why it could not be taken over" },
    { head: "why it is left out" },
  ],
  shown.map((skip) => [number(skip.rows), html`<code>${skip.code}</code>`, clip(skip.reason)]),
)}${report.skips.length > MOST_SKIPS ? html`<p class="soft">… and ${plural(report.skips.length - MOST_SKIPS, "more reason")}.</p>` : null}`;
}
