/** How a model's rows are written: which operation does what a form or an action asks. */
import type { Cells } from "../db/model.ts";
import { refused } from "../domain/error.ts";
import type { RuleCode } from "../domain/rules.ts";
import type { Context } from "../operations/context.ts";
import type { Terms, Value } from "./form.ts";
import type { ModelName } from "./model.ts";

/** What an operation did to a row. */
export interface Did {
  outcome: "added" | "changed" | "unchanged" | "waitlisted" | "moved" | "deleted";
  /** The row that it is about now. */
  id: number;
  /** Left out where it is the model that was asked. */
  model?: ModelName;
  /** What else is to be said, a sentence each. */
  remarks?: string[];
}

/** What goes with a deleted row, and what stays. */
export interface Deletion {
  /** Rows that are deleted with it, by model; models without any are left out. */
  goes: { model: ModelName; count: number }[];
  /** What else follows, a sentence each. */
  notes: string[];
}

/** Everything is inside the context's transaction; who may is asked already, and the row is there. */
export interface Doing {
  add: (context: Context, terms: Terms) => Promise<Did>;
  /** @param terms what differs from the row as it is, `cells` */
  edit: (context: Context, id: number, terms: Terms, cells: Cells) => Promise<Did>;
  /** @throws ClassbookError refused `in-use` */
  deletion: (context: Context, id: number) => Promise<Deletion>;
  /** @throws ClassbookError refused `in-use` */
  remove: (context: Context, id: number) => Promise<void>;
  /** What an action ends beside the rows themselves, in words; null where nothing. Left out where none does. */
  ending?: (context: Context, action: string, ids: readonly number[]) => Promise<string | null>;
  /** By the names of the form's actions. */
  actions: Readonly<Record<string, (context: Context, id: number, terms: Terms) => Promise<Did>>>;
}

type Given = Terms["values"];

/** The values of columns that were given, as an operation takes them. */
export function given<T extends object>(values: Given, names: readonly (keyof T & string)[]): Partial<T> {
  return Object.fromEntries(
    names.filter((name) => values[name] !== undefined).map((name) => [name, values[name]]),
  ) as Partial<T>;
}

/** A text that was given; null where none was. */
export function textOf(value: Value | undefined): string | null {
  return typeof value === "string" ? value : null;
}

export function idOf(value: Value | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** The rules to set aside, for operations that know the booking rules. */
export function rulesOf({ overrides }: Terms): ReadonlySet<RuleCode> {
  return overrides as ReadonlySet<RuleCode>;
}

/** Of a status to which no operation leads. */
export function noStep(one: string, id: number, from: unknown, to: Value, hint: string) {
  return refused("status", `${one} ${id} is ${from} and cannot be made ${to}`, hint);
}
