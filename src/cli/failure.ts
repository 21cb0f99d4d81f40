/** What a failed command line says, for a person or as JSON, and the exit code that it gives. */
import { type Command, CommanderError } from "commander";
import { completeCommands } from "../domain/command.ts";
import { ClassbookError, usageError } from "../domain/error.ts";
import { EXIT } from "./exit.ts";
import type { Io } from "./io.ts";
import { paintFor } from "./io.ts";
import { escapeControl, publicValue, toJson, type Value } from "./output.ts";
import { wrapText } from "./wrap.ts";

export interface Failure {
  error: unknown;
  wantsJson: boolean;
  verbose: boolean;
  /** The command that was typed, as far as it is known. */
  command: Command | null;
  /** The `--db` that was typed, its password masked, for the commands that a hint names; null = none. */
  address: string | null;
}

/** Whatever a sentence quotes: no password of a database URL gets out. */
function maskSecrets(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+]*:\/\/[^:/@\s"]*):(?!PASSWORD@)[^\s"]*@/gi, "$1:***@")
    .replace(/([?&]password=)[^&\s"]*/gi, "$1***");
}

/** Says what went wrong and gives the exit code. */
export function reportFailure(io: Io, { error, wantsJson, verbose, command, address }: Failure): number {
  const known =
    error instanceof ClassbookError
      ? error
      : error instanceof CommanderError
        ? fromCommander(error, command)
        : fromBug(error, { wantsJson, verbose });
  const say = (text: string) => io.err(`${maskSecrets(text)}\n`);
  const hint = known.hint === null ? null : completeCommands(known.hint, address);
  if (wantsJson) {
    const { kind, code, message, details } = known;
    say(toJson({ error: { kind, code, message, hint, details: publicValue("details", details as Value) } }));
  } else {
    const paint = paintFor({ colour: io.colour && io.errIsTerminal });
    const fitted = (text: string) => (io.errIsTerminal ? wrapText(text, io.width) : text);
    say(fitted(`${paint.red("classbook:")} ${escapeControl(known.message)}`));
    if (hint !== null) say(fitted(`  ${paint.dim(escapeControl(hint))}`));
  }
  const bug = !(error instanceof ClassbookError) && !(error instanceof CommanderError);
  if ((bug || verbose) && error instanceof Error && !wantsJson)
    say((error.stack ?? "").split("\n").map(escapeControl).join("\n"));
  return EXIT[known.kind];
}

/** commander's errors in ours: its codes are `commander.unknownCommand` and the like. */
function fromCommander(error: CommanderError, command: Command | null): ClassbookError {
  const [sentence, ...rest] = error.message.replace(/^error: /, "").split("\n");
  const suggestion = rest
    .join(" ")
    .replace(/^\(|\)$/g, "")
    .trim();
  const incomplete = error.code === "commander.help" || error.message === "(outputHelp)";
  const code = incomplete
    ? "incomplete_command"
    : error.code.replace("commander.", "").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const example = /missing/i.test(error.code) ? exampleOf(command, sentence!) : null;
  const help = `see classbook ${pathOf(command)
    .map((word) => `${word} `)
    .join("")}--help`;
  return usageError(
    code,
    incomplete ? "the command is not complete" : sentence!,
    suggestion !== "" ? suggestion : example !== null ? `such as: ${example}` : help,
  );
}

/** The words that name a command, without the program's. */
function pathOf(command: Command | null): string[] {
  const path: string[] = [];
  for (let at = command; at?.parent != null; at = at.parent) path.unshift(at.name());
  return path;
}

/** The example of the command's help that shows what is missing, else its first; null where it has none. */
function exampleOf(command: Command | null, sentence: string): string | null {
  if (command === null) return null;
  let help = "";
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  const examples = [...help.matchAll(/^ {2}\$ (classbook .+)$/gm)].map((match) => match[1]!);
  const flag = /--[\w-]+/.exec(sentence)?.[0];
  return examples.find((example) => flag !== undefined && example.includes(flag)) ?? examples[0] ?? null;
}

/** A person gets the lines of the stack below it, a program as `details` where it asks for them. */
function fromBug(
  error: unknown,
  { wantsJson, verbose }: Pick<Failure, "wantsJson" | "verbose">,
): ClassbookError {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? "").split("\n").map(maskSecrets) : [];
  const where = !wantsJson ? "the lines below" : verbose ? "its details" : "the details that --verbose gives";
  return new ClassbookError({
    kind: "internal",
    code: "bug",
    message: `this should not happen: ${message}`,
    hint: `please report it with ${where}`,
    ...(wantsJson && verbose ? { details: { stack } } : {}),
    cause: error,
  });
}
