/** What every command gets: settings, clock, actor, and the two ways to data. */
import { userInfo } from "node:os";
import type { Command } from "commander";
import type { AsFound, Database } from "../db/open.ts";
import type { Actor } from "../domain/actor.ts";
import { commandLine, maskAddress } from "../domain/command.ts";
import { usageError } from "../domain/error.ts";
import { fromDate, type Instant } from "../domain/instant.ts";
import { DEFAULT_OFFER_HOURS, parseOfferTime } from "../domain/waitlist.ts";
import type { Io } from "./io.ts";
import { keepNurserySmall } from "./nursery.ts";
import { chooseColumns, type Format, type OutputOptions } from "./output.ts";
import { type ProgressLine, startProgress } from "./progress.ts";
import { type LAYOUTS, SETTINGS, Settings } from "./settings.ts";
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
  env: NodeJS.ProcessEnv;
  /** The format that a flag or a setting asks for; null = none does, and `output` has the stream's own. */
  askedFormat: Format | null;
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
  /** Opens whatever is there for a look, the app's database or not, and closes it. Nobody is looked up. */
  inspect<T>(work: (found: AsFound) => Promise<T>): Promise<T>;
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
 * @param options `mending`: for the commands that mend settings; `more`: the database may give fields beside the columns
 * @throws ClassbookError usage: a flag's value is wrong, or a setting's
 */
export type WithShell = (
  command: Command,
  columns?: readonly string[],
  options?: { mending?: boolean; more?: boolean },
) => Shell;

export interface ShellParts {
  io: Io;
  flags: GlobalFlags;
  columns: readonly string[] | null;
  env: NodeJS.ProcessEnv;
  /** For the commands that mend settings: what is broken in environment and files is as if it were not there. */
  mending: boolean;
  stopping: () => boolean;
  exit: (code: number) => void;
}

/** Who wants to know what is the matter does not wait for what blocks. */
const INSPECTION_PATIENCE_MS = 2_000;

export function makeShell({ io, flags, columns, env, mending, stopping, exit }: ShellParts): Shell {
  const asJson = flags.json ? { format: "json" } : {};
  const settings = new Settings({ flags: { ...flags, ...asJson }, env, mending });
  const zone = zoneOfDisplay(settings);
  const fixed = flags.now === undefined ? null : requireInstant("--now", flags.now, zone);
  const address = settings.get("db") ?? SETTINGS.db.fallback;
  const givenAddress = flags.db === undefined ? null : maskAddress(flags.db);
  const onServer = /^postgres/i.test(address);
  const choice = {
    layout: settings.get("layout") as (typeof LAYOUTS)[number] | null,
    appLabel: settings.get("app_label"),
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
      return await work(database, await actorOn(database, settings.get("as")));
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
      format: (settings.get("format") as Format | null) ?? (io.outIsTerminal ? "table" : "tsv"),
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
    env,
    askedFormat: settings.get("format") as Format | null,
    askedZone: settings.get("tz"),
    now: () => fixed ?? fromDate(new Date()),
    offerHours: parseOfferTime(settings.get("offer_ttl") ?? "") ?? DEFAULT_OFFER_HOURS,
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
    inspect: async (work) => {
      const { openAsFound } = await import("../db/open.ts");
      const found = await openAsFound(address, { ...choice, patience: INSPECTION_PATIENCE_MS });
      try {
        return await work(found);
      } finally {
        await found.database.close();
      }
    },
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
function zoneOfDisplay(settings: Settings): () => string {
  let zone = settings.get("tz");
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
