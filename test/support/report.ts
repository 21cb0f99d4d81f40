import type { Instant } from "../../src/domain/instant.ts";
import type { Report } from "../../src/legacy/report.ts";
import type { Facts, Tally } from "../../src/legacy/report-facts.ts";
import { judge, nextSteps } from "../../src/legacy/report-verdict.ts";

export const counts = { read: 0, migrated: 0, waitlisted: 0, quarantined: 0, unchanged: 0 };

export function tally(part: Partial<Tally>): Tally {
  const all = { rows: 0, migrated: 0, waitlisted: 0, open: 0, skipped: 0, not_read: 0, lost: 0, ...part };
  return { ...all, adds_up: all.rows === all.migrated + all.waitlisted + all.open + all.skipped };
}

/** The report of a database without anything in it. */
export function emptyFacts(): Facts {
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

export const run = {
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
export function exampleFacts(): Facts {
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

export function reportOf(facts: Facts): Report {
  const verdict = judge(facts);
  return { ...facts, verdict, next_steps: nextSteps(facts, verdict) };
}

/** The page as a person reads it. */
export function readText(page: string): string {
  return page
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/<[^>]*>/g, "")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");
}
