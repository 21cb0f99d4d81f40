/** The report's two drawings as inline SVG. Colours come from the page's style, by class. */
import type { Report } from "../../legacy/report.ts";
import { html, type Markup } from "./markup.ts";
import { axisOf, type Period, periodsOf } from "./periods.ts";
import { number, plural, sumSentence, termsOf } from "./words.ts";

const BAR = { width: 1000, height: 22, least: 4 };

/** The legacy rows as one bar, a part for each outcome; parts too small to see are drawn a little wider. */
export function outcomeBar(report: Report): Markup | null {
  const terms = termsOf(report).filter((term) => term.n > 0);
  const total = terms.reduce((sum, term) => sum + term.n, 0);
  if (total === 0) return null;
  const widths = terms.map((term) => Math.max(BAR.least, (term.n / total) * BAR.width));
  const drawn = widths.reduce((sum, width) => sum + width, 0);
  let x = 0;
  const parts = terms.map((term, at) => {
    const width = (widths[at]! / drawn) * BAR.width;
    const left = x;
    x += width;
    return html`<rect class="of-${term.place}" x="${round(left)}" y="0" width="${round(Math.max(width - 1.5, 1))}" height="${BAR.height}"><title>${number(term.n)} ${term.words}</title></rect>`;
  });
  return html`<svg class="outcomes" role="img" aria-labelledby="outcomes-title" viewBox="0 0 ${BAR.width} ${BAR.height}" preserveAspectRatio="none"><title id="outcomes-title">${sumSentence(report)}</title>${parts}</svg>`;
}

const CHART = { width: 920, height: 310, left: 58, right: 8, top: 40, bottom: 46 };

/** Group bookings and one-on-one lessons by the month in which they start, one upon the other. */
export function monthChart(report: Report): Markup | null {
  const periods = periodsOf(report);
  if (periods.length === 0) return null;
  const most = Math.max(...periods.map((period) => period.group + period.one_on_one));
  const ticks = axisOf(most);
  const top = ticks.at(-1)!;
  const inner = {
    width: CHART.width - CHART.left - CHART.right,
    height: CHART.height - CHART.top - CHART.bottom,
  };
  const y = (n: number) => CHART.top + inner.height - (n / top) * inner.height;
  const step = inner.width / periods.length;
  const x = (at: number) => CHART.left + at * step;
  const highest = periods.find((period) => period.group + period.one_on_one === most)!;
  const total = periods.reduce((sum, period) => sum + period.group + period.one_on_one, 0);
  return html`<svg class="months" role="img" aria-labelledby="months-title months-desc" viewBox="0 0 ${CHART.width} ${CHART.height}">
<title id="months-title">Bookings by the month in which they start</title>
<desc id="months-desc">${plural(total, "booking")} from ${periods[0]!.name} to ${periods.at(-1)!.name}; the most, ${number(most)}, in ${highest.name}. The table below has every number.</desc>
${ticks.map((tick) => html`<line class="${tick === 0 ? "base" : "grid"}" x1="${CHART.left}" x2="${CHART.width - CHART.right}" y1="${round(y(tick))}" y2="${round(y(tick))}"/><text class="tick" x="${CHART.left - 8}" y="${round(y(tick) + 4)}" text-anchor="end">${number(tick)}</text>`)}
${periods.map((period, at) => bar(period, { x: x(at), step, y }))}
${labels(periods, x, step)}
${today(periods, x)}
</svg>`;
}

interface Place {
  x: number;
  step: number;
  y: (n: number) => number;
}

function bar(period: Period, place: Place): Markup {
  const width = Math.min(place.step * 0.72, 54);
  const left = place.x + (place.step - width) / 2;
  const total = period.group + period.one_on_one;
  const [base, middle, top] = [place.y(0), place.y(period.group), place.y(total)];
  const rect = (kind: string, from: number, to: number) =>
    to < from
      ? html`<rect class="${kind}" x="${round(left)}" y="${round(to)}" width="${round(width)}" height="${round(from - to)}"/>`
      : null;
  const sum = `${number(total)}`;
  const fits = place.step > sum.length * 7 + 2;
  return html`<g class="${period.when}"><title>${period.name}: ${number(period.group)} group, ${number(period.one_on_one)} one-on-one</title>${rect("group", base, middle)}${rect("one", middle, top)}${
    fits && total > 0
      ? html`<text class="sum" x="${round(place.x + place.step / 2)}" y="${round(top - 6)}" text-anchor="middle">${sum}</text>`
      : null
  }</g>`;
}

/** As many labels as have room; a year stands under its first bar. */
function labels(periods: readonly Period[], x: (at: number) => number, step: number): Markup[] {
  const every = Math.max(1, Math.ceil(36 / step));
  return periods.flatMap((period, at) => {
    const middle = round(x(at) + step / 2);
    const found: Markup[] = [];
    if (at % every === 0)
      found.push(
        html`<text class="tick" x="${middle}" y="${CHART.height - 26}" text-anchor="middle">${period.label}</text>`,
      );
    if (period.year !== null && (at === 0 || at >= every))
      found.push(
        html`<text class="year" x="${middle}" y="${CHART.height - 9}" text-anchor="middle">${period.year}</text>`,
      );
    return found;
  });
}

/** Where the future begins: bookings to the right of the line are still to come. */
function today(periods: readonly Period[], x: (at: number) => number): Markup | null {
  const at = periods.findIndex((period) => period.when === "future");
  if (at <= 0) return null;
  const left = round(x(at));
  // The words stand where there is room for them.
  const ends = x(at) > CHART.width - 110;
  return html`<line class="today" x1="${left}" x2="${left}" y1="4" y2="${CHART.height - CHART.bottom}"/><text class="today" x="${round(x(at) + (ends ? -6 : 6))}" y="14" text-anchor="${ends ? "end" : "start"}">still to come →</text>`;
}

function round(n: number): string {
  return String(Math.round(n * 10) / 10);
}
