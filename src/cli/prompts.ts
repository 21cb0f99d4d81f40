/** Questions to a person at a terminal, on stderr: stdout carries the answer only. */
import inquirer from "inquirer";
import { ClassbookError } from "../domain/error.ts";

const ask = inquirer.createPromptModule({ output: process.stderr });

export async function askYes(question: string): Promise<boolean> {
  try {
    const { yes } = await ask([{ type: "confirm", name: "yes", message: question, default: false }]);
    return yes === true;
  } catch (error) {
    // End of input and Ctrl-C alike: nobody said yes.
    if ((error as Error).name !== "ExitPromptError") throw error;
    throw new ClassbookError({
      kind: "refused",
      code: "not_confirmed",
      message: "not confirmed",
      hint: "nothing was changed",
    });
  }
}
