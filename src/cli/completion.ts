/**
 * What can stand next on a command line, for the shells: read off the command tree itself, so that nothing is declared
 * twice. `classbook __complete WORD…` prints it, the last word being the one that is typed.
 */
import { Argument, type Command, type Option } from "commander";
import { type Named, namedChoices } from "./completion-names.ts";
import type { Io } from "./io.ts";
import { declaredNoun, wordsOf } from "./options.ts";
import { escapeControl } from "./output.ts";
import { buildProgram, typedWords, withModelName } from "./program.ts";
import { isSetting, SETTINGS } from "./settings.ts";
import type { WithShell } from "./shell.ts";

export interface Candidate {
  word: string;
  /** What it is, in a line; empty where the word says it. */
  about: string;
}

export interface Completion {
  candidates: Candidate[];
  /** Whether the shell is to offer its files, too. */
  files: boolean;
}

const NOTHING: Completion = { candidates: [], files: false };
const FILES: Completion = { candidates: [], files: true };

/** Several words, separated by commas. */
const LISTS = ["LIST", "RULES"];
const FILE_METAVARIABLES = ["FILE", "ADDRESS", "SOURCE"];

/** Everything said nowhere. */
const mute: Io = {
  out: () => {},
  err: () => {},
  read: async () => "",
  async *chunks() {},
  outIsTerminal: false,
  errIsTerminal: false,
  canAsk: false,
  width: 100,
  colour: false,
};

/** A command line as far as it is typed. */
interface Typed {
  command: Command;
  /** Arguments before the word that is typed. */
  args: string[];
  /** The flag whose value is being typed; null where none is. */
  pending: Option | null;
  used: Set<Option>;
  /** Values of flags by commander's names. */
  flags: Record<string, string>;
}

/** @param line all after `classbook`; the last is the word that is typed, perhaps empty */
export async function complete(line: readonly string[], env: NodeJS.ProcessEnv): Promise<Completion> {
  const current = line.at(-1) ?? "";
  const words = await withModelName(line.slice(0, -1));
  const before = words.filter((word, at) => word !== "help" || at > 0);
  const program = await buildProgram({ io: mute, version: "" }, neverRun, typedWords([...before, current]));
  const typed = readTyped(program, before);
  const { command, args, pending } = typed;
  if (pending !== null && !(pending.variadic && current.startsWith("-")))
    return completeValue(pending, current, typed, env);
  const [name, value] = splitFlag(current);
  if (value !== null) {
    const option = findOption(command, name);
    if (option === null) return NOTHING;
    const { candidates, files } = await completeValue(option, value, typed, env);
    return { candidates: candidates.map(({ word, about }) => ({ word: `${name}=${word}`, about })), files };
  }
  if (current.startsWith("-")) return flagsOf(typed, current, ofLine(command));
  const verbs = args.length === 0 ? visible(command) : [];
  if (verbs.length > 0) {
    // Models have capitals, and are typed without.
    const begins = ({ word }: Candidate) => word.toLowerCase().startsWith(current.toLowerCase());
    const all = verbs.map((verb) => ({ word: verb.name(), about: firstClause(verb.description()) }));
    return { candidates: all.filter(begins), files: false };
  }
  if (command.commands.length > 0) return NOTHING;
  const declared = command.registeredArguments[args.length] ?? command.registeredArguments.at(-1);
  if (declared !== undefined && (args.length < command.registeredArguments.length || declared.variadic))
    return completeValue(declared, current, typed, env);
  return flagsOf(typed, current, command.options);
}

const neverRun: WithShell = () => {
  throw new Error("completion runs no command");
};

function visible(command: Command): Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((verb) => verb.name() !== "help");
}

function readTyped(program: Command, words: readonly string[]): Typed {
  const typed: Typed = { command: program, args: [], pending: null, used: new Set(), flags: {} };
  for (const word of words) {
    const isFlag = word.startsWith("-") && word !== "-";
    if (typed.pending !== null && !(isFlag && typed.pending.variadic)) {
      typed.flags[typed.pending.attributeName()] = word;
      if (!typed.pending.variadic) typed.pending = null;
      continue;
    }
    typed.pending = null;
    if (isFlag) readFlag(typed, word);
    else {
      const verb =
        typed.args.length === 0 ? typed.command.commands.find((one) => one.name() === word) : undefined;
      if (verb === undefined) typed.args.push(word);
      else typed.command = verb;
    }
  }
  return typed;
}

function readFlag(typed: Typed, word: string): void {
  const [name, value] = splitFlag(word);
  const option = findOption(typed.command, name);
  if (option === null) return;
  typed.used.add(option);
  if (value !== null) typed.flags[option.attributeName()] = value;
  else if (option.required || option.optional) typed.pending = option;
}

/** `--format=json` in its parts; the value is null where there is no `=`. */
function splitFlag(word: string): [name: string, value: string | null] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at < 0 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
}

/** The flags that can stand on a line: the command's, those of what it stands for by itself, and the global ones. */
function ofLine(command: Command): Option[] {
  // The verb of a noun that is a command by itself, too: `legacy issues`. Commander names it nowhere else.
  const { _defaultCommandName: name } = command as unknown as { _defaultCommandName: string | null };
  const options = [...(command.commands.find((verb) => verb.name() === name)?.options ?? [])];
  for (let at: Command | null = command; at !== null; at = at.parent) options.push(...at.options);
  return options;
}

function findOption(command: Command, name: string): Option | null {
  return ofLine(command).find(({ long, short }) => long === name || short === name) ?? null;
}

function flagsOf({ command, used }: Typed, current: string, options: readonly Option[]): Completion {
  const offered = options.filter((option) => !option.hidden && (!used.has(option) || option.variadic));
  const candidates = offered.map(({ long, description }) => ({
    word: long!,
    about: firstClause(description),
  }));
  if (current.startsWith("-")) candidates.push({ word: "--help", about: `what ${command.name()} does` });
  return matching(candidates, current);
}

/** A description without its particulars: a line is short. */
function firstClause(text: string): string {
  return text.split(/[;(]| [–—] /)[0]!.trim();
}

function matching(candidates: readonly Candidate[], current: string): Completion {
  return { candidates: candidates.filter(({ word }) => word.startsWith(current)), files: false };
}

async function completeValue(
  declared: Option | Argument,
  current: string,
  typed: Typed,
  env: NodeJS.ProcessEnv,
): Promise<Completion> {
  const metavariable = metavariableOf(declared);
  const words = wordsOf(declared).map(([word, about]) => ({ word, about }));
  if (words.length > 0 && LISTS.includes(metavariable))
    return ofList(isOrder(declared) ? withDescending(words, current) : words, current);
  if (words.length > 0) return matching(words, current);
  if (FILE_METAVARIABLES.includes(metavariable)) return FILES;
  if (metavariable === "ZONE") return matching(zones(), current);
  if (!(declared instanceof Argument) && declared.long === "--fields")
    return ofList(await columnsOf(typed.command), current);
  if (metavariable === "VALUE") return completeSetting(typed, current, env);
  const name = nameOf(declared, metavariable, typed.command);
  return name === null ? NOTHING : matching(await namedChoices(name, current, typed.flags, env), current);
}

function metavariableOf(declared: Option | Argument): string {
  return declared instanceof Argument ? declared.name() : (/[<[]([A-Z]+)/.exec(declared.flags)?.[1] ?? "");
}

/** The value of a setting is completed as its flag's would be. */
async function completeSetting(typed: Typed, current: string, env: NodeJS.ProcessEnv): Promise<Completion> {
  const setting = typed.args[0] ?? "";
  const option = isSetting(setting) ? findOption(typed.command, SETTINGS[setting].flag) : null;
  return option === null ? NOTHING : completeValue(option, current, typed, env);
}

/** What in the database is meant: an ID is one of the flag's noun, or of the command's. */
function nameOf(declared: Option | Argument, metavariable: string, command: Command): Named | null {
  const noun = declaredNoun(declared);
  if (noun !== null) return noun as Named;
  switch (metavariable) {
    case "USER":
      return "user";
    case "TEACHER":
      return "teacher's username";
    case "ROW":
      return "row";
    case "ID":
    case "ENTRY":
      return declared instanceof Argument ? (nounOf(command) as Named) : (declared.long!.slice(2) as Named);
    default:
      return null;
  }
}

function nounOf(command: Command): string {
  let noun = command;
  while (noun.parent?.parent != null) noun = noun.parent;
  return noun.name();
}

function isOrder(declared: Option | Argument): boolean {
  return !(declared instanceof Argument) && declared.long === "--order";
}

/** A column is ordered by from its largest value down with a minus before it. */
function withDescending(words: readonly Candidate[], current: string): readonly Candidate[] {
  if (!/(^|,)-[^,]*$/.test(current)) return words;
  return words.map(({ word, about }) => ({ word: `-${word}`, about }));
}

/** Completes the last word of a list; what stands in it already is not offered again. */
function ofList(words: readonly Candidate[], current: string): Completion {
  const at = current.lastIndexOf(",") + 1;
  const [head, tail] = [current.slice(0, at), current.slice(at)];
  const chosen = head.split(",");
  const open = words.filter(({ word }) => !chosen.includes(word) && word.startsWith(tail));
  return { candidates: open.map(({ word, about }) => ({ word: head + word, about })), files: false };
}

function zones(): Candidate[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone")].map((word) => ({ word, about: "" }));
}

/** A command says its columns when it takes its shell, before any work: here it gets no further. */
class Columns extends Error {
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    super();
    this.names = names;
  }
}

async function columnsOf(command: Command): Promise<Candidate[]> {
  const path: string[] = [];
  for (let at: Command = command; at.parent !== null; at = at.parent) path.unshift(at.name());
  const stop: WithShell = (_command, columns) => {
    throw new Columns(columns ?? []);
  };
  const program = await buildProgram({ io: mute, version: "" }, stop, path);
  const args = command.registeredArguments.filter(({ required }) => required).map(() => "1");
  const flags = command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [long!, "1"]);
  try {
    await program.parseAsync([...path, ...args, ...flags], { from: "user" });
  } catch (error) {
    if (error instanceof Columns) return error.names.map((word) => ({ word, about: "" }));
  }
  return [];
}

/** How `__complete` answers: a candidate a line, after a tab what it is; `:files` where the shell is to offer its files. */
export function completionText({ candidates, files }: Completion): string {
  const lines = candidates.map(({ word, about }) =>
    about === "" ? word : `${word}\t${escapeControl(about)}`,
  );
  return [...lines, ...(files ? [":files"] : [])].map((line) => `${line}\n`).join("");
}
