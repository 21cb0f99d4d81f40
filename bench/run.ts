/**
 * Measures the migration against the plainest SQL that could move the same rows, side by side in one run.
 *
 *   npm run bench                    everything, a million rows
 *   npm run bench -- sqlite 100000   one part, with so many rows
 *
 * Parts: sqlite, postgres, start, growth, bookings, verify, waitlist (so many sessions, ten thousand if left out). Needs the shells sqlite3 and psql on the PATH for the raw side.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { writePostgres, writeSqlite } from "../fixtures/generate.ts";
import startServer from "../test/support/postgres-server.ts";
import { benchOperations, benchThroughput } from "./bookings.ts";
import { benchVerify } from "./verify.ts";
import { benchExpiry } from "./waitlist.ts";

const here = dirname(fileURLToPath(import.meta.url));
const bin = join(here, "..", "bin", "classbook.js");
const scratch = mkdtempSync(join(tmpdir(), "classbook-bench-"));
const { NODE_EXTRA_CA_CERTS: _slow, ...env } = process.env;

interface Measured {
  seconds: number;
  /** Peak memory; null where it was not measured. */
  megabytes: number | null;
}

/** Runs a program to its end. Exit codes beyond `allowed` end the bench. */
function run(
  program: string,
  words: string[],
  options: { input?: string; allowed?: number[] } = {},
): Measured {
  const started = process.hrtime.bigint();
  const result = spawnSync("/usr/bin/time", ["-f", "%M", program, ...words], {
    env,
    input: options.input ?? "",
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (!(options.allowed ?? [0]).includes(result.status ?? -1))
    throw new Error(`${program} ${words.join(" ")} ended with ${result.status}:\n${result.stderr}`);
  return { seconds, megabytes: Math.round(Number(result.stderr.trim().split("\n").at(-1)) / 1024) };
}

function rows(total: number) {
  return {
    seed: 1,
    generation: "D",
    group: Math.round(total * 0.8),
    oneOnOne: Math.round(total * 0.2),
    broken: 0,
    duplicates: false,
  } as const;
}

function show(label: string, { seconds, megabytes }: Measured, raw?: Measured): void {
  const ratio = raw === undefined ? "" : `   ${(seconds / raw.seconds).toFixed(2)} ×`;
  console.log(
    `  ${label.padEnd(44)}${seconds.toFixed(2).padStart(8)} s${String(megabytes ?? "").padStart(7)} MB${ratio}`,
  );
}

function migrateSqlite(source: string): Measured {
  const file = join(scratch, "ours.sqlite3");
  copyFileSync(source, file);
  return run(process.execPath, [bin, "legacy", "migrate", "--no-backup", "--quiet", "--json", "--db", file], {
    allowed: [0, 6], // Of a million generated rows a few wait for a decision.
  });
}

function benchSqlite(total: number): void {
  console.log(
    `\nIn place on SQLite, ${total.toLocaleString("en")} legacy rows (four fifths group, half of the lessons on recurring slots)`,
  );
  const source = join(scratch, "source.sqlite3");
  writeSqlite(source, rows(total));
  const file = join(scratch, "raw.sqlite3");
  copyFileSync(source, file);
  const raw = run("sqlite3", [file], { input: readFileSync(join(here, "raw-sqlite.sql"), "utf8") });
  show("raw INSERT … SELECT in the sqlite3 shell", raw);
  show("classbook legacy migrate", migrateSqlite(source), raw);
  rmSync(source);
}

async function benchPostgres(total: number): Promise<void> {
  console.log(`\nIn place on PostgreSQL, ${total.toLocaleString("en")} legacy rows`);
  const stop = await startServer();
  const server = process.env.CLASSBOOK_TEST_PG!;
  const admin = new pg.Client(`${server}/postgres`);
  await admin.connect();
  await admin.query("create database source");
  await writePostgres(`${server}/source`, rows(total));
  for (const name of ["raw", "ours"]) await admin.query(`create database ${name} template source`);
  const raw = run("psql", [
    "-q",
    "-v",
    "ON_ERROR_STOP=1",
    "-f",
    join(here, "raw-postgres.sql"),
    `${server}/raw`,
  ]);
  show("raw INSERT … SELECT in psql", raw);
  show(
    "classbook legacy migrate",
    run(process.execPath, [bin, "legacy", "migrate", "--quiet", "--json", "--db", `${server}/ours`], {
      allowed: [0, 6],
    }),
    raw,
  );
  await admin.end();
  await stop();
}

function median(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)]!;
}

function time(words: string[]): number {
  const started = process.hrtime.bigint();
  execFileSync(process.execPath, words, { env, stdio: "ignore" });
  return Number(process.hrtime.bigint() - started) / 1e6;
}

/** Alternating, so that a busy moment falls on both. */
function benchStart(): void {
  const file = join(scratch, "start.sqlite3");
  writeSqlite(file, { ...rows(1_000), broken: 0.05 });
  spawnSync(process.execPath, [bin, "legacy", "migrate", "--no-backup", "--db", file], { env });
  const sides = {
    "node -e 0": ["-e", "0"],
    "classbook --version": [bin, "--version"],
    "classbook legacy issues --limit 10": [bin, "legacy", "issues", "--limit", "10", "--db", file],
  };
  const times = new Map(Object.keys(sides).map((name) => [name, [] as number[]]));
  for (let round = 0; round < 21; round += 1)
    for (const [name, words] of Object.entries(sides)) times.get(name)!.push(time(words));
  console.log("\nStart (median of 21)");
  const bare = median(times.get("node -e 0")!);
  for (const [name, all] of times)
    console.log(
      `  ${name.padEnd(44)}${median(all).toFixed(0).padStart(8)} ms   ${(median(all) / bare).toFixed(2)} ×`,
    );
}

function benchGrowth(most: number): void {
  console.log("\nGrowth on SQLite");
  for (const total of [10_000, 50_000, 200_000, 1_000_000, 2_000_000].filter((n) => n <= most)) {
    const source = join(scratch, "growth.sqlite3");
    rmSync(source, { force: true });
    writeSqlite(source, rows(total));
    const { seconds, megabytes } = migrateSqlite(source);
    console.log(
      `  ${total.toLocaleString("en").padStart(10)} rows${seconds.toFixed(2).padStart(9)} s${((seconds / total) * 1e6).toFixed(1).padStart(8)} µs a row${String(megabytes).padStart(7)} MB`,
    );
  }
}

const [part = "all", size] = process.argv.slice(2);
const total = Number(size ?? 1_000_000);
try {
  if (part === "all" || part === "start") benchStart();
  if (part === "all" || part === "sqlite") benchSqlite(total);
  if (part === "all" || part === "postgres") await benchPostgres(total);
  if (part === "all" || part === "growth") benchGrowth(size === undefined ? 2_000_000 : total);
  if (part === "all" || part === "bookings") {
    await benchThroughput(scratch);
    await benchOperations(scratch, size === undefined ? 2_000_000 : total);
  }
  if (part === "all" || part === "verify")
    await benchVerify(scratch, total, (words) => run(process.execPath, [bin, ...words], { allowed: [0, 6] }));
  if (part === "all" || part === "waitlist")
    await benchExpiry(scratch, part === "waitlist" && size !== undefined ? total : 10_000, (words) =>
      run(process.execPath, [bin, ...words]),
    );
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
