/** The cut-over report: what it says of a report made by hand, that no text becomes markup, and what it collects. */
import { describe, expect, test } from "vitest";
import { renderHtml } from "../../src/cli/report/html.ts";
import { renderMarkdown } from "../../src/cli/report/markdown.ts";
import { shellWord } from "../../src/domain/command.ts";
import type { Report } from "../../src/legacy/report.ts";
import type { Facts } from "../../src/legacy/report-facts.ts";
import type { VerdictKind } from "../../src/legacy/report-verdict.ts";

import { emptyFacts, exampleFacts, readText, reportOf, run, tally } from "../support/report.ts";

const SUM = "10,518 legacy rows = 9,954 bookings + 412 waitlist entries + 152 waiting for a decision";

describe("the sum", () => {
  test("stands at the top of both forms", () => {
    const report = reportOf(exampleFacts());
    expect(readText(renderHtml(report))).toContain(SUM);
    expect(renderMarkdown(report)).toContain(SUM);
  });

  test("of each table stands in the proof", () => {
    const markdown = renderMarkdown(reportOf(exampleFacts()));
    expect(markdown).toContain("| Group bookings | 8,412 | 7,903 | 412 | 97 | – | – | ✓ yes |");
    expect(markdown).toContain("| One-on-one lessons | 2,106 | 2,051 | – | 55 | – | – | ✓ yes |");
  });

  test("that is not right is not shown as right", () => {
    const facts = exampleFacts();
    const wrong = reportOf({ ...facts, total: { ...facts.total, rows: 10520, adds_up: false } });
    expect(wrong.verdict.kind).toBe("counts_do_not_add_up");
    expect(renderHtml(wrong)).toContain("✗ The sum is not right.");
    expect(renderHtml(wrong)).not.toContain("✓ The sum is right.");
    expect(renderMarkdown(wrong)).toContain(`10,520 legacy rows`);
  });

  test("names rows that no run has read, and rows whose booking is gone", () => {
    const facts = { ...exampleFacts(), total: tally({ rows: 10, migrated: 5, not_read: 3, lost: 2 }) };
    const text = readText(renderHtml(reportOf(facts)));
    expect(text).toContain("10 legacy rows = 5 bookings + 3 not read yet + 2 not accounted for");
    expect(text).not.toContain("The sum is right");
  });
});

describe("the verdict", () => {
  const facts = exampleFacts();
  const settled = { ...facts, total: tally({ rows: 10518, migrated: 9954, waitlisted: 412, skipped: 152 }) };
  const failed = {
    ...settled.verification,
    ok: false,
    findings: [
      {
        check: "row_differs",
        what: "rows differ",
        severity: "error" as const,
        count: 2,
        examples: ["booking 1"],
      },
    ],
  };
  test.each<[VerdictKind, Facts]>([
    ["nothing_legacy", emptyFacts()],
    ["never_migrated", { ...facts, runs: [] }],
    ["never_migrated", { ...facts, runs: [{ ...run, status: "rolled_back" }] }],
    ["run_unfinished", { ...facts, runs: [{ ...run, status: "running" }] }],
    ["rows_not_read", { ...facts, total: tally({ rows: 3, migrated: 2, not_read: 1 }) }],
    ["counts_do_not_add_up", { ...facts, total: tally({ rows: 3, migrated: 2, lost: 1 }) }],
    ["not_verified", { ...settled, verification: failed }],
    ["decisions_open", facts],
    ["ready", settled],
  ])("%s", (kind, given) => {
    const report = reportOf(given);
    expect(report.verdict.kind).toBe(kind);
    expect(report.next_steps.length).toBeGreaterThan(0);
    expect(renderHtml(report)).toContain(`<h1>${report.verdict.sentence}</h1>`);
    expect(renderMarkdown(report).startsWith(`# ${report.verdict.sentence}`)).toBe(true);
  });

  test("a warning does not stand in the way, but is shown", () => {
    const finding = { ...failed.findings[0]!, severity: "warning" as const };
    const report = reportOf({ ...settled, verification: { ...failed, ok: true, findings: [finding] } });
    expect(report.verdict.kind).toBe("ready");
    expect(renderHtml(report)).toContain("! Warning:");
    expect(renderMarkdown(report)).toContain("! **Warning:** rows differ");
  });
});

const HOSTILE =
  '</title><script>alert(1)</script><img src=x onerror="alert(1)">\u001b[31m\u202e| `a` **b** [c](https://evil.example) https://evil.example &amp;';

/** Every text that comes from the database or from people is hostile. */
function hostileReport(): Report {
  const facts = exampleFacts();
  const reason = {
    code: HOSTILE,
    meaning: "Meaning.",
    question: "Question?",
    decides: "the engineers" as const,
    open: 152,
    skipped: 2,
    causes: 1,
    examples: [{ row: HOSTILE, message: HOSTILE, rows: 3 }],
    remedies: [{ what: "Do it", command: `classbook legacy issues retry --code ${shellWord(HOSTILE)}` }],
  };
  const part = { recurring_series_id: HOSTILE, student_user_id: 1, teacher_id: 1, lessons: 1 };
  return reportOf({
    ...facts,
    database: {
      ...facts.database,
      name: HOSTILE,
      address: HOSTILE,
      engine: HOSTILE,
      layout: "django",
      app_label: HOSTILE,
    },
    runs: [{ ...run, actor: HOSTILE }],
    total: tally({ rows: 10520, migrated: 9954, waitlisted: 412, open: 152, skipped: 2 }),
    by_status: [{ status: HOSTILE, group: 1, one_on_one: 1 }],
    reasons: [reason],
    skips: [{ code: HOSTILE, reason: HOSTILE, rows: 2 }],
    overbooked: {
      sessions: 1,
      upcoming: 1,
      list: [{ id: 1, title: HOSTILE, status: HOSTILE, start_at_utc: HOSTILE, capacity: 1, seats_taken: 2 }],
    },
    series: {
      series: 2,
      lessons: 2,
      by_status: { [HOSTILE]: 2 },
      split: 1,
      split_parts: [
        { ...part, series_id: 1, course_id: 1 },
        { ...part, series_id: 2, course_id: 2 },
      ],
    },
    session_columns: [{ column: HOSTILE, filled: 1, changed: 1 }],
    seat_counters: { sessions: 1, from_nothing: 0, list: [{ id: 1, title: HOSTILE, before: 1, after: 2 }] },
    verification: {
      ...facts.verification,
      checks: [{ check: HOSTILE, what: HOSTILE, ok: false, count: 1 }],
      findings: [{ check: HOSTILE, what: HOSTILE, severity: "warning", count: 1, examples: [HOSTILE] }],
    },
  });
}

describe("hostile text", () => {
  const page = renderHtml(hostileReport());
  const markdown = renderMarkdown(hostileReport());

  test("is no markup in the page, but can be read there", () => {
    expect(page).not.toMatch(/<script|<img/i);
    expect(page).not.toMatch(/<[^>]*\son\w+\s*=/i);
    expect(readText(page)).toContain("<script>alert(1)</script>");
    const tags = new Set([...page.matchAll(/<([a-z][a-z0-9]*)/gi)].map((match) => match[1]));
    for (const tag of ["script", "img", "iframe", "object", "embed", "link", "form", "base"])
      expect(tags).not.toContain(tag);
  });

  test("shows its control characters in both forms", () => {
    for (const form of [page, markdown]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(form).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e]/);
      expect(form).toContain("\\x1b");
      expect(form).toContain("\\u202e");
    }
  });

  test("is no HTML, no link and no table cell of its own in Markdown", () => {
    const prose = markdown.replace(/```sh\n.*?\n\s*```/gs, "").replace(/(`+)(?!`).*?(?<!`)\1(?!`)/gs, "");
    expect(prose).not.toMatch(/(?<!\\)<\w/);
    expect(prose).not.toMatch(/(?<!\\)\[c/);
    expect(prose).not.toContain("https://");
    let width = 0;
    for (const line of markdown.split("\n")) {
      const cells = line.startsWith("|") ? line.replaceAll("\\|", "").split("|").length : 0;
      if (width > 0 && cells > 0) expect(cells).toBe(width);
      width = cells;
    }
  });
});

describe("the page", () => {
  const page = renderHtml(reportOf(exampleFacts()));

  test("loads nothing and runs nothing", () => {
    expect(page).not.toMatch(/https?:|\bsrc=|\bhref=|url\(|@import|<script|<link/i);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  test("has names for its drawings, heads for its tables and one first heading", () => {
    expect(page).toContain('<html lang="en">');
    expect(page.match(/<h1/g)).toHaveLength(1);
    expect(page.match(/<svg/g)).toHaveLength(2);
    expect(page.match(/<svg[^>]*role="img"[^>]*aria-labelledby/g)).toHaveLength(2);
    expect(page.match(/<table/g)?.length).toBe(page.match(/<caption/g)?.length);
    expect(page).toContain('<th scope="col"');
    expect(page).toContain('<th scope="row"');
  });

  test("draws a bar for each month, also for one without bookings between others", () => {
    expect(page).toContain("<title>Oct 2026: 7,000 group, 2,000 one-on-one</title>");
    expect(page).toContain("<title>Nov 2026: 0 group, 0 one-on-one</title>");
    expect(page).toContain("<title>Dec 2026: 903 group, 51 one-on-one</title>");
    expect(page).toContain("still to come");
  });

  test("draws years where months do not fit", () => {
    const months = ["0001-01", "2025-03", "2026-01", "9999-12"].map((month) => ({
      month,
      group: 1,
      one_on_one: 2,
    }));
    const wide = renderHtml(reportOf({ ...exampleFacts(), months }));
    expect(wide).toContain("<title>2026: 1 group, 2 one-on-one</title>");
    expect(wide).toContain("<title>9999: 1 group, 2 one-on-one</title>");
  });

  test("shortens a text that no page can bear", () => {
    const facts = exampleFacts();
    const long = renderHtml(reportOf({ ...facts, runs: [{ ...run, actor: "x".repeat(1_000_000) }] }));
    expect(long.length).toBeLessThan(100_000);
    expect(long).toContain("(1,000,000 characters)");
  });
});

test("an empty database has a report, in both forms", () => {
  const report = reportOf(emptyFacts());
  const [page, markdown] = [renderHtml(report), renderMarkdown(report)];
  for (const form of [readText(page), markdown]) {
    expect(form).toContain("There is nothing to take over");
    expect(form).toContain("0 legacy rows = 0 bookings");
    expect(form).not.toMatch(/NaN|undefined|Infinity|null/);
  }
  expect(page).not.toContain("<svg");
});
