/** What of a model is written: the fields of its forms, and its actions, as its declaration says them. */
import { columnOf, labelOf, type ModelColumn, type ModelTable } from "../db/model.ts";

/** `start_at_utc` → `--start-at-utc` */
export function dashed(name: string): string {
  return `--${name.replaceAll("_", "-")}`;
}

/** A field as a model declares it. */
export interface DeclaredField {
  /** A column's name; or what is no column, as a slot that stands for a lesson's time. */
  field: string | ModelColumn;
  /** What it is, for the help. */
  about: string;
  /** Whether a row is not added without it. */
  needed?: true;
  /** Whether `none` empties it. Text is emptied by no text. */
  emptied?: true;
  /** Of whole numbers. */
  least?: number;
  most?: number;
  /** Whether it is worth asking for, at a terminal, after what was given so far; left out = it is. */
  asked?: (values: Terms["values"]) => boolean;
}

/** An action on rows, as in Django's list of actions, and a verb. */
export interface Action {
  /** `no-show` */
  name: string;
  /** What it does to the rows that are named, for the help. */
  about: string;
  /** What can be said with it. */
  terms?: readonly DeclaredField[];
  /** Rules that staff may set aside. */
  overrides?: readonly string[];
  /** Whether it asks first also where ids are typed: it ends more than the rows. */
  asks?: true;
  /** What to type for an example on the sample school. */
  example: string;
}

/** How rows of a model are written. */
export interface Form {
  /** The fields of a new row. */
  add: readonly DeclaredField[];
  /** The table whose row may come of adding instead. */
  becomes?: ModelTable["table"];
  edit: readonly DeclaredField[];
  /** Why the other columns are in no form (readonly_fields), by column: what follows `it`. */
  kept: Readonly<Record<string, string>>;
  /** Rules that staff may set aside. */
  overrides?: { add?: readonly string[]; edit?: readonly string[] };
  actions: readonly Action[];
  /** What goes with a deleted row and what stays: a sentence. */
  deletion: string;
  /** What to type on the sample school. */
  examples: { add: string; edit: string; delete: string };
}

/** A field of a form, and the flag that fills it. */
export interface Field {
  column: ModelColumn;
  /** `--student` */
  flag: string;
  about: string;
  needed: boolean;
  emptied: boolean;
  least: number;
  most: number | null;
  asked: (values: Terms["values"]) => boolean;
}

/** The declared fields with their columns and flags. */
export function fieldsOfForm(model: ModelTable, declared: readonly DeclaredField[]): Field[] {
  return declared.map(({ field, needed = false, emptied = false, least = 0, ...rest }) => {
    const column = typeof field === "string" ? columnOf(model, field) : field;
    return { asked: () => true, most: null, ...rest, column, flag: flagOf(column), needed, emptied, least };
  });
}

/** `student_user_id` → `--student`: as the filters are called. */
export function flagOf(column: ModelColumn): string {
  return dashed(
    labelOf(column) ?? (column.kind === "reference" ? column.name.replace(/_id$/, "") : column.name),
  );
}

/** What was given for a field: ids for who and what is named, canonical times. Null = emptied. */
export type Value = string | number | boolean | null;

/** A filled form, or an action's terms. */
export interface Terms {
  /** By column; what is left out stays. */
  values: Readonly<Record<string, Value>>;
  /** Rules to set aside. */
  overrides: ReadonlySet<string>;
}
