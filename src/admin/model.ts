/** What a model's declaration says: what Django's ModelAdmin would (SPEC 7). Commands, screens and docs are made from it. */
import { columnOf, labelOf, type ModelColumn, type ModelTable } from "../db/model.ts";
import { type ClassbookError, usageError } from "../domain/error.ts";
import { dashed, type Form } from "./form.ts";

export const MODEL_NAMES = [
  "LiveClassBooking",
  "TeacherBookingPolicy",
  "BookingSeries",
  "BookingSeriesItem",
  "SessionWaitlist",
  "LiveClassSession",
  "TeacherAvailability",
  "Booking",
  "OneOnOneBooking",
  "BookingReminder",
  "User",
  "UserProfile",
  "Teacher",
  "Course",
  "CourseTeacher",
  "Enrollment",
  "BookingEvent",
] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

/** Rows of another model that belong to one: an inline. */
export interface Related {
  /** What they are to it, and their key in JSON. */
  key: string;
  model: ModelName;
  /** Their column that holds the row's id; it has to be one of their filters. */
  by: string;
  /** Another column's value that they have, where the id alone does not say whose they are. */
  also?: { column: string; value: string };
}

export interface Model extends ModelTable {
  /** As Django calls it. */
  name: ModelName;
  /** What its rows are, in a line. */
  summary: string;
  /** One row, several rows, as people say. */
  one: string;
  many: string;
  access: "editable" | "read-only";
  /** The noun whose commands do the daily work on it, and whose ids completion offers; null = none. */
  noun: string | null;
  /** Fields of the list on a terminal (list_display). */
  shown: readonly string[];
  /** Columns to filter by (list_filter); moments and dates by a range. */
  filters: readonly string[];
  /** Fields of the order where nobody says another; `-` before one turns it (ordering). */
  order: readonly string[];
  /** The column by which rows are looked at in time (date_hierarchy); null = none. */
  dates: string | null;
  /** Inlines; the history from the audit comes last by itself. */
  related: readonly Related[];
  /** How rows are written; a model without one is read-only. */
  form?: Form;
}

/** Why no row of a model is written here. */
export function readOnly({ name }: Model): ClassbookError {
  return usageError("read_only", `${name} is read-only in the admin`, "its rows are the app's, or history");
}

type Nullable = { nullable?: boolean };

export const id: ModelColumn = { name: "id", kind: "id" };

export function reference(
  name: string,
  to: NonNullable<ModelColumn["to"]>,
  { nullable = false }: Nullable = {},
): ModelColumn {
  return { name, kind: "reference", to, nullable };
}

export function word(
  name: string,
  words: readonly string[],
  { nullable = false }: Nullable = {},
): ModelColumn {
  return { name, kind: "word", words, nullable };
}

/** Columns of one kind. */
export function columns(
  kind: Exclude<ModelColumn["kind"], "reference" | "word">,
  names: readonly string[],
  { nullable = false }: Nullable = {},
): ModelColumn[] {
  return names.map((name) => ({ name, kind, nullable }));
}

/**
 * What is said to a filter: `words` one or more of a list; `presence` whether there is a value; `from` then or later; the rest one
 * value. Of columns that may be empty each but a range takes `none` and `any`, too.
 */
export type FilterKind =
  | "words"
  | "flag"
  | "user"
  | "teacher"
  | "id"
  | "whole"
  | "uuid"
  | "text"
  | "presence"
  | "from"
  | "before";

/** A flag by which a list is filtered. */
export interface Filter {
  /** `--start-after` */
  flag: string;
  kind: FilterKind;
  column: ModelColumn;
}

/** `start_at_utc` → `start`: the moment that a range is about. */
function stemOf(name: string): string {
  return name.replace(/_(at_utc|at|datetime|date)$/, "");
}

/** The flags that a model's filters are, in the order of their declaration. */
export function filtersOf(model: Model): Filter[] {
  return model.filters.flatMap((name): Filter[] => {
    const column = columnOf(model, name);
    switch (column.kind) {
      case "word":
        return [{ flag: dashed(name), kind: "words", column }];
      case "flag":
        return [{ flag: dashed(name), kind: "flag", column }];
      case "reference": {
        const flag = dashed(labelOf(column) ?? name.replace(/_id$/, ""));
        const kind = column.to === "app_user" ? "user" : column.to === "teacher" ? "teacher" : "id";
        return [{ flag, kind, column }];
      }
      case "instant":
      case "app-time":
      case "date": {
        const stem = dashed(stemOf(name));
        return [
          { flag: `${stem}-after`, kind: "from", column },
          { flag: `${stem}-before`, kind: "before", column },
          ...(column.nullable ? [{ flag: dashed(name), kind: "presence" as const, column }] : []),
        ];
      }
      case "uuid":
        return [{ flag: dashed(name), kind: "uuid", column }];
      case "id":
        return [{ flag: dashed(name), kind: "id", column }];
      case "whole":
        return [{ flag: dashed(name), kind: "whole", column }];
      case "text":
      case "time":
      case "json":
        return [{ flag: dashed(name), kind: "text", column }];
      default:
        return column.kind satisfies never;
    }
  });
}

/** The flag that chooses rows by a column's value. */
export function flagFor(model: Model, column: string): string {
  const found = filtersOf(model).find(
    (filter) => filter.column.name === column && !["from", "before", "presence"].includes(filter.kind),
  );
  if (found === undefined) throw new Error(`${model.name} has no filter by ${column}`);
  return found.flag;
}
