/** Questions to a person at a terminal, on stderr: stdout carries the answer only. The only place that asks. */

import type { Key } from "node:readline";
import inquirer from "inquirer";
import { ClassbookError, usageError } from "../domain/error.ts";
import { guardTerminal } from "./hangup.ts";
import { escapeControl } from "./output.ts";
import { stopProgram } from "./suspend.ts";

/** Why nobody answered: Ctrl-C or a signal to stop, the end of the input, or Esc where that leaves a question. */
export type Silence = "interrupted" | "ended" | "left";

const LOOKS_AFTER_MS = 100;
const SHOW_CURSOR = "\u001b[?25h";

/** As inquirer takes it. What it quotes may come from the database: control characters are shown, not obeyed. */
export interface Question {
  type: string;
  message: string;
  [more: string]: unknown;
}

/**
 * @param question made anew after Ctrl-Z, when it is asked again
 * @param stopping becomes true where a signal asks the program to stop: an open question ends then
 * @param escapes whether Esc leaves the question
 */
export async function askOnce<T>(
  question: () => Question,
  stopping: () => boolean,
  { escapes = false }: { escapes?: boolean } = {},
): Promise<{ answer: T } | Silence> {
  for (;;) {
    const said = await ask<T>(question(), stopping, escapes);
    if (said !== "suspended") return said;
    await stopProgram();
  }
}

async function ask<T>(
  question: Question,
  stopping: () => boolean,
  escapes: boolean,
): Promise<{ answer: T } | Silence | "suspended"> {
  const over = new AbortController();
  let isLeft: "left" | "suspended" | null = null;
  const onKey = (_text: unknown, key: Key | undefined) => {
    if (key?.ctrl === true && key.name === "z") {
      isLeft = "suspended";
      // readline hears the same key after this, and would stop the program with the question open: this is none that it knows.
      Object.assign(key, { ctrl: false, meta: true, name: "suspended" });
    } else if (escapes && key?.name === "escape") isLeft = "left";
    else return;
    over.abort();
  };
  process.stdin.on("keypress", onKey);
  const watch = setInterval(() => {
    if (stopping()) over.abort();
  }, LOOKS_AFTER_MS);
  // The end of the input closes the prompt without an answer, and an open connection would keep the process waiting.
  const onPause = () => setImmediate(() => over.abort());
  process.stdin.once("pause", onPause);
  const unguard = guardTerminal(() => {
    process.stderr.write(SHOW_CURSOR);
    process.stdin.setRawMode(false);
  });
  try {
    const module = inquirer.createPromptModule({ output: process.stderr, signal: over.signal });
    const { answer }: { answer: unknown } = await module([
      { ...question, message: escapeControl(question.message), name: "answer" },
    ] as never);
    return { answer: answer as T };
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== "ExitPromptError" && name !== "AbortPromptError") throw error;
    if (isLeft !== null) return isLeft;
    // inquirer has one error for Ctrl-C and for the end of the process: its text tells them apart.
    return stopping() || (name === "ExitPromptError" && message.includes("SIGINT")) ? "interrupted" : "ended";
  } finally {
    clearInterval(watch);
    unguard();
    process.stdin.off("pause", onPause).off("keypress", onKey);
  }
}

/** @throws ClassbookError interrupted; usage: the input ended, with what to type where nobody can be asked */
async function answered<T>(question: Question, stopping: () => boolean, instead: string): Promise<T> {
  const said = await askOnce<T>(() => question, stopping);
  if (said === "interrupted")
    throw new ClassbookError({
      kind: "interrupted",
      code: "interrupted",
      message: "interrupted",
      hint: "nothing was changed",
    });
  if (typeof said === "string") throw inputEnded(`nothing was changed; ${instead}`);
  return said.answer;
}

/** What a command says where the input ends (Ctrl-D) instead of an answer. */
export function inputEnded(hint: string): ClassbookError {
  return usageError("not_confirmed", "the input ended before the question was answered", hint);
}

/** @throws ClassbookError interrupted; usage `not_confirmed`: the input ended */
export async function askYes(message: string, stopping: () => boolean): Promise<boolean> {
  return answered(
    { type: "confirm", message, default: false },
    stopping,
    "say --yes to do it without being asked",
  );
}

/** One of several answers; the first is the one that a bare Enter gives. @throws as {@link askYes} */
export async function askChoice<T extends string>(
  message: string,
  choices: readonly { value: T; name: string }[],
  { stopping, instead }: { stopping: () => boolean; instead: string },
): Promise<T> {
  const shown = choices.map((choice) => ({ ...choice, name: escapeControl(choice.name) }));
  return answered({ type: "select", message, choices: shown }, stopping, instead);
}
