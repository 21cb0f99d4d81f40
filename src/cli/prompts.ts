/** Questions to a person at a terminal, on stderr: stdout carries the answer only. */
import inquirer from "inquirer";
import { ClassbookError, usageError } from "../domain/error.ts";

type Ask = ReturnType<typeof inquirer.createPromptModule>;

/**
 * Asks, and tells apart the two ways in which nobody answers.
 *
 * @param instead what to type where nobody can be asked: `say --yes to do it without being asked`
 * @throws ClassbookError interrupted: Ctrl-C; usage: the input ended without an answer
 */
export async function answered<T>(asking: (ask: Ask) => Promise<T>, instead: string): Promise<T> {
  const ended = new AbortController();
  // The end of the input closes the prompt without an answer, and an open connection would keep the process waiting.
  const onPause = () => setImmediate(() => ended.abort());
  process.stdin.once("pause", onPause);
  try {
    return await asking(inquirer.createPromptModule({ output: process.stderr, signal: ended.signal }));
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
      `nothing was changed; ${instead}`,
    );
  } finally {
    process.stdin.off("pause", onPause);
  }
}

/** @throws as {@link answered} */
export async function askYes(question: string): Promise<boolean> {
  const { yes } = await answered(
    (ask) =>
      ask([{ type: "confirm", name: "yes", message: question, default: false }]) as Promise<{ yes: boolean }>,
    "say --yes to do it without being asked",
  );
  return yes === true;
}

/** One of several answers; the first is the one that a bare Enter gives. @throws as {@link answered} */
export async function askChoice<T extends string>(
  question: string,
  choices: readonly { value: T; name: string }[],
  instead: string,
): Promise<T> {
  const { choice } = await answered(
    (ask) =>
      ask([{ type: "select", name: "choice", message: question, choices: [...choices] }]) as Promise<{
        choice: T;
      }>,
    instead,
  );
  return choice;
}
