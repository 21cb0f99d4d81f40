/** Questions to a person at a terminal, on stderr: stdout carries the answer only. */
import inquirer from "inquirer";
import { ClassbookError } from "../domain/error.ts";

const ask = inquirer.createPromptModule({ output: process.stderr });

/** @throws ClassbookError refused `not_confirmed`: end of input and Ctrl-C alike, nobody answered */
async function answered<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if ((error as Error).name !== "ExitPromptError") throw error;
    throw new ClassbookError({
      kind: "refused",
      code: "not_confirmed",
      message: "not confirmed",
      hint: "nothing was changed",
    });
  }
}

export async function askYes(question: string): Promise<boolean> {
  const { yes } = await answered(
    ask([{ type: "confirm", name: "yes", message: question, default: false }]) as Promise<{ yes: boolean }>,
  );
  return yes === true;
}

/** One of several answers; the first is the one that a bare Enter gives. */
export async function askChoice<T extends string>(
  question: string,
  choices: readonly { value: T; name: string }[],
): Promise<T> {
  const { choice } = await answered(
    ask([{ type: "select", name: "choice", message: question, choices: [...choices] }]) as Promise<{
      choice: T;
    }>,
  );
  return choice;
}
