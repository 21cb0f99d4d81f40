/** What every command gets: settings, clock, actor, and the two ways to data. */
import { userInfo } from "node:os";
import type { Command } from "commander";
import type { Database } from "../db/open.ts";
import type { Actor } from "../domain/actor.ts";
import { commandLine, maskAddress } from "../domain/command.ts";
import { usageError } from "../domain/error.ts";
import { fromDate, type Instant } from "../domain/instant.ts";
import { DEFAULT_OFFER_HOURS, parseOfferTime } from "../domain/waitlist.ts";
import { isZone } from "../domain/zone.ts";
import type { Io } from "./io.ts";
import { keepNurserySmall } from "./nursery.ts";
import { chooseColumns, FORMATS, type Format, type OutputOptions } from "./output.ts";
import { type ProgressLine, startProgress } from "./progress.ts";
import { settle } from "./settings.ts";
import { requireInstant } from "./typed-instant.ts";
import { wrapText } from "./wrap.ts";

/** The global flags as commander gives them. */
export interface GlobalFlags {
  db?: string;
  layout?: string;
  appLabel?: string;
  as?: string;
  tz?: string;
  now?: string;
  format?: string;
  /** Of the commands that may offer seats. */
  ttl?: string;
  json?: boolean;
  fields?: string;
  header?: boolean;
  yes?: boolean;
  input?: boolean;
  dryRun?: boolean;
  quiet?: boolean;
  verbose?: boolean;
  color?: boolean;
}

export interface Shell {
  io: Io;
  output: OutputOptions;
  /** Time zone of display and of bare input times. */
  zone: string;
  /** The zone that `--tz` or a setting asks for; null = none does, and `zone` is the system's. */
  askedZone: string | null;
  /** The clock: the fixed instant of `--now`, else the time. */
  now: () => Instant;
  /** How long a waitlist offer holds a seat: --ttl, CLASSBOOK_OFFER_TTL, the setting `offer_ttl`, or 24 h (SPEC 4). */
  offerHours: number;
  yes: boolean;
  dryRun: boolean;
  quiet: boolean;
  /** The `--db` that was typed, its password masked; null where the settings name the database. */
  givenAddress: string | null;
  /** The command line of a next step on the same database, from the words after `classbook`. */
  command(words: string): string;
  /** The database's address as it was given, with its password: never to be shown. */
  address: string;
  /** Whether missing values may be asked for (CLI.md "Asking"). */
  canAsk: boolean;
  /** Opens the database for reading, does the work, closes it. The actor of `--as` is looked up in it first. */
  read<T>(
    work: (database: Database, actor: Actor) => Promise<T>,
    options?: { connectionWrites?: boolean },
  ): Promise<T>;
  /** Opens it for writing. `create`: makes an SQLite file that is not there; `anyLabel`: the app label is not this database's; `rehearses`: under `--dry-run` the work is done and taken back. */
  write<T>(
    work: (database: Database, actor: Actor) => Promise<T>,
    options?: { create?: boolean; anyLabel?: boolean; rehearses?: boolean },
  ): Promise<T>;
  /** True once somebody asked to stop (Ctrl-C, SIGTERM). */
  stopping: () => boolean;
  /** For work that goes through many rows: says how far it is, and keeps memory small meanwhile. */
  progress(): ProgressLine;
  /** Asks for a yes. @throws ClassbookError usage where nobody can be asked and `--yes` is not given */
  confirm(question: string): Promise<boolean>;
  /** Sets the exit code at the end of a run that did its work. */
  exit(code: number): void;
  /** A remark for a person. */
  say(text: string): void;
}

/**
 * Makes the shell of the command that is about to run, from the flags typed.
 *
 * @param columns every field that the command can print, so that a wrong `--fields` is refused before any work;
 *   none where it prints no fields
 * @throws ClassbookError usage: a flag's value is wrong
 */
export type WithShell = (command: Command, columns?: readonly string[]) => Shell;

export interface ShellParts {
  io: Io;
  flags: GlobalFlags;
  columns: readonly string[] | null;
  env: NodeJS.ProcessEnv;
  stopping: () => boolean;
  exit: (code: number) => void;
}

export function makeShell({ io, flags, columns, env, stopping, exit }: ShellParts): Shell {
  const zone = zoneOfDisplay(flags, env);
  const fixed = flags.now === undefined ? null : requireInstant("--now", flags.now, zone);
  const layout = settle("layout", flags.layout, env);
  if (layout !== null && layout !== "native" && layout !== "django")
    throw usageError("bad_layout", `"${layout}" is not a layout`, "--layout takes native or django");
  const address = settle("db", flags.db, env) ?? "./classbook.db";
  const givenAddress = flags.db === undefined ? null : maskAddress(flags.db);
  const onServer = /^postgres/i.test(address);
  const choice = {
    layout: layout as "native" | "django" | null,
    appLabel: settle("app_label", flags.appLabel, env),
  };
  const painted: Io =
    flags.color === false
      ? {
          ...io,
          get canAsk() {
            return io.canAsk;
          },
          colour: false,
        }
      : io;
  const open = async <T>(
    options: { readOnly: boolean; create: boolean; appLabel?: null },
    work: (database: Database, actor: Actor) => Promise<T>,
  ): Promise<T> => {
    const { driverError, openDatabase } = await import("../db/open.ts");
    const database = await openDatabase(address, { ...choice, ...options });
    try {
      return await work(database, await actorOn(database, settle("as", flags.as, env)));
    } catch (error) {
      throw await driverError(error, database);
    } finally {
      await database.close();
    }
  };
  return {
    io: painted,
    output: {
      io: painted,
      format: formatOf(flags, env, io),
      columns,
      fields: fieldsOf(flags, columns),
      header: flags.header === true,
      get zone() {
        return zone();
      },
    },
    get zone() {
      return zone();
    },
    askedZone: settle("tz", flags.tz, env),
    now: () => fixed ?? fromDate(new Date()),
    offerHours: offerHoursOf(flags, env),
    yes: flags.yes === true,
    dryRun: flags.dryRun === true,
    quiet: flags.quiet === true,
    givenAddress,
    command: (words) => commandLine(words, givenAddress),
    address,
    get canAsk() {
      return flags.input !== false && flags.yes !== true && io.canAsk;
    },
    read: (work, options) =>
      open({ readOnly: !(options?.connectionWrites && onServer), create: false }, work),
    write: (work, options) =>
      open(
        {
          // A rehearsal of what reads only needs no right to write, and could not use it.
          readOnly: flags.dryRun === true && !onServer && options?.rehearses !== true,
          create: options?.create === true,
          ...(options?.anyLabel ? { appLabel: null } : {}),
        },
        work,
      ),
    stopping,
    progress: () => {
      keepNurserySmall();
      return startProgress(painted, flags.quiet === true);
    },
    confirm: async (question) => {
      if (flags.yes === true) return true;
      if (!io.canAsk || flags.input === false)
        throw usageError(
          "not_confirmed",
          question,
          "nothing was changed; say --yes to do it without being asked",
        );
      return (await import("./prompts.ts")).askYes(question, stopping);
    },
    exit,
    say: (text) => {
      if (flags.quiet !== true)
        painted.err(`${painted.errIsTerminal ? wrapText(text, painted.width) : text}\n`);
    },
  };
}

/** The zone asked for, checked at once; the system's own only when it is wanted: finding it loads ICU, which is a tenth of a start. */
function zoneOfDisplay(flags: GlobalFlags, env: NodeJS.ProcessEnv): () => string {
  const asked = settle("tz", flags.tz, env);
  if (asked !== null && !isZone(asked))
    throw usageError("bad_timezone", `"${asked}" is not an IANA time zone`, "such as --tz Europe/Madrid");
  let zone = asked;
  return () => (zone ??= Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/**
 * Who acts: the user asked for, else the operator of the shell, who fills a database that has no users yet, too.
 *
 * @throws ClassbookError not_found: no such user; usage: several are meant
 */
async function actorOn(database: Database, asked: string | null): Promise<Actor> {
  if (asked !== null) {
    const { getActor, hasUsers } = await import("../db/people.ts");
    if (await hasUsers(database)) return getActor(database, "--as", asked);
  }
  return { kind: "shell", name: systemUser() };
}

function offerHoursOf(flags: GlobalFlags, env: NodeJS.ProcessEnv): number {
  const asked = settle("offer_ttl", flags.ttl, env);
  if (asked === null) return DEFAULT_OFFER_HOURS;
  const hours = parseOfferTime(asked);
  if (hours === null)
    throw usageError(
      "bad_ttl",
      `"${asked}" is not how long an offer can hold a seat`,
      "from 1m to 366d, such as 24h, 90m or 2d (--ttl, CLASSBOOK_OFFER_TTL, or offer_ttl in a config file)",
    );
  return hours;
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // A user id without a name: containers have them.
  }
}

function fieldsOf(flags: GlobalFlags, columns: readonly string[] | null): string[] | null {
  if (flags.fields === undefined) return null;
  const fields = flags.fields.split(",").map((field) => field.trim());
  if (columns !== null) chooseColumns(columns, fields);
  return fields;
}

function formatOf(flags: GlobalFlags, env: NodeJS.ProcessEnv, io: Io): Format {
  const asked = flags.json ? "json" : settle("format", flags.format, env);
  if (asked === null) return io.outIsTerminal ? "table" : "tsv";
  const format = FORMATS.find((name) => name === asked);
  if (format === undefined)
    throw usageError("bad_format", `"${asked}" is not a format`, `--format takes ${FORMATS.join(", ")}`);
  return format;
}
