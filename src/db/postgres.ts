import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { busy, ClassbookError, refused, usageError } from "../domain/error.ts";
import type { Opened, PgConnection } from "./connection.ts";

const OID = {
  int8: 20,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numeric: 1700,
  uuid: 2950,
  time: 1083,
};

/** `2026-01-01 10:00:00.5+00` → the canonical instant text (the connection's time zone is UTC). */
function decodeInstant(text: string): string {
  const plain = text.endsWith("+00") ? text.slice(0, -3) : text;
  if (!/^\d{4}-[\d: .-]+$/.test(plain)) return text; // infinity, and years before 1 or after 9999: as the server writes them.
  return plain.length <= 19 ? plain : `${plain.slice(0, 20)}${plain.slice(20).padEnd(6, "0")}`;
}

/** A number where JavaScript holds it exactly, else its digits. */
function decodeWhole(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

const decoders = new Map<number, (text: string) => unknown>([
  [OID.int8, decodeWhole],
  [OID.numeric, Number],
  [OID.date, (text) => text],
  [OID.time, (text) => text],
  [OID.timestamp, decodeInstant],
  [OID.timestamptz, decodeInstant],
]);

export interface ServerAddress {
  url: string;
  /** The URL as people may see it. */
  address: string;
  readOnly: boolean;
  /** Milliseconds that is waited to connect, and for a lock; null: as long as a person would, and for a lock to its end. */
  patience: number | null;
}

/** The part of pg's client that its types leave out. */
interface SocketHolder {
  connection: { stream: { destroy(): void } };
}

export async function openPostgres({ url, address, readOnly, patience }: ServerAddress): Promise<Opened> {
  let config: pg.PoolConfig;
  try {
    const parsed = new URL(url);
    config = {
      connectionString: url,
      max: 1,
      idleTimeoutMillis: 0, // The connection holds temporary tables: it stays.
      connectionTimeoutMillis: patience ?? 10_000,
      application_name: "classbook",
    };
    if (parsed.pathname.length < 2) throw new TypeError("no database name");
  } catch {
    throw usageError(
      "bad_url",
      `${address} is not a PostgreSQL URL`,
      "the form is postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    );
  }
  let connection: pg.PoolClient | null = null;
  const clients: pg.Client[] = [];
  const pool = new pg.Pool({
    ...config,
    Client: class extends pg.Client {
      constructor(options?: string | pg.ClientConfig) {
        super(options);
        clients.push(this);
      }
    },
    types: {
      getTypeParser: (oid: number, format?: "text" | "binary") =>
        decoders.get(oid) ?? pg.types.getTypeParser(oid, format as "text"),
    } as pg.CustomTypesConfig,
  });
  pool.on("error", () => {}); // An idle connection that breaks shows itself at the next query.
  pool.on("connect", (client) => {
    connection = client;
  });
  const bare = new Kysely<unknown>({
    dialect: new PostgresDialect({
      pool,
      onCreateConnection: async (created) => {
        for (const statement of [
          "set time zone 'UTC'",
          "set datestyle to iso",
          "set standard_conforming_strings to on",
        ]) {
          await created.executeQuery(sql.raw(statement).compile(bare));
        }
        if (patience !== null)
          await created.executeQuery(sql.raw(`set lock_timeout to ${patience}`).compile(bare));
        if (readOnly)
          await created.executeQuery(sql.raw("set default_transaction_read_only to on").compile(bare));
      },
    }),
  });
  try {
    const { rows } = await sql<{ version: string; name: string }>`
      select current_setting('server_version') as version, current_database() as name`.execute(bare);
    return {
      engine: "postgres",
      // biome-ignore lint/suspicious/noExplicitAny: no tables are known yet
      bare: bare as Kysely<any>,
      version: `PostgreSQL ${rows[0]!.version.split(" ")[0]}`,
      address,
      name: rows[0]!.name,
      sqlite: null,
      pg: () => connection as PgConnection | null,
      file: null,
      readOnly,
    };
  } catch (error) {
    await bare.destroy();
    // A login that never got through leaves its socket open, and the process waiting for it.
    for (const client of clients) (client as unknown as SocketHolder).connection.stream.destroy();
    throw postgresError(error, address);
  }
}

/** PostgreSQL's and the network's errors as one sentence for people; anything unknown stays as it is. */
export function postgresError(error: unknown, address: string): unknown {
  if (!(error instanceof Error) || error instanceof ClassbookError) return error;
  const code = (error as { code?: string }).code ?? "";
  const causes = (error as { errors?: Error[] }).errors;
  const reason = (causes?.[0]?.message ?? error.message).replaceAll(
    /:\/\/([^:@/\s]*):[^@\s]*@/g,
    "://$1:***@",
  );
  if (/SASL|client password must be a string|empty password/.test(error.message))
    return usageError(
      "login_failed",
      `${address} asks for a password, and none was given`,
      "put it into the URL, or into PGPASSWORD",
    );
  if (/does not support SSL/.test(error.message))
    return usageError(
      "no_tls",
      `${address} asks for TLS, which the server does not speak`,
      "leave sslmode out of the URL, or switch TLS on in the server",
    );
  if (code === "53300" || /too many (connections|clients)/.test(error.message))
    return busy(
      "too_many_connections",
      `${address} takes no more connections: ${reason}`,
      "try again when others have left",
    );
  if (code === "28P01" || code === "28000")
    return usageError(
      "login_failed",
      `the login to ${address} was refused: ${reason}`,
      "check user and password",
    );
  if (code === "3D000")
    return new ClassbookError({
      kind: "not_found",
      code: "no_such_database",
      message: `there is no database at ${address}: ${reason}`,
      hint: "check the name at the end of the URL",
    });
  if (code === "42501")
    return refused(
      "no_permission",
      `the user of ${address} may not do this: ${reason}`,
      "grant it the rights, or use another user",
    );
  if (code === "25006")
    return usageError("read_only", `${address} is read-only: ${reason}`, "connect to the primary server");
  if (code === "55P03" || code === "40001" || code === "40P01")
    return busy(
      "locked",
      `another transaction is in the way: ${reason}`,
      "try again in a moment; nothing was changed",
    );
  if (code === "53100")
    return new ClassbookError({
      kind: "internal",
      code: "disk_full",
      message: `the server's disk is full: ${reason}`,
      hint: "free some space and run the same command again",
      cause: error,
    });
  if (
    ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EHOSTUNREACH", "ECONNRESET"].includes(code) ||
    /^(08|57P0)/.test(code) || // The connection broke, or the server is shutting down or starting up.
    /timeout expired|Connection terminated/i.test(error.message)
  ) {
    return new ClassbookError({
      kind: "internal",
      code: "unreachable",
      message: `cannot reach ${address}: ${reason}`,
      hint: "check host and port, and that the server is running",
      cause: error,
    });
  }
  return error;
}
