/** Every command there is, from the command tree itself, with the examples that its help gives. */
import type { Command } from "commander";
import type { Io } from "../../src/cli/io.ts";
import { buildProgram } from "../../src/cli/program.ts";

export interface KnownCommand {
  /** `legacy issues show` */
  name: string;
  /** Whole shell lines, `classbook …`, that work in a folder with the sample. */
  examples: string[];
}

export async function listCommands(): Promise<KnownCommand[]> {
  let said = "";
  const io: Io = {
    out: (text) => {
      said += text;
    },
    err: () => {},
    read: async () => "",
    async *chunks() {},
    outIsTerminal: false,
    errIsTerminal: false,
    canAsk: false,
    width: 100,
    colour: false,
  };
  const unused = () => {
    throw new Error("help needs no shell");
  };
  const program = await buildProgram({ io, version: "0.0.0" }, unused, "all");
  const known: KnownCommand[] = [];
  const visit = (command: Command, path: readonly string[]) => {
    if (command.commands.length > 0) {
      for (const verb of command.commands) visit(verb, [...path, verb.name()]);
      return;
    }
    said = "";
    command.outputHelp();
    known.push({
      name: path.join(" "),
      examples: [...said.matchAll(/^ {2}\$ (classbook .+)$/gm)].map((match) => match[1]!),
    });
  };
  visit(program, []);
  return known;
}
