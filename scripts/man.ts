/** The man page, made from the commands' own help as the reference is: `npm run reference`. */
import type { Argument, Command, Option } from "commander";
import { PROJECT_FILE, SETTING_NAMES, SETTINGS, variableOf } from "../src/cli/settings.ts";
import { EXIT_CODES } from "./exit-codes.ts";

/** What roff would take for something else, or print as the typographer's form of it. */
const CHARACTERS: Record<string, string> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  "^": "\\(ha",
  "~": "\\(ti",
};

/** Text as roff takes it. A dot at the beginning of a line would be a command. */
function roff(text: string): string {
  return text
    .replace(/[\\\-'`^~]/g, (character) => CHARACTERS[character]!)
    .replace(/[^\n -~]/gu, (character) => {
      const code = character.codePointAt(0)!.toString(16).toUpperCase();
      return `\\[u${code.padStart(4, "0")}]`;
    })
    .replace(/^\./gm, "\\&.");
}

/** A term and what is said of it. */
function item(term: string, text: string): string {
  return `.TP\n${term}\n${text === "" ? "\\&" : roff(text)}`;
}

const bold = (text: string) => `\\fB${roff(text)}\\fR`;

/** Lines that stay as they are. */
function verbatim(lines: readonly string[]): string {
  return [".PP", ".nf", ...lines.map((line) => (line === "" ? "\\&" : roff(line))), ".fi"].join("\n");
}

/** `--db <ADDRESS>`: what is typed in bold, what stands for something in italics. */
function flagTerm(flags: string): string {
  return roff(flags)
    .replace(/(\\-){1,2}[a-zA-Z][\w\\-]*/g, (flag) => `\\fB${flag}\\fR`)
    .replace(/<([^>]+)>/g, "\\fI$1\\fR");
}

function flagItems(options: readonly Option[]): string[] {
  return options
    .filter(({ hidden }) => !hidden)
    .map(({ flags, description, defaultValue }) =>
      item(
        flagTerm(flags),
        defaultValue === undefined ? description : `${description} (default: ${String(defaultValue)})`,
      ),
    );
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

/** Of the models that `admin` has, one stands for all: their commands are made from one mould, and docs/admin.md has the rest. */
export function isTold([noun, model]: readonly string[]): boolean {
  return noun !== "admin" || model === undefined || model === "LiveClassBooking";
}

interface Leaf {
  path: string[];
  command: Command;
  /** What its help says beside its flags. */
  remarks: string[];
  /** Whole command lines. */
  examples: string[];
}

function leavesOf(command: Command, helpOf: (command: Command) => string, path: string[] = []): Leaf[] {
  const verbs = command.commands.filter((verb) => verb.name() !== "help" && isTold([...path, verb.name()]));
  if (verbs.length > 0) return verbs.flatMap((verb) => leavesOf(verb, helpOf, [...path, verb.name()]));
  const [, added = ""] = helpOf(command).split(/\n {2}-h, --help .*\n?/);
  const [remarks = "", examples = ""] = added.split(/(?:^|\n)Example:\n/);
  return [
    {
      path,
      command,
      remarks: remarks.trim() === "" ? [] : remarks.replace(/^\n+|\s+$/g, "").split("\n"),
      examples: [...examples.matchAll(/^ {2}\$ (.+)$/gm)].map(([, line]) => line!),
    },
  ];
}

function commandSection({ path, command, remarks }: Leaf): string[] {
  const usage = ["classbook", ...path, ...command.registeredArguments.map(argumentTerm)].join(" ");
  return [
    `.SS "${roff(usage)}"`,
    roff(command.description()),
    ...flagItems(command.options),
    ...(remarks.length === 0 ? [] : [verbatim(remarks)]),
  ];
}

const ENVIRONMENT: [name: string, text: string][] = [
  ...SETTING_NAMES.map((name): [string, string] => [
    variableOf(name),
    `As ${SETTINGS[name].flag}: ${SETTINGS[name].about}. Default: ${SETTINGS[name].otherwise}.`,
  ]),
  ["NO_COLOR, FORCE_COLOR", "Never, or always, in colours."],
  ["XDG_CONFIG_HOME", "The folder of the user's config file, in place of ~/.config."],
  ["PGPASSWORD", "The password, where the address of a PostgreSQL database has none."],
];

const FILES: [name: string, text: string][] = [
  [PROJECT_FILE, "Settings of the folder one is in, as a JSON object."],
  ["~/.config/classbook/config.json", "The user's settings; the project's come first."],
  [SETTINGS.db.fallback, "The database, where nothing names another."],
];

/** @param helpOf a command's whole help, as `--help` prints it */
export function renderMan(program: Command, helpOf: (command: Command) => string): string {
  const leaves = leavesOf(program, helpOf);
  const page = [
    '.\\" Made from --help by npm run reference; do not edit.',
    '.TH CLASSBOOK 1 "" "classbook" "User Commands"',
    ".SH NAME",
    `classbook \\- ${roff("bookings of an online teaching platform, on SQLite and PostgreSQL")}`,
    ".SH SYNOPSIS",
    `${bold("classbook")} \\fINOUN\\fR [\\fIVERB\\fR] [\\fIID\\fR...] [\\fIFLAGS\\fR]`,
    ".SH DESCRIPTION",
    roff(program.description()),
    ".PP",
    roff(
      "The answer goes to standard output, everything said to a person to standard error. On a terminal answers are tables in local time; in a pipe they are tab-separated lines in UTC.",
    ),
    ".SH COMMANDS",
    ...leaves.flatMap(commandSection),
    ".SH GLOBAL OPTIONS",
    ...flagItems(program.options),
    ".SH ENVIRONMENT",
    roff(
      "A flag comes before the environment, the environment before the files, the project's file before the user's.",
    ),
    ...ENVIRONMENT.map(([name, text]) => item(bold(name), text)),
    ".SH FILES",
    ...FILES.map(([name, text]) => item(`\\fI${roff(name)}\\fR`, text)),
    ".SH EXIT STATUS",
    ...EXIT_CODES.map(({ code, meaning }) => item(bold(code), meaning)),
    ".SH EXAMPLES",
    ...leaves.flatMap(({ command, examples }) => [
      ".PP",
      roff(`${command.description().split(";")[0]}:`),
      verbatim(examples.map((line) => `  $ ${line}`)),
    ]),
  ];
  return `${page.join("\n")}\n`;
}
