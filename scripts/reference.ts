/**
 * Writes docs/reference.md and man/classbook.1 from the commands' own help, and docs/admin.md from the admin's models:
 * `npm run reference`. A test holds them together.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { Io } from "../src/cli/io.ts";
import { buildProgram } from "../src/cli/program.ts";
import { renderAdminPage } from "./admin-page.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { isTold, renderMan } from "./man.ts";

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
    ...command.commands
      .filter((sub) => sub.name() !== "help" && isTold([...path.slice(1), sub.name()]))
      .flatMap((sub) => sections(sub, path)),
  ];
}

function wholeProgram(): Promise<Command> {
  return buildProgram(
    { io, version: "" },
    () => {
      throw new Error("the reference runs no command");
    },
    "all",
  );
}

export async function renderReference(): Promise<string> {
  const codes = EXIT_CODES.map(({ code, meaning }) => `${code} ${meaning}`).join(", ");
  const head = `# Command reference\n\nMade from \`--help\` by \`npm run reference\`; do not edit.\n\nExit codes: ${codes}.\n\nOf the admin's models one stands for all: what each has is in [admin.md](admin.md).\n`;
  return [head, ...sections(await wholeProgram(), [])].join("\n");
}

export async function renderManPage(): Promise<string> {
  return renderMan(await wholeProgram(), helpOf);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  writeFileSync(join(root, "docs", "reference.md"), await renderReference());
  writeFileSync(join(root, "docs", "admin.md"), renderAdminPage());
  mkdirSync(join(root, "man"), { recursive: true });
  writeFileSync(join(root, "man", "classbook.1"), await renderManPage());
}
