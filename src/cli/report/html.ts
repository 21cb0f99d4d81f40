/** The cut-over report as one HTML page: no script, nothing loaded from anywhere, every text escaped. */
import type { Report } from "../../legacy/report.ts";
import { outcomeBar } from "./chart.ts";
import { decisionsSection } from "./html-decisions.ts";
import { proofSection } from "./html-proof.ts";
import { noticeSection, runsSection } from "./html-rest.ts";
import { commandLine, html, type Markup, styleElement } from "./markup.ts";
import { STYLE } from "./style.ts";
import { databaseWords, moment, number, sumHolds, sumMeaning, sumSentence, termsOf } from "./words.ts";

/** The whole page, ready to be written into a file. */
export function renderHtml(report: Report): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${sumSentence(report)}">
<title>Cut-over report: ${report.database.name}</title>
${styleElement(STYLE)}
</head>
<body>
<main>
${opening(report)}
${proofSection(report)}
${decisionsSection(report)}
${noticeSection(report)}
${stepsSection(report)}
${runsSection(report)}
<footer>
<p>Made by <code>classbook legacy report</code> on ${moment(report.made_at)} UTC. Times on this page are UTC.</p>
<div class="approval"><span>Approved by</span><span>Date</span><span>Signature</span></div>
</footer>
</main>
</body>
</html>
`;
  return page.text;
}

const SIGNS = { go: "✓", wait: "…", stop: "!" } as const;

function opening(report: Report): Markup {
  const { verdict } = report;
  const [name, ...rest] = databaseWords(report);
  const more = verdict.obstacles.length > 1 ? verdict.obstacles : [];
  return html`<header>
<p class="over">Cut-over report · <b>${name ?? ""}</b>${rest.map((words) => ` · ${words}`)} · ${moment(report.made_at)} UTC</p>
<div class="verdict ${verdict.signal}"><span class="sign" aria-hidden="true">${SIGNS[verdict.signal]}</span><h1>${verdict.sentence}</h1></div>
${equation(report)}
${outcomeBar(report)}
${meaning(report)}
${more.length > 0 ? html`<p>What stands in the way:</p><ul>${more.map((sentence) => html`<li>${sentence}</li>`)}</ul>` : null}
</header>`;
}

/** The sum of `sumSentence`, large: read as text it is the same sentence. */
function equation(report: Report): Markup {
  const { rows } = report.total;
  const part = (op: string, key: Markup | null, n: number, words: string) =>
    html`<span class="part">${op === "" ? null : html`<span class="op">${op}</span> `}<span class="term"><b>${number(n)}</b> <span class="words">${key}${words}</span></span></span>`;
  const right = termsOf(report).map(
    ({ place, n, words }, at) =>
      html` ${part(at === 0 ? "=" : "+", html`<span class="key of-${place}"></span>`, n, words)}`,
  );
  return html`<p class="sum">${part("", null, rows, rows === 1 ? "legacy row" : "legacy rows")}${right}</p>`;
}

function meaning(report: Report): Markup {
  if (report.total.rows === 0) return html`<p>${sumMeaning(report)}</p>`;
  if (!sumHolds(report)) return html`<p><b class="no">✗ The sum is not right.</b> ${sumMeaning(report)}</p>`;
  if (!report.total.adds_up) return html`<p><b class="no">✗ ${sumMeaning(report)}</b></p>`;
  return html`<p><b class="yes">✓ The sum is right.</b> ${sumMeaning(report)}</p>`;
}

function stepsSection(report: Report): Markup {
  const masked = report.database.address.includes(":***@");
  return html`<section aria-labelledby="next">
<h2 id="next">What to do next</h2>
<ol class="steps">${report.next_steps.map(
    ({ what, command }) => html`
<li>${what}.${command === null ? null : commandLine(command)}</li>`,
  )}
</ol>
${masked ? html`<p class="soft">The password is not shown: put it where the address says <code>***</code>.</p>` : null}
</section>`;
}
