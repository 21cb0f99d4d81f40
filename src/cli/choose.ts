/** Questions with more than a yes: search and choose, one key of several, a line of text. On stderr; stdout carries the answer only. */
import inquirer from "inquirer";
import { escapeControl } from "./output.ts";

export interface Choice<T> {
  value: T;
  /** As it stands in the list. Control characters are shown, not obeyed. */
  name: string;
}

/** A choice by one letter. */
export interface KeyChoice<T> extends Choice<T> {
  key: "a" | "d" | "s" | "q";
}

/** Asks a person. Every answer is null where there is none: Ctrl-C, the end of the input, or a signal to stop. */
export interface Asker {
  /** @param find what fits the text typed so far; empty text = nothing is typed yet */
  search<T>(message: string, find: (text: string) => Promise<Choice<T>[]>): Promise<T | null>;
  /** A letter, then Enter: no key decides by being touched. */
  key<T>(message: string, choices: readonly KeyChoice<T>[]): Promise<T | null>;
  text(message: string): Promise<string | null>;
  yes(message: string): Promise<boolean | null>;
}

const LOOKS_AFTER_MS = 100;
const NO_ANSWER = new Set(["ExitPromptError", "AbortPromptError"]);

/** @param stopping becomes true where a signal asks the program to stop: an open question ends then */
export function makeAsker(stopping: () => boolean): Asker {
  const ask = async (question: object): Promise<unknown> => {
    const stop = new AbortController();
    const watch = setInterval(() => {
      if (stopping()) stop.abort();
    }, LOOKS_AFTER_MS);
    const prompt = inquirer.createPromptModule({ output: process.stderr, signal: stop.signal });
    try {
      const answers: { it: unknown } = await prompt([{ ...question, name: "it" }] as never);
      return answers.it;
    } catch (error) {
      if (!NO_ANSWER.has((error as Error).name)) throw error;
      return null;
    } finally {
      clearInterval(watch);
    }
  };
  return {
    search: async <T>(message: string, find: (text: string) => Promise<Choice<T>[]>) =>
      (await ask({
        type: "search",
        message,
        pageSize: 10,
        source: async (text: string | undefined) => (await find(text?.trim() ?? "")).map(shown),
      })) as T | null,
    key: async <T>(message: string, choices: readonly KeyChoice<T>[]) =>
      (await ask({ type: "expand", message, choices: choices.map(shown) })) as T | null,
    text: async (message) => (await ask({ type: "input", message })) as string | null,
    yes: async (message) => (await ask({ type: "confirm", message, default: false })) as boolean | null,
  };
}

function shown<T extends Choice<unknown>>(choice: T): T {
  return { ...choice, name: escapeControl(choice.name) };
}
