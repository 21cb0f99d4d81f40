/** The flags of the admin's forms, made from the model's declaration, and what was typed for them. */
import { type Command, Option } from "commander";
import { type Field, fieldsOfForm, flagOf, type Terms, type Value } from "../admin/form.ts";
import type { Model } from "../admin/model.ts";
import type { Database } from "../db/open.ts";
import { getTeacherId, getUser } from "../db/people.ts";
import { ClassbookError, usageError } from "../domain/error.ts";
import { parseDate, parseTimeOfDay, timeText } from "../domain/instant.ts";
import { type ListingFlags, NOUNS, once, YES_NO } from "./admin-listing.ts";
import type { Flags } from "./flags.ts";
import { ofNoun, WEEKDAYS, wordOption } from "./options.ts";
import type { Shell } from "./shell.ts";

/** Instead of a value: nothing. */
const NONE = "none";

function optionOf({ column, flag, about, emptied }: Field): Option {
  const or = emptied ? [NONE] : [];
  const text = emptied ? `${about}, or ${NONE}` : about;
  switch (column.kind) {
    case "word":
      return wordOption(`${flag} <WORD>`, text, [...column.words!, ...or]);
    case "flag":
      return wordOption(`${flag} <WORD>`, `${text}: yes or no`, YES_NO);
    case "id":
    case "reference": {
      if (column.to === "app_user")
        return new Option(`${flag} <USER>`, `${text}: id, username or e-mail address`);
      if (column.to === "teacher")
        return new Option(`${flag} <TEACHER>`, `${text}: id, username or e-mail address`);
      const option = new Option(`${flag} <ID>`, text);
      const noun = NOUNS[column.to!];
      return noun === undefined ? option : ofNoun(option, noun);
    }
    case "whole":
      return new Option(`${flag} <N>`, text);
    case "instant":
    case "app-time":
      return new Option(`${flag} <INSTANT>`, text);
    case "date":
      return new Option(`${flag} <DATE>`, text);
    case "time":
      return new Option(`${flag} <TIME>`, text);
    case "text":
    case "uuid":
    case "json":
      return new Option(`${flag} <${column.name === "timezone" ? "ZONE" : "TEXT"}>`, text);
    default:
      return column.kind satisfies never;
  }
}

/** A flag for each field, and `--override` where rules can be set aside. */
export function withFields(
  command: Command,
  fields: readonly Field[],
  rules: readonly string[] = [],
): Command {
  for (const field of fields) command.addOption(once(optionOf(field)));
  if (rules.length === 0) return command;
  return command.addOption(
    wordOption("--override <RULES>", `rules that staff set aside, of ${rules.join(", ")}`, rules),
  );
}

/** A form of a model: its fields, and for whoever types another column why it is none of them. */
export interface ModelForm {
  model: Model;
  kind: "add" | "edit";
  fields: Field[];
  rules: readonly string[];
  /** The other columns, by their flags. */
  kept: { name: string; flag: string; why: string }[];
}

export function formOf(model: Model, kind: "add" | "edit"): ModelForm {
  const { kept, overrides, ...declared } = model.form!;
  const fields = fieldsOfForm(model, declared[kind]);
  const flags = new Set(fields.map(({ flag }) => flag));
  return {
    model,
    kind,
    fields,
    rules: overrides?.[kind] ?? [],
    kept: model.columns
      .map((column) => ({ name: column.name, flag: flagOf(column) }))
      .filter(({ flag }) => !flags.has(flag))
      .map((column) => ({
        ...column,
        why: kept[column.name] ?? `is not given to a new ${model.one}: it is edited afterwards`,
      })),
  };
}

/** The flags of a form; those of other columns are read, too, to say why they are not there. */
export function withForm(command: Command, { fields, kept, rules }: ModelForm): Command {
  withFields(command, fields, rules);
  for (const { flag } of kept) command.addOption(new Option(`${flag} <VALUE>`).hideHelp());
  return command;
}

/** @throws ClassbookError usage `read_only_field`, naming every column that was typed and is in no form */
export function requireNoneKept({ model, kind, fields, kept }: ModelForm, input: ListingFlags): void {
  const typed = kept.filter(({ flag }) => input[attributeOf(flag)] !== undefined);
  if (typed.length === 0) return;
  throw usageError(
    "read_only_field",
    typed.map(({ flag, name, why }) => `there is no ${flag}: ${name} ${why}`).join("; "),
    `what ${kind === "add" ? `a new ${model.one} takes` : "is edited"}: ${fields.map(({ flag }) => flag).join(", ")}`,
    typed.map(({ name, why }) => `${name} ${why}`),
  );
}

function attributeOf(flag: string): string {
  return new Option(flag).attributeName();
}

/** A value, or who is named: that is looked up in the database. */
export type Read = Value | ((database: Database) => Promise<Value>);

/** What was typed for one field; undefined: `flags` has a problem more. */
export function readField(here: Shell, flags: Flags, field: Field, text: string): Read | undefined {
  const { column, flag, emptied, least, most } = field;
  if (emptied && text === NONE) return null;
  const known = <T extends Value>(value: T | null): Read | undefined => (value === null ? undefined : value);
  switch (column.kind) {
    case "word":
      return known(flags.word(flag, text, column.words!));
    case "flag": {
      const word = flags.word(flag, text, YES_NO);
      return word === null ? undefined : word === "yes";
    }
    case "id":
    case "reference":
      if (column.to === "app_user") return async (database) => (await getUser(database, flag, text)).id;
      if (column.to === "teacher") return async (database) => getTeacherId(database, flag, text);
      return known(flags.id(flag, text));
    case "whole": {
      const day = column.name === "day_of_week" ? WEEKDAYS.indexOf(text.toLowerCase()) : -1;
      if (day >= 0) return day;
      const value = flags.whole(flag, text, least);
      if (value === null || most === null || value <= most) return known(value);
      flags.problem(`${flag} ${value} is more than ${most}`);
      return undefined;
    }
    case "instant":
    case "app-time":
      if (parseDate(text) === null) return known(flags.instant(flag, text, () => here.zone));
      flags.problem(`${flag} "${text}" has no time, such as '${text} 17:00'`);
      return undefined;
    case "date":
      return known(flags.date(flag, text));
    case "time": {
      const micros = parseTimeOfDay(text);
      if (micros !== null) return timeText(micros);
      flags.problem(`${flag} "${text}" is not a time of day such as 17:00`);
      return undefined;
    }
    case "text":
    case "uuid":
    case "json":
      return text;
    default:
      return column.kind satisfies never;
  }
}

/** A form as far as it is filled. */
export interface Filled {
  read: Record<string, Read>;
  overrides: ReadonlySet<string>;
}

/** What was typed for these fields. Problems are collected in `flags`. */
export function readFields(
  here: Shell,
  flags: Flags,
  { fields, rules, input }: { fields: readonly Field[]; rules: readonly string[]; input: ListingFlags },
): Filled {
  const read: Record<string, Read> = {};
  for (const field of fields) {
    const text = input[attributeOf(field.flag)];
    const value = text === undefined ? undefined : readField(here, flags, field, text);
    if (value !== undefined) read[field.column.name] = value;
  }
  return { read, overrides: new Set(flags.words("--override", input.override, rules) ?? []) };
}

/** @throws ClassbookError not_found, usage: nobody or several are meant; of all who are named, at once */
export async function termsIn(database: Database, { read, overrides }: Filled): Promise<Terms> {
  const values: Record<string, Value> = {};
  const problems: ClassbookError[] = [];
  for (const [name, one] of Object.entries(read))
    try {
      values[name] = typeof one === "function" ? await one(database) : one;
    } catch (error) {
      if (!(error instanceof ClassbookError)) throw error;
      problems.push(error);
    }
  const [first, ...others] = problems;
  if (first === undefined) return { values, overrides };
  if (others.length === 0) throw first;
  const messages = problems.map(({ message }) => message);
  throw new ClassbookError({
    kind: first.kind,
    code: first.code,
    message: messages.join("; "),
    hint: first.hint,
    details: messages,
  });
}
