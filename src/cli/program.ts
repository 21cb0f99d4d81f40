/** The command tree: commander, with one file a noun, loaded when the noun is typed. */
import { Command, CommanderError } from "commander";
import { ClassbookError, usageError } from "../domain/error.ts";
import { EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { paintFor } from "./io.ts";
import { escapeControl, toJson } from "./output.ts";
import { type GlobalFlags, makeShell, type WithShell } from "./shell.ts";

export interface Noun {
  summary: string;
  load: () => Promise<(noun: Command, shell: WithShell) => void>;
}

/** In the order of the help. */
export const NOUNS: Record<string, Noun> = {
  db: {
    summary: "schema: state, upgrade, drift, safety copies",
    load: async () => (await import("./commands/db.ts")).defineDb,
  },
  import: {
    summary: "copy a legacy database into a database of classbook's own",
    load: async () => (await import("./commands/import.ts")).defineImport,
  },
  legacy: {
    summary: "migrate the legacy bookings: plan, migrate, verify, quarantine",
    load: async () => (await import("./commands/legacy.ts")).defineLegacy,
  },
  booking: {
    summary: "seats and lessons: book, check, approve, cancel, move, mark attendance",
    load: async () => (await import("./commands/booking.ts")).defineBooking,
  },
  slot: {
    summary: "teachers' availability: add, list, block, delete, and the openings that can be booked",
    load: async () => (await import("./commands/slot.ts")).defineSlot,
  },
  policy: {
    summary: "teachers' booking policies: approval, notice, buffers, daily limits, and what is in force",
    load: async () => (await import("./commands/policy.ts")).definePolicy,
  },
  verify: {
    summary: "check the invariants of the unified model, and repair",
    load: async () => (await import("./commands/verify.ts")).defineVerify,
  },
};

export interface RunParts {
  io: Io;
  env: NodeJS.ProcessEnv;
  version: string;
  stopping: () => boolean;
}

/** Runs one command line and returns its exit code. */
export async function run(argv: readonly string[], parts: RunParts): Promise<number> {
  const wantsJson =
    argv.includes("--json") ||
    argv.some((word, at) => word === "--format=json" || (word === "--format" && argv[at + 1] === "json"));
  const verbose = argv.includes("--verbose");
  let code = 0;
  try {
    const shell: WithShell = (command) =>
      makeShell({
        ...parts,
        flags: command.optsWithGlobals<GlobalFlags>(),
        exit: (wanted) => (code = wanted),
      });
    const program = await buildProgram(parts, shell, nounOf(argv));
    if (argv.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return report(parts.io, error, { wantsJson, verbose, noun: nounOf(argv) });
  }
}

/** Flags that take a value, so that their value is not taken for the noun. */
const VALUED = new Set(["--db", "--layout", "--app-label", "--as", "--tz", "--now", "--format", "--fields"]);

function nounOf(argv: readonly string[]): string | null {
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at]!;
    if (VALUED.has(word)) at += 1;
    else if (!word.startsWith("-") && word !== "help") return word;
  }
  return null;
}

/** @param only the noun to define in full; null = all of them, for the reference */
export async function buildProgram(
  parts: Pick<RunParts, "io" | "version">,
  shell: WithShell,
  only: string | null | "all",
): Promise<Command> {
  const program = new Command("classbook")
    .description(
      "Administers and migrates the bookings of an online teaching platform, on SQLite and PostgreSQL.",
    )
    .version(parts.version, "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => parts.io.out(text),
      writeErr: () => {}, // Said by report(), in one form with every other error.
    })
    .configureHelp({ showGlobalOptions: false, helpWidth: Math.min(parts.io.width, 110) })
    .showSuggestionAfterError();
  addGlobalOptions(program);
  program.addHelpText(
    "after",
    "\nExample:\n  $ classbook legacy plan --db school.sqlite3\n\nEvery command explains itself: classbook COMMAND --help",
  );
  for (const [name, noun] of Object.entries(NOUNS)) {
    const command = program.command(name).description(noun.summary);
    if (only === "all" || only === name) (await noun.load())(command, shell);
  }
  return program;
}

function addGlobalOptions(program: Command): void {
  program
    .option(
      "--db <ADDRESS>",
      "database: a path, sqlite:PATH or postgres://… (CLASSBOOK_DB; default ./classbook.db)",
    )
    .option("--layout <LAYOUT>", "native or django, instead of detecting it")
    .option("--app-label <LABEL>", "label of the Django app, where it cannot be told")
    .option("--as <USER>", "act as this user (id, username or e-mail)")
    .option("--tz <ZONE>", "time zone of display and of bare input times")
    .option("--now <INSTANT>", "a fixed clock, for simulation and tests")
    .option(
      "--format <FORMAT>",
      "table, tsv, csv, ndjson or json (default: table on a terminal, tsv in a pipe)",
    )
    .option("--json", "short for --format json")
    .option("--fields <LIST>", "which columns, in which order: a,b,c")
    .option("--header", "a header line in TSV")
    .option("--yes", "answer every confirmation with yes")
    .option("--no-input", "never ask")
    .option("--dry-run", "say what would be done, change nothing")
    .option("--quiet", "say only what matters")
    .option("--verbose", "say more; the stack of an error")
    .option("--no-color", "no colours (NO_COLOR, FORCE_COLOR)");
}

/** Whatever a sentence quotes: no password of a database URL gets out. */
function maskSecrets(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+]*:\/\/[^:/@\s"]*):(?!PASSWORD@)[^\s"]*@/gi, "$1:***@")
    .replace(/([?&]password=)[^&\s"]*/gi, "$1***");
}

/** Says what went wrong, for a person or as JSON, and gives the exit code. */
function report(
  io: Io,
  error: unknown,
  { wantsJson, verbose, noun }: { wantsJson: boolean; verbose: boolean; noun: string | null },
): number {
  const known =
    error instanceof ClassbookError
      ? error
      : error instanceof CommanderError
        ? fromCommander(error, noun)
        : fromBug(error);
  const say = (text: string) => io.err(`${maskSecrets(text)}\n`);
  if (wantsJson) {
    const { kind, code, message, hint, details } = known;
    say(toJson({ error: { kind, code, message, hint, details } }));
  } else {
    const paint = paintFor({ colour: io.colour && io.errIsTerminal });
    say(`${paint.red("classbook:")} ${escapeControl(known.message)}`);
    if (known.hint !== null) say(`  ${paint.dim(escapeControl(known.hint))}`);
  }
  const bug = !(error instanceof ClassbookError) && !(error instanceof CommanderError);
  if ((bug || verbose) && error instanceof Error && !wantsJson)
    say((error.stack ?? "").split("\n").map(escapeControl).join("\n"));
  return EXIT[known.kind];
}

function fromCommander(error: CommanderError, noun: string | null): ClassbookError {
  const [sentence, ...rest] = error.message.replace(/^error: /, "").split("\n");
  const hint = rest
    .join(" ")
    .replace(/^\(|\)$/g, "")
    .trim();
  const incomplete = error.code === "commander.help" || error.message === "(outputHelp)";
  return usageError(
    error.code.replace("commander.", ""),
    incomplete ? "the command is not complete" : sentence!,
    hint !== "" ? hint : `see classbook ${noun !== null && noun in NOUNS ? `${noun} ` : ""}--help`,
  );
}

function fromBug(error: unknown): ClassbookError {
  const message = error instanceof Error ? error.message : String(error);
  return new ClassbookError({
    kind: "internal",
    code: "bug",
    message: `this should not happen: ${message}`,
    hint: "please report it with the lines below",
    cause: error,
  });
}
