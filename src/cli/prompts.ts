/** Questions to a person at a terminal, on stderr: stdout carries the answer only. */
import inquirer from "inquirer";
import { ClassbookError, usageError } from "../domain/error.ts";

/** @throws ClassbookError interrupted: Ctrl-C; usage: the input ended without an answer, which `--yes` would give */
export async function askYes(question: string): Promise<boolean> {
  const ended = new AbortController();
  // The end of the input closes the prompt without an answer, and an open connection would keep the process waiting.
  const onPause = () => setImmediate(() => ended.abort());
  process.stdin.once("pause", onPause);
  const ask = inquirer.createPromptModule({ output: process.stderr, signal: ended.signal });
  try {
    const { yes } = await ask([{ type: "confirm", name: "yes", message: question, default: false }]);
    return yes === true;
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== "ExitPromptError" && name !== "AbortPromptError") throw error;
    // inquirer has one error for Ctrl-C and for the end of the process: its text tells them apart.
    if (name === "ExitPromptError" && message.includes("SIGINT"))
      throw new ClassbookError({
        kind: "interrupted",
        code: "interrupted",
        message: "interrupted",
        hint: "nothing was changed",
      });
    throw usageError(
      "not_confirmed",
      "the input ended before the question was answered",
      "nothing was changed; say --yes to do it without being asked",
    );
  } finally {
    process.stdin.off("pause", onPause);
  }
}
