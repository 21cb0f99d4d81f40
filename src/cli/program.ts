/** The command tree: commander, with the verbs that were typed. */
import { Command, CommanderError } from "commander";
import { reportFailure } from "./failure.ts";
import type { Io } from "./io.ts";
import { NOUNS, partsFor } from "./nouns.ts";
import { wordOption } from "./options.ts";
import { FORMATS } from "./output.ts";
import { LAYOUTS } from "./settings.ts";
import { type GlobalFlags, makeShell, type WithShell } from "./shell.ts";

export interface RunParts {
  io: Io;
  env: NodeJS.ProcessEnv;
  version: string;
  stopping: () => boolean;
}

/** Runs one command line and returns its exit code. */
export async function run(typed: readonly string[], parts: RunParts): Promise<number> {
  const argv = await withModelName(typed);
  const wantsJson =
    argv.includes("--json") ||
    argv.some((word, at) => word === "--format=json" || (word === "--format" && argv[at + 1] === "json"));
  const verbose = argv.includes("--verbose");
  let code = 0;
  let program: Command | null = null;
  let address: string | null = null;
  try {
    const shell: WithShell = (command, columns, options) => {
      const made = makeShell({
        ...parts,
        flags: command.optsWithGlobals<GlobalFlags>(),
        columns: options?.more === true ? null : (columns ?? null),
        mending: options?.mending === true,
        exit: (wanted) => (code = wanted),
      });
      address = made.givenAddress;
      return made;
    };
    program = await buildProgram(parts, shell, typedWords(argv));
    if (argv.length === 0) {
      program.outputHelp();
      return 0;
    }
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    return reportFailure(parts.io, { error, wantsJson, verbose, command: commandOf(program, argv), address });
  }
}

/** Flags that take a value, so that their value is not taken for the noun. */
const VALUED = new Set(["--db", "--layout", "--app-label", "--as", "--tz", "--now", "--format", "--fields"]);

/** The words that are no flag, nor a global flag's value. */
export function typedWords(argv: readonly string[]): string[] {
  return argv.filter((_, at) => isTyped(argv, at));
}

function isTyped(argv: readonly string[], at: number): boolean {
  const word = argv[at]!;
  return !word.startsWith("-") && word !== "help" && !VALUED.has(argv[at - 1] ?? "");
}

/** The command line with the model of `admin MODEL` as the command tree spells it. */
export async function withModelName(argv: readonly string[]): Promise<string[]> {
  const [noun, model] = argv.flatMap((_, at) => (isTyped(argv, at) ? [at] : []));
  if (noun === undefined || model === undefined || argv[noun] !== "admin") return [...argv];
  const { findModel } = await import("../admin/registry.ts");
  const name = findModel(argv[model]!)?.name ?? argv[model]!;
  return argv.map((word, at) => (at === model ? name : word));
}

/** The command that was typed, as deep as it is known. */
function commandOf(program: Command | null, argv: readonly string[]): Command | null {
  let command = program;
  for (const word of typedWords(argv)) {
    const next = command?.commands.find((verb) => verb.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command;
}

/** @param words the noun and verb to define in full; `all` = every one, for the reference */
export async function buildProgram(
  parts: Pick<RunParts, "io" | "version">,
  shell: WithShell,
  words: readonly string[] | "all",
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
    const wanted = words === "all" ? noun.parts : words[0] === name ? partsFor(noun, words[1] ?? null) : [];
    for (const part of wanted) (await part.load())(command, shell);
  }
  return program;
}

function addGlobalOptions(program: Command): void {
  program
    .option(
      "--db <ADDRESS>",
      "database: a path, sqlite:PATH or postgres://… (CLASSBOOK_DB; default ./classbook.db)",
    )
    .addOption(wordOption("--layout <LAYOUT>", "native or django, instead of detecting it", LAYOUTS))
    .option("--app-label <LABEL>", "label of the Django app, where it cannot be told")
    .option("--as <USER>", "act as this user (id, username or e-mail)")
    .option("--tz <ZONE>", "time zone of display and of bare input times")
    .option("--now <INSTANT>", "a fixed clock, for simulation and tests")
    .addOption(
      wordOption(
        "--format <FORMAT>",
        "table, tsv, csv, ndjson or json (default: table on a terminal, tsv in a pipe)",
        FORMATS,
      ),
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
