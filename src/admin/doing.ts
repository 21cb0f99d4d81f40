/** How a model's rows are written: which operation does what a form or an action asks. */
import type { Cells } from "../db/model.ts";
import type { Context } from "../operations/context.ts";
import type { Terms } from "./form.ts";
import type { ModelName } from "./model.ts";

/** What an operation did to a row. */
export interface Did {
  outcome: "added" | "changed" | "unchanged" | "waitlisted" | "moved" | "deleted";
  /** The row that it is about now. */
  id: number;
  /** Left out where it is the model that was asked. */
  model?: ModelName;
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
  /** Left out where rows are not made from fields. */
  add?: (context: Context, terms: Terms) => Promise<Did>;
  /** @param terms what differs from the row as it is, `cells` */
  edit: (context: Context, id: number, terms: Terms, cells: Cells) => Promise<Did>;
  /** @throws ClassbookError refused `in-use` */
  deletion: (context: Context, id: number) => Promise<Deletion>;
  /** @returns what else is to be said. @throws ClassbookError refused `in-use` */
  remove: (context: Context, id: number) => Promise<string[]>;
  /** By the names of the form's actions. */
  actions: Readonly<Record<string, (context: Context, id: number, terms: Terms) => Promise<Did>>>;
}
