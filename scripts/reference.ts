/** Writes docs/reference.md from the commands' own help: `npm run reference`. A test holds the two together. */
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { Io } from "../src/cli/io.ts";
import { buildProgram } from "../src/cli/program.ts";

const io: Io = {
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

/** Help with what its addHelpText added. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => (text += part),
    getOutHelpWidth: () => 100,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trimEnd();
}

function sections(command: Command, words: string[]): string[] {
  const path = [...words, command.name()];
  const own = `## ${path.join(" ")}\n\n\`\`\`text\n${helpOf(command)}\n\`\`\`\n`;
  return [
    own,
    ...command.commands.filter((sub) => sub.name() !== "help").flatMap((sub) => sections(sub, path)),
  ];
}

export async function renderReference(): Promise<string> {
  const program = await buildProgram(
    { io, version: "" },
    () => {
      throw new Error("the reference runs no command");
    },
    "all",
  );
  const head =
    "# Command reference\n\nMade from `--help` by `npm run reference`; do not edit.\n\nExit codes: 0 done, 1 a bug or a failing disk or network, 2 wrong usage, 3 refused by a rule, 4 not found, 5 busy, 6 findings, 7 partly done, 130 and 143 interrupted.\n";
  return [head, ...sections(program, [])].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(dirname(fileURLToPath(import.meta.url)), "..", "docs", "reference.md");
  writeFileSync(file, await renderReference());
}
