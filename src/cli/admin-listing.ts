/** The flags of an admin list, made from the model's declaration, and what they ask for. */

import { type Command, Option } from "commander";
import { type Filter, filtersOf, type Model } from "../admin/model.ts";
import type { Condition, ModelOrder, ModelSelection } from "../db/model.ts";
import { fieldsOf } from "../db/model.ts";
import type { Database } from "../db/open.ts";
import { getTeacherId, getUser } from "../db/people.ts";
import { ClassbookError, usageError } from "../domain/error.ts";
import { Flags } from "./flags.ts";
import { ofNoun, wordOption } from "./options.ts";
import type { Shell } from "./shell.ts";

/** Values by commander's names. */
export type ListingFlags = Record<string, string | undefined>;

/** Instead of a value: what is empty, and what is not. */
const PRESENCE = ["none", "any"] as const;
export const YES_NO = ["yes", "no"];

/** What ids name, where a flag's own name does not say it. */
export const NOUNS: Record<string, string> = {
  live_class_session: "session",
  teacher_availability: "slot",
  booking_series: "series",
  live_class_booking: "booking",
  course: "course",
};

/** A flag for each filter, and the search where the model has fields for it. */
export function withFilters(command: Command, model: Model): Command {
  for (const filter of filtersOf(model)) command.addOption(once(optionOf(filter)));
  if (model.search.length > 0)
    command.addOption(
      once(new Option("--search <TEXT>", `that have the text in ${model.search.join(", ")}, or as their id`)),
    );
  return command;
}

/** Of two values the first would be forgotten, and rows chosen that it rules out. */
export function once(option: Option): Option {
  return option.argParser((text: string, before: string | undefined) => {
    if (before === undefined) return text;
    throw usageError(
      "repeated_flag",
      `${option.long} is given twice: "${before}" and "${text}"`,
      "each is given once; several words to filter by are one list: --status pending,confirmed",
    );
  });
}

export function withOrder(command: Command, model: Model): Command {
  return command.addOption(
    wordOption(
      "--order <LIST>",
      "by these fields; - before one turns it, as in -id,status",
      fieldsOf(model),
      model.order.join(","),
    ),
  );
}

/** A column's own words, and those for what is empty where it has no such word itself. */
function wordsOf({ words = [], nullable = false }: Filter["column"]): string[] {
  return [...words, ...(nullable ? PRESENCE.filter((word) => !words.includes(word)) : [])];
}

function optionOf({ flag, kind, column }: Filter): Option {
  const { name, nullable = false } = column;
  const or = nullable ? `, ${PRESENCE.join(" or ")}` : "";
  switch (kind) {
    case "words": {
      const presence = wordsOf(column).slice(column.words!.length);
      const more = presence.length === 0 ? "" : `, ${presence.join(" or ")}`;
      return wordOption(`${flag} <LIST>`, `any of ${column.words!.join(", ")}${more}`, wordsOf(column));
    }
    case "flag":
      return wordOption(`${flag} <WORD>`, `yes or no${or}`, [...YES_NO, ...(nullable ? PRESENCE : [])]);
    case "presence":
      return wordOption(`${flag} <WORD>`, `with any ${name}, or none`, PRESENCE);
    case "user":
      return new Option(`${flag} <USER>`, `${name}: id, username or e-mail address${or}`);
    case "teacher":
      return new Option(`${flag} <TEACHER>`, `${name}: id, username or e-mail address${or}`);
    case "id": {
      const option = new Option(`${flag} <ID>`, `${name}${or}`);
      const noun = NOUNS[column.to!];
      return noun === undefined ? option : ofNoun(option, noun);
    }
    case "whole":
      return new Option(`${flag} <N>`, `${name}${or}`);
    case "uuid":
    case "text":
      return new Option(`${flag} <TEXT>`, `${name}, the whole of it`);
    case "from":
      return new Option(`${flag} <INSTANT>`, `${name} then or later`);
    case "before":
      return new Option(`${flag} <INSTANT>`, `${name} before`);
    default:
      return kind satisfies never;
  }
}

/** Values by commander's names, from values by the flags themselves. */
export function listingFlags(typed: Readonly<Record<string, string>>): ListingFlags {
  return Object.fromEntries(
    Object.entries(typed).map(([flag, text]) => [new Option(flag).attributeName(), text]),
  );
}

/** The filters, search and order among the flags that were given, by the flags themselves. */
export function typedOf(model: Model, input: ListingFlags): Record<string, string> {
  const flags = [...filtersOf(model).map(({ flag }) => flag), "--search", "--order"];
  return Object.fromEntries(
    flags.flatMap((flag) => {
      const text = typedFor(input, flag);
      return text === undefined ? [] : [[flag, text]];
    }),
  );
}

/** What was typed for a flag; undefined = nothing. */
function typedFor(input: ListingFlags, flag: string): string | undefined {
  return input[new Option(flag).attributeName()];
}

/** Conditions, and the people that have still to be looked up for one. */
type Read = Condition | ((database: Database) => Promise<Condition>);

function readFilter(here: Shell, flags: Flags, { flag, kind, column }: Filter, text: string): Read | null {
  const name = column.name;
  const isOneOf = (value: string | number | boolean | null): Condition | null =>
    value === null ? null : { column: name, is: "in", values: [value] };
  const presence = PRESENCE.find((word) => word === text);
  const isOwn = column.words?.includes(text) === true;
  if (presence !== undefined && !isOwn && column.nullable && !["from", "before"].includes(kind))
    return { column: name, is: presence };
  switch (kind) {
    case "words": {
      const words = flags.words(flag, text, wordsOf(column));
      if (words?.some((word) => !column.words!.includes(word))) {
        flags.problem(`${flag} none and any stand alone`);
        return null;
      }
      return { column: name, is: "in", values: words ?? [] };
    }
    case "flag": {
      const found = flags.word(flag, text, [...YES_NO, ...(column.nullable ? PRESENCE : [])]);
      return found === null ? null : isOneOf(found === "yes");
    }
    case "presence":
      flags.word(flag, text, PRESENCE);
      return null;
    case "user":
      return async (database) =>
        isOneOf(await idOr(text, async () => (await getUser(database, flag, text)).id))!;
    case "teacher":
      return async (database) => isOneOf(await idOr(text, () => getTeacherId(database, flag, text)))!;
    case "id":
      return isOneOf(flags.id(flag, text));
    case "whole":
      return isOneOf(flags.whole(flag, text));
    case "uuid":
      return isOneOf(text.replaceAll("-", "").toLowerCase());
    case "text":
      return isOneOf(text);
    case "from":
    case "before": {
      const zone = () => here.zone;
      const value = column.kind === "date" ? flags.date(flag, text) : flags.instant(flag, text, zone);
      return value === null ? null : { column: name, is: kind, value };
    }
    default:
      return kind satisfies never;
  }
}

/** Whom a filter names. A number that is nobody's is what it says: rows whose user or teacher is gone are found by it. */
async function idOr(text: string, find: () => Promise<number>): Promise<number> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof ClassbookError && error.kind === "not_found" && /^\d{1,15}$/.test(text))
      return Number(text);
    throw error;
  }
}

function readOrder(flags: Flags, model: Model, text: string): ModelOrder[] {
  const fields = text.split(",").map((part) => part.trim());
  const bare = fields.map((field) => field.replace(/^-/, ""));
  flags.words("--order", bare.join(","), fieldsOf(model));
  return fields.map((field, at) => ({ by: bare[at]!, descending: field.startsWith("-") }));
}

/** Whether rows are chosen by a filter or a search. */
export function isFiltered(model: Model, input: ListingFlags): boolean {
  return (
    input.search !== undefined || filtersOf(model).some(({ flag }) => typedFor(input, flag) !== undefined)
  );
}

/** What a database still searches for. */
const LONGEST_SEARCH = 500;

/** An empty search would choose every row: of a script whose variable is empty, too. */
function checkSearch(flags: Flags, text: string | undefined): void {
  if (text?.trim() === "") flags.problem("--search is empty");
  if (text !== undefined && text.length > LONGEST_SEARCH)
    flags.problem(`--search has ${text.length} characters, and takes ${LONGEST_SEARCH}`);
}

export interface Listing {
  /** Looks up the people who are named. @throws ClassbookError not_found, usage: nobody or several are meant */
  select(database: Database): Promise<ModelSelection>;
  limit: number | null;
  page: number | null;
}

/** @throws ClassbookError usage: all that is wrong with the flags */
export function readListing(here: Shell, model: Model, input: ListingFlags): Listing {
  const flags = new Flags();
  const read: Read[] = [];
  for (const filter of filtersOf(model)) {
    const text = typedFor(input, filter.flag);
    const condition = text === undefined ? null : readFilter(here, flags, filter, text);
    if (condition !== null) read.push(condition);
  }
  checkSearch(flags, input.search);
  const order = readOrder(flags, model, input.order ?? model.order.join(","));
  const limit = flags.whole("--limit", input.limit, 1);
  const page = flags.whole("--page", input.page, 1);
  flags.done();
  return {
    limit,
    page,
    select: async (database) => {
      const where: Condition[] = [];
      for (const one of read) where.push(typeof one === "function" ? await one(database) : one);
      return { where, search: input.search ?? null, order, limit: null, offset: 0 };
    },
  };
}
