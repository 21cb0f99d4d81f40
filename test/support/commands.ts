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

interface TreeCommand {
  /** `["legacy", "issues", "show"]` */
  path: string[];
  command: Command;
}

/** Every command of the tree, nouns too. */
export async function allCommands(): Promise<TreeCommand[]> {
  return below(await wholeTree(() => {}), []);
}

function below(command: Command, path: readonly string[]): TreeCommand[] {
  return command.commands.flatMap((verb) => {
    const its = [...path, verb.name()];
    return [{ path: its, command: verb }, ...below(verb, its)];
  });
}

async function wholeTree(say: (text: string) => void): Promise<Command> {
  const io: Io = {
    out: say,
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
  return buildProgram({ io, version: "0.0.0" }, unused, "all");
}

export async function listCommands(): Promise<KnownCommand[]> {
  let said = "";
  const program = await wholeTree((text) => {
    said += text;
  });
  return below(program, [])
    .filter(({ command }) => command.commands.length === 0)
    .map(({ path, command }) => {
      said = "";
      command.outputHelp();
      return {
        name: path.join(" "),
        examples: [...said.matchAll(/^ {2}\$ (classbook .+)$/gm)].map((match) => match[1]!),
      };
    });
}
