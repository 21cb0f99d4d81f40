/** `verify` on a large school: each check beside its own query, run by hand on the same database. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { writeSqlite } from "../fixtures/generate.ts";
import { CHECKS } from "../src/db/checks.ts";
import { openDatabase } from "../src/db/open.ts";
import { reading } from "../src/db/reconcile.ts";
import type { Instant } from "../src/domain/instant.ts";

const NOW = "2026-11-20 09:00:00" as Instant;

/** A million bookings: legacy ones, migrated. */
export async function benchVerify(
  scratch: string,
  total: number,
  run: (words: string[]) => { seconds: number; megabytes: number | null },
): Promise<void> {
  const file = process.env.CLASSBOOK_BENCH_FILE ?? join(scratch, "verify.sqlite3");
  if (!existsSync(file)) {
    writeSqlite(file, {
      seed: 1,
      generation: "D",
      group: Math.round(total * 0.8),
      oneOnOne: Math.round(total * 0.2),
      broken: 0,
      duplicates: false,
    });
    run(["legacy", "migrate", "--no-backup", "--quiet", "--db", file]);
  }
  console.log(`\nverify on SQLite, ${total.toLocaleString("en")} bookings`);
  console.log(`  ${"".padEnd(34)}findings    check   by hand`);
  const database = await openDatabase(file, { readOnly: true });
  let all = 0;
  await reading(database, async (db) => {
    const looking = { database, db, now: NOW, offerHours: 24 };
    for (const check of CHECKS) {
      const query = await check.query(looking);
      // The pages of the file that a check reads are in memory for both: each comes twice, the faster counts.
      const ours = await fastest(() => check.measure(looking));
      const byHand = query === null ? null : await fastest(async () => handRun(file, query));
      all += ours.seconds;
      console.log(
        `  ${check.code.padEnd(34)}${String(ours.result.count).padStart(8)}${ours.seconds.toFixed(2).padStart(9)} s` +
          (byHand === null
            ? ""
            : `${byHand.seconds.toFixed(2).padStart(8)} s   ${(ours.seconds / byHand.seconds).toFixed(2)} ×`),
      );
    }
  });
  await database.close();
  console.log(`  ${"all".padEnd(42)}${all.toFixed(2).padStart(9)} s`);
  const { seconds, megabytes } = run([
    "verify",
    "--json",
    "--quiet",
    "--now",
    `${NOW.replace(" ", "T")}Z`,
    "--db",
    file,
  ]);
  console.log(
    `  ${"classbook verify, as a process".padEnd(42)}${seconds.toFixed(2).padStart(9)} s ${megabytes} MB`,
  );
}

async function fastest<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  let best: { seconds: number; result: T } | null = null;
  for (let round = 0; round < 2; round += 1) {
    const started = process.hrtime.bigint();
    const result = await work();
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    if (best === null || seconds < best.seconds) best = { seconds, result };
  }
  return best!;
}

/** In the sqlite3 shell where it is there, else on a connection with nothing of classbook's. */
function handRun(file: string, query: string): void {
  const text = `select count(*) from (${query})`;
  if (HAS_SHELL) {
    const { status, stderr } = spawnSync(
      "sqlite3",
      ["-readonly", "-cmd", "pragma cache_size = -262144", file, text],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr);
    return;
  }
  const sqlite = new BetterSqlite3(file, { readonly: true });
  sqlite.prepare(text).get();
  sqlite.close();
}

const HAS_SHELL = spawnSync("sqlite3", ["-version"]).status === 0;
