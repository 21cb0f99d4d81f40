/** What the report collects, and the remedies that it names. */
import { describe, expect, test } from "vitest";
import { writeSqlite } from "../../fixtures/generate.ts";
import { writeSchool } from "../../fixtures/school.ts";
import { renderHtml } from "../../src/cli/report/html.ts";
import type { Database } from "../../src/db/open.ts";
import { openDatabase } from "../../src/db/open.ts";
import { shellWord } from "../../src/domain/command.ts";
import { chooseIssues, skipIssues } from "../../src/legacy/issues.ts";
import { remediesOf } from "../../src/legacy/reasons.ts";
import { collectReport, type Report } from "../../src/legacy/report.ts";
import { verifyLegacy } from "../../src/legacy/verify.ts";
import { scratch } from "../support/databases.ts";
import { migrate, NOW, withDatabase } from "../support/migration.ts";

import { tally } from "../support/report.ts";

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
