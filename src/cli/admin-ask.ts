/** A form at a terminal: field by field, with search for what is referred to. */
import { listRows } from "../admin/browse.ts";
import type { Field, Value } from "../admin/form.ts";
import type { Model } from "../admin/model.ts";
import { MODELS } from "../admin/registry.ts";
import { type Cells, labelOf } from "../db/model.ts";
import { findModelRows } from "../db/model-rows.ts";
import type { Database } from "../db/open.ts";
import type { Actor } from "../domain/actor.ts";
import { look } from "../operations/context.ts";
import { type Read, readField } from "./admin-form.ts";
import { YES_NO } from "./admin-listing.ts";
import { actingFor } from "./batch.ts";
import { type Asker, type Choice, makeAsker } from "./choose.ts";
import { Flags } from "./flags.ts";
import { escapeControl } from "./output.ts";
import { printedRow } from "./screens/admin.ts";
import type { Shell } from "./shell.ts";

const MOST_FOUND = 20;

export interface FormAsking {
  here: Shell;
  database: Database;
  actor: Actor;
  asker: Asker;
}

export function askingIn(here: Shell, database: Database, actor: Actor): FormAsking {
  return { here, database, actor, asker: makeAsker(here.stopping) };
}

/** What somebody answered: a value, nothing, or that they left. */
export type Answer = { kind: "value"; value: Read } | { kind: "none" } | { kind: "left" };

const LEFT: Answer = { kind: "left" };

/**
 * Asks for the fields that are not filled and worth asking for.
 *
 * @param read what was typed; filled in
 * @returns false where the person left
 */
export async function askFields(
  asking: FormAsking,
  fields: readonly Field[],
  read: Record<string, Read>,
): Promise<boolean> {
  for (const field of fields) {
    const { name } = field.column;
    if (name in read || !field.asked(givenSoFar(read))) continue;
    const answer = await askField(asking, field, null);
    if (answer.kind === "left") return false;
    if (answer.kind === "value") read[name] = answer.value;
  }
  return true;
}

/** Who is asked about is looked up later: that there is an answer is all that matters to other fields. */
function givenSoFar(read: Record<string, Read>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(read).map(([key, value]) => [key, typeof value === "function" ? 0 : value]),
  );
}

/** What a row says in a field. */
export interface Now {
  /** For people. */
  printed: string;
  /** As it would be typed, to begin with; null where nobody types it so. */
  typed: string | null;
}

/**
 * Asks for one field.
 *
 * @param now null = a new row, whose fields may be left out where they are not needed
 */
export async function askField(asking: FormAsking, field: Field, now: Now | null): Promise<Answer> {
  const { column, emptied, needed } = field;
  const message = `${column.name}${now === null ? "" : ` (now ${now.printed})`}: ${field.about}`;
  const skip: Choice<Answer>[] =
    now === null && !needed ? [{ value: { kind: "none" }, name: "– leave it out" }] : [];
  const empty: Choice<Answer>[] = emptied && now !== null ? [{ value: answerOf(null), name: "none" }] : [];
  const words = column.kind === "flag" ? YES_NO : column.kind === "word" ? column.words! : null;
  if (words !== null) {
    const choices = words.map((word) => ({ value: parsed(asking, field, word)!, name: word }));
    return choose(asking.asker, message, [...skip, ...choices, ...empty]);
  }
  const model = column.kind === "reference" ? MODELS.find(({ table }) => table === column.to) : undefined;
  if (model !== undefined) {
    const found = await asking.asker.search<Answer>(message, async (text) => [
      ...(text === "" ? [...skip, ...empty] : []),
      ...(await rowsLike(asking, model, text)),
    ]);
    return found ?? LEFT;
  }
  for (let begun = now?.typed ?? ""; ; ) {
    const text = await asking.asker.text(message, begun);
    if (text === null) return LEFT;
    if (text === "" && now === null && !needed) return { kind: "none" };
    const answer = parsed(asking, field, text);
    if (answer !== null) return answer;
    begun = text;
  }
}

async function choose(asker: Asker, message: string, choices: Choice<Answer>[]): Promise<Answer> {
  const found = await asker.search<Answer>(message, async (text) =>
    choices.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase())),
  );
  return found ?? LEFT;
}

function answerOf(value: Read): Answer {
  return { kind: "value", value };
}

/** Null: it is said what is wrong. */
function parsed({ here }: FormAsking, field: Field, text: string): Answer | null {
  const flags = new Flags();
  const value = readField(here, flags, field, text);
  if (value !== undefined) return answerOf(value);
  try {
    flags.done();
  } catch (error) {
    here.io.err(`${escapeControl((error as Error).message)}\n`);
  }
  return null;
}

async function rowsLike(
  { here, database, actor }: FormAsking,
  model: Model,
  text: string,
): Promise<Choice<Answer>[]> {
  const order = model.order.map((field) => ({
    by: field.replace(/^-/, ""),
    descending: field.startsWith("-"),
  }));
  const search = text === "" || model.search.length === 0 ? null : text;
  const rows = await look(database, actingFor(here, actor), (context) =>
    listRows(context, model, { where: [], search, order, limit: MOST_FOUND, offset: 0 }),
  );
  return rows.map((cells) => ({ value: answerOf(Number(cells.id)), name: rowLine(here, model, cells) }));
}

const SAVE = "save";

/**
 * Asks which fields of a row are to be another, and what, until somebody saves.
 *
 * @param read what was given; filled in
 * @returns false where the person left
 */
export async function chooseFields(
  asking: FormAsking,
  { model, fields }: { model: Model; fields: readonly Field[] },
  id: number,
  read: Record<string, Read>,
): Promise<boolean> {
  const { here, database, asker } = asking;
  const [cells] = await findModelRows(database, model, [id]);
  if (cells === undefined) return true; // Editing says so.
  const row = printedRow({ ...here.output, format: "table" }, model, cells);
  const now = ({ column }: Field): Now => {
    const value = row[column.name];
    const label = labelOf(column);
    const named = label === null || row[label] == null ? "" : ` ${row[label]}`;
    const printed = value === undefined || value === null || value === "" ? "–" : `${value}${named}`;
    const given = read[column.name];
    return {
      printed,
      typed:
        typeof given === "string" || typeof given === "number"
          ? String(given)
          : typedText(column, cells[column.name]),
    };
  };
  for (;;) {
    const changed = Object.entries(read).map(([name, value]) => `${name} ${valueText(value)}`);
    const choices: Choice<Field | typeof SAVE>[] = [
      ...(changed.length === 0 ? [] : [{ value: SAVE, name: `${SAVE}: ${changed.join(", ")}` } as const]),
      ...fields
        .filter(
          ({ column, asked }) => column.name in read || asked({ ...cells, ...givenSoFar(read) } as never),
        )
        .map((field) => {
          const { name } = field.column;
          const { printed } = now(field);
          return {
            value: field,
            name: `${name}: ${name in read ? `${printed} → ${valueText(read[name]!)}` : printed}`,
          };
        }),
    ];
    const chosen = await asker.search(
      changed.length === 0 ? `Which field of ${model.one} ${id}` : "Which other field, or save",
      // The line that saves names fields, too: who types one of them means the field.
      async (text) =>
        choices.filter(({ value, name }) =>
          (value === SAVE ? SAVE : name.toLowerCase()).includes(text.toLowerCase()),
        ),
    );
    if (chosen === null) return false;
    if (chosen === SAVE) return true;
    const answer = await askField(asking, chosen, now(chosen));
    if (answer.kind === "left") return false;
    if (answer.kind === "value") read[chosen.column.name] = answer.value;
  }
}

/** Instants are printed as nobody types them, and a line takes no control characters. */
function typedText({ kind }: Field["column"], value: unknown): string | null {
  if (value === null || value === undefined || !["text", "whole", "date", "time"].includes(kind)) return null;
  const text = String(value);
  return text === "" || escapeControl(text) !== text ? null : text;
}

function valueText(value: Read): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "function" ? "…" : String(value);
}

/** A row in a line: the columns of its list. */
export function rowLine(here: Shell, model: Model, cells: Cells): string {
  const row = printedRow({ ...here.output, format: "table" }, model, cells);
  return model.shown
    .map((field) => row[field])
    .filter((value) => value !== null && value !== undefined && value !== "" && typeof value !== "boolean")
    .join(" · ");
}
