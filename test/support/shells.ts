/** Real shells at a pseudo-terminal, with Tab pressed in them. */
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { onTerminal, type Program } from "./program.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof SHELLS)[number];

export function isInstalled(shell: ShellName): boolean {
  return spawnSync(shell, ["--version"]).status === 0;
}

export interface Tabbed {
  /** What the line has become, without the space that ends a word or the slash that ends a folder (zsh takes it away again). */
  line: string;
  /** All that the terminal showed. */
  shown: string;
}

/** As they are typed; the shell puts the parts together, so that the words are found in what it says, not in their own echo. */
const READY = "'READ''Y> '";
const [SAY, END_OF_LINE] = ["echo AN''SWER: ", " :E''ND"];
const [HOME, END, TAB, ENTER] = ["\u0001", "\u0005", "\t", "\r"];

const ANSWER = /ANSWER: (.*) :END/;

/** How each begins without anything of whoever runs the tests; the script of the shell is in the file `script`. */
const BEGINNINGS: Record<ShellName, { words: string[]; setup: string }> = {
  bash: {
    words: ["bash", "--noprofile", "--norc", "-i"],
    setup: `bind 'set show-all-if-ambiguous on'; bind 'set enable-bracketed-paste off'; bind 'set completion-query-items 0'; bind 'set page-completions off'; . ./script; PS1=${READY}`,
  },
  zsh: {
    words: ["zsh", "-f", "-i"],
    setup: `unset zle_bracketed_paste; autoload -U compinit; compinit -u -D; LISTMAX=1000; . ./script; PS1=${READY}`,
  },
  fish: {
    words: ["fish", "--no-config", "-i"],
    setup: `source ./script; function fish_prompt; printf %s ${READY}; end`,
  },
};

/**
 * Types the line into the shell, presses Tab, and has the shell say what the line is then.
 *
 * @param folder to run in; the shell's completion script lies in it as `script`
 */
export async function pressTab(
  shell: ShellName,
  line: string,
  { program, folder, env = {} }: { program: Program; folder: string; env?: Record<string, string> },
): Promise<Tabbed> {
  const { words, setup } = BEGINNINGS[shell];
  const { out } = await onTerminal(words, {
    cwd: folder,
    env: {
      PATH: `${program.folder}:${dirname(process.execPath)}:${process.env.PATH}`,
      TERM: "xterm",
      LANG: "C.UTF-8",
      ...env,
    },
    dialogue: [
      [/[$#%>] /, `${setup}${ENTER}`],
      [/READY> /, `${line}${TAB}${HOME}${SAY}${END}${END_OF_LINE}${ENTER}`],
      [ANSWER, `exit${ENTER}`],
    ],
  });
  const answer = ANSWER.exec(out);
  return { line: answer === null ? "" : answer[1]!.replace(/[\s/]+$/, ""), shown: out };
}
