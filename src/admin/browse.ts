/** Looking at models: lists, single rows with what belongs to them, and all rows. For staff, as Django's admin is. */
import type { Cells, Condition, ModelSelection } from "../db/model.ts";
import {
  countModelRows,
  findModelRows,
  listModelRows,
  listModelRowsAfter,
  requireTable,
} from "../db/model-rows.ts";
import type { Database } from "../db/open.ts";
import { notFound } from "../domain/error.ts";
import { type Context, inside } from "../operations/context.ts";
import { requireStaff } from "../operations/permission.ts";
import type { Model, ModelName, Related } from "./model.ts";
import { MODELS, modelNamed, relatedOf } from "./registry.ts";

/** @throws ClassbookError refused `permission`; findings `missing_table` */
function open(context: Context, model: Model): Database {
  requireStaff(context.actor, "use the admin");
  const database = inside(context);
  requireTable(database, model);
  return database;
}

export interface ModelState {
  model: ModelName;
  /** As this database calls it. */
  table: string;
  /** Null where the table is not there. */
  rows: number | null;
  access: Model["access"];
  summary: string;
}

/** Every model with the number of its rows. @throws ClassbookError refused `permission` */
export async function listModels(context: Context): Promise<ModelState[]> {
  requireStaff(context.actor, "use the admin");
  const database = inside(context);
  const states: ModelState[] = [];
  for (const model of MODELS) {
    const has = database.layout.has(model.table, "id");
    states.push({
      model: model.name,
      table: database.layout.name(model.table),
      rows: has ? await countModelRows(database, model) : null,
      access: model.access,
      summary: model.summary,
    });
  }
  return states;
}

/** A page of rows. @throws ClassbookError refused `permission`; findings `missing_table` */
export async function listRows(context: Context, model: Model, selection: ModelSelection): Promise<Cells[]> {
  return listModelRows(open(context, model), model, selection);
}

/** How many rows a selection has, on all its pages. @throws as listRows */
export async function countRows(context: Context, model: Model, selection: ModelSelection): Promise<number> {
  return countModelRows(open(context, model), model, selection);
}

/** Rows that belong to a row: so many, and the first of them. */
export interface Inline {
  related: Related;
  model: Model;
  count: number;
  /** In the order of their model, at most MOST_INLINE. */
  rows: Cells[];
}

export interface ShownRow {
  /** Every column of the model and of the table, and the names. */
  cells: Cells;
  inlines: Inline[];
}

export const MOST_INLINE = 20;

export function noSuchRow({ name }: Model, id: number) {
  return notFound("no_such_row", `there is no ${name} ${id}`, `\`classbook admin ${name} list\` lists them`);
}

/** A row with what belongs to it. @throws ClassbookError not_found `no_such_row`; and as listRows */
export async function showRow(context: Context, model: Model, id: number): Promise<ShownRow> {
  const database = open(context, model);
  const [cells] = await findModelRows(database, model, [id]);
  if (cells === undefined) throw noSuchRow(model, id);
  return { cells, inlines: await inlinesOf(database, model, id) };
}

async function inlinesOf(database: Database, model: Model, id: number): Promise<Inline[]> {
  const inlines: Inline[] = [];
  for (const related of relatedOf(model)) {
    const other = modelNamed(related.model);
    if (!database.layout.has(other.table, related.by)) continue;
    const where: Condition[] = [{ column: related.by, is: "in", values: [id] }];
    if (related.also !== undefined)
      where.push({ column: related.also.column, is: "in", values: [related.also.value] });
    const selection = { where, search: null };
    const rows = await listModelRows(database, other, {
      ...selection,
      order: other.order.map((field) => ({
        by: field.replace(/^-/, ""),
        descending: field.startsWith("-"),
      })),
      limit: MOST_INLINE,
      offset: 0,
    });
    const count = rows.length < MOST_INLINE ? rows.length : await countModelRows(database, other, selection);
    inlines.push({ related, model: other, count, rows });
  }
  return inlines;
}

const PAGE = 2_000;

/** All rows of a selection in the order of their ids, a page at a time. @throws as listRows */
export async function* readAllRows(
  context: Context,
  model: Model,
  selection: Pick<ModelSelection, "where" | "search"> & { limit: number | null },
): AsyncGenerator<Cells[]> {
  const database = open(context, model);
  let left = selection.limit ?? Number.POSITIVE_INFINITY;
  let after: number | string | null = null;
  while (left > 0) {
    const limit = Math.min(PAGE, left);
    const rows: Cells[] = await listModelRowsAfter(database, model, selection, { after, limit });
    if (rows.length > 0) yield rows;
    if (rows.length < limit) return;
    after = rows.at(-1)!.id as number | string;
    left -= rows.length;
  }
}
