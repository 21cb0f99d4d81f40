/** The cut-over report: what it says of a report made by hand, that no text becomes markup, and what it collects. */
import { describe, expect, test } from "vitest";
import { writeSqlite } from "../../fixtures/generate.ts";
import { writeSchool } from "../../fixtures/school.ts";
import { renderHtml } from "../../src/cli/report/html.ts";
import { renderMarkdown } from "../../src/cli/report/markdown.ts";
import type { Database } from "../../src/db/open.ts";
import { openDatabase } from "../../src/db/open.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { chooseIssues, skipIssues } from "../../src/legacy/issues.ts";
import { remediesOf, shellWord } from "../../src/legacy/reasons.ts";
import { collectReport, type Report } from "../../src/legacy/report.ts";
import type { Facts, Tally } from "../../src/legacy/report-facts.ts";
import { judge, nextSteps, type VerdictKind } from "../../src/legacy/report-verdict.ts";
import { verifyLegacy } from "../../src/legacy/verify.ts";
import { scratch } from "../support/databases.ts";
import { migrate, NOW, withDatabase } from "../support/migration.ts";

const counts = { read: 0, migrated: 0, waitlisted: 0, quarantined: 0, unchanged: 0 };

function tally(part: Partial<Tally>): Tally {
  const all = { rows: 0, migrated: 0, waitlisted: 0, open: 0, skipped: 0, not_read: 0, lost: 0, ...part };
  return { ...all, adds_up: all.rows === all.migrated + all.waitlisted + all.open + all.skipped };
}

/** The report of a database without anything in it. */
function emptyFacts(): Facts {
  return {
    made_at: "2026-11-20 09:00:00" as Instant,
    database: {
      name: "school.sqlite3",
      address: "school.sqlite3",
      engine: "SQLite 3.53",
      layout: "native",
      app_label: null,
    },
    runs: [],
    total: tally({}),
    tables: [
      { table: "booking", ...tally({}) },
      { table: "one_on_one_booking", ...tally({}) },
    ],
    unified: { bookings: 0, migrated: 0, orphaned: 0, diverged: 0, own: 0 },
    by_status: [],
    reasons: [],
    skips: [],
    months: [],
    overbooked: { sessions: 0, upcoming: 0, list: [] },
    series: { series: 0, lessons: 0, by_status: {}, split: 0, split_parts: [] },
    session_columns: [],
    seat_counters: { sessions: 0, from_nothing: 0, list: [] },
    verification: {
      ...counts,
      by_status: {},
      by_code: {},
      by_table: { booking: counts, one_on_one_booking: counts },
      open_issues: 0,
      ok: true,
      checks: [],
      findings: [],
    },
  };
}

const run = {
  id: 1,
  status: "done",
  started_at: "2026-11-20 08:00:00" as Instant,
  finished_at: "2026-11-20 08:00:09" as Instant,
  actor: "shell:maria",
  read: 10518,
  migrated: 9954,
  waitlisted: 412,
  quarantined: 152,
  unchanged: 0,
};

/** The numbers of CLI.md's example. */
function exampleFacts(): Facts {
  const group = tally({ rows: 8412, migrated: 7903, waitlisted: 412, open: 97 });
  const lessons = tally({ rows: 2106, migrated: 2051, open: 55 });
  const check = {
    check: "one_outcome",
    what: "every legacy row has exactly one outcome",
    ok: true,
    count: 0,
  };
  return {
    ...emptyFacts(),
    runs: [run],
    total: tally({ rows: 10518, migrated: 9954, waitlisted: 412, open: 152 }),
    tables: [
      { table: "booking", ...group },
      { table: "one_on_one_booking", ...lessons },
    ],
    unified: { bookings: 9959, migrated: 9954, orphaned: 0, diverged: 0, own: 5 },
    by_status: [{ status: "no_show", group: 7903, one_on_one: 2051 }],
    months: [
      { month: "2026-10", group: 7000, one_on_one: 2000 },
      { month: "2026-12", group: 903, one_on_one: 51 },
    ],
    verification: { ...emptyFacts().verification, checks: [check] },
  };
}

function reportOf(facts: Facts): Report {
  const verdict = judge(facts);
  return { ...facts, verdict, next_steps: nextSteps(facts, verdict) };
}

/** The page as a person reads it. */
function readText(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}

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

describe("remedies", () => {
  const command = (words: string) => `classbook ${words}`;
  test("answer rows of one cause together, others and those with a time row by row", () => {
    const one = (code: string, rows: { open: number; causes: number }) =>
      remediesOf(code, { ...rows, first: "booking:12" }, command)[0]?.command;
    expect(one("missing_user", { open: 3, causes: 1 })).toContain(
      "resolve --code missing_user --student USER",
    );
    expect(one("missing_user", { open: 3, causes: 2 })).toContain("resolve booking:12 --student USER");
    expect(one("missing_slot", { open: 3, causes: 1 })).toContain("resolve booking:12 --teacher ID");
  });

  test("words are quoted for the shell", () => {
    expect(shellWord("/tmp/school.sqlite3")).toBe("/tmp/school.sqlite3");
    expect(shellWord("my school.db")).toBe('"my school.db"');
    expect(shellWord("it's $HOME")).toBe("'it'\\''s $HOME'");
  });
});

async function collect(database: Database): Promise<Report> {
  const verify = await verifyLegacy(database, { sourceTimezone: "UTC", onProgress: () => {} });
  return collectReport(database, { now: NOW, verify });
}

describe("collected", () => {
  test("from the sample, before, after, and once all is decided", async () => {
    const place = await scratch("sqlite");
    writeSchool(place.file!);
    await withDatabase(place.address, async (database) => {
      expect((await collect(database)).verdict.kind).toBe("never_migrated");
      await migrate(database);
      const report = await collect(database);
      expect(report.total).toEqual(tally({ rows: 343, migrated: 307, waitlisted: 7, open: 29 }));
      expect(report.verdict.kind).toBe("decisions_open");
      expect(report.reasons.reduce((sum, reason) => sum + reason.open, 0)).toBe(29);
      expect(report.months.reduce((sum, month) => sum + month.group + month.one_on_one, 0)).toBe(307);
      expect(report.by_status.reduce((sum, row) => sum + row.group + row.one_on_one, 0)).toBe(307);
      expect(report.overbooked.list.map((session) => session.id)).toEqual([20, 15, 4]);
      expect(report.overbooked.upcoming).toBe(1);
      expect(report.series).toMatchObject({ series: 4, split: 1 });
      expect(report.seat_counters).toMatchObject({ sessions: 4, from_nothing: 0 });
      expect(report.session_columns).toContainEqual({ column: "start_at_utc", filled: 24, changed: 0 });
      await skipIssues(database, await chooseIssues(database, [], null), "agreed");
      const settled = await collect(database);
      expect(settled.verdict.kind).toBe("ready");
      expect(settled.skips.every((skip) => skip.reason === "agreed")).toBe(true);
      expect(renderHtml(settled)).toContain("29 of them left out on purpose");
    });
    await place.remove();
  });

  test("the same on both engines", async () => {
    const { writePostgres } = await import("../../fixtures/generate.ts");
    const options = {
      generation: "D",
      group: 600,
      oneOnOne: 200,
      unified: 20,
      danglingReferences: true,
      unreadable: false,
    } as const;
    const reports: Partial<Report>[] = [];
    for (const engine of ["sqlite", "postgres"] as const) {
      const place = await scratch(engine);
      if (place.file !== null) writeSqlite(place.file, options);
      else await writePostgres(place.address, options);
      await withDatabase(place.address, async (database) => {
        await migrate(database);
        const { database: _name, next_steps: _commands, reasons, ...rest } = await collect(database);
        reports.push({ ...rest, reasons: reasons.map((reason) => ({ ...reason, remedies: [] })) });
      });
      await place.remove();
    }
    expect(reports[1]).toEqual(reports[0]);
  });

  test("from a database without any legacy table", async () => {
    const database = await openDatabase(":memory:", { create: true });
    const report = await collect(database);
    expect(report.verdict.kind).toBe("nothing_legacy");
    await database.close();
  });
});
