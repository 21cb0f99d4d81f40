/** `completion`: the script with which a shell asks classbook what can stand next. */
import type { Command } from "commander";
import { usageError } from "../../domain/error.ts";
import { COMPLETION_SCRIPTS } from "../completion-scripts.ts";
import { wordArgument } from "../options.ts";
import type { WithShell } from "../shell.ts";

const SHELLS = Object.keys(COMPLETION_SCRIPTS);

export function defineCompletion(completion: Command, shell: WithShell): void {
  completion
    .addArgument(wordArgument("<SHELL>", SHELLS.join(", "), SHELLS))
    .addHelpText(
      "after",
      `
Prints the script for a shell. Once it is installed, Tab offers commands, flags, their words, and from the database that
--db or the settings name: ids with what they are, and usernames.

  bash   classbook completion bash > ~/.local/share/bash-completion/completions/classbook
         or in ~/.bashrc: source <(classbook completion bash)
  zsh    classbook completion zsh > "\${fpath[1]}/_classbook"
         or in ~/.zshrc, after compinit: source <(classbook completion zsh)
  fish   classbook completion fish > ~/.config/fish/completions/classbook.fish

Example:
  $ classbook completion bash`,
    )
    .action((name: string, _flags: object, command: Command) => {
      const { io } = shell(command, [], { mending: true });
      const script = COMPLETION_SCRIPTS[name];
      if (script === undefined)
        throw usageError(
          "unknown_shell",
          `there is no completion for the shell "${name}"`,
          `shells: ${SHELLS.join(", ")}`,
        );
      io.out(script);
    });
}
