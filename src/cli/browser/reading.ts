/** What the browser reads: a page of a list, how many rows it has, a row with what belongs to it. Each read by itself. */

import { countRows, type Inline, listRows, showRow } from "../../admin/browse.ts";
import type { Model } from "../../admin/model.ts";
import { MODELS, modelNamed } from "../../admin/registry.ts";
import type { Cells, ColumnKind } from "../../db/model.ts";
import type { Database } from "../../db/open.ts";
import type { Actor } from "../../domain/actor.ts";
import { type Context, inside, look } from "../../operations/context.ts";
import { listingFlags, readListing } from "../admin-listing.ts";
import { actingFor } from "../batch.ts";
import type { OutputOptions } from "../output.ts";
import { inlineColumns, inlineFlags, rowFields, tableCells } from "../screens/admin.ts";
import { momentOf } from "../screens/audit.ts";
import type { Shell } from "../shell.ts";
import type { Size } from "../terminal.ts";
import {
  type Column,
  type ListView,
  pageOf,
  type RowPart,
  type RowView,
  type Target,
  type View,
} from "./views.ts";

export interface Reading {
  here: Shell;
  database: Database;
  actor: Actor;
}

/** Looks at the database as who acts, now. */
export function looking<T>(
  { here, database, actor }: Reading,
  work: (context: Context) => Promise<T>,
): Promise<T> {
  return look(database, actingFor(here, actor), work);
}

/** For people, whatever the output's format would be. */
function forPerson({ output }: Shell): OutputOptions {
  return { ...output, format: "table", zone: output.zone };
}

/** A row in some of its fields; moments without weekday and zone, which stands below the list. */
export function cellsOf(
  here: Shell,
  model: Model,
  row: Cells,
  fields: readonly string[] = model.shown,
): string[] {
  return tableCells(forPerson(here), model, row, fields, (at) => momentOf(at, here.zone));
}

const WHOLE: readonly ColumnKind[] = [
  "id",
  "reference",
  "flag",
  "whole",
  "instant",
  "app-time",
  "date",
  "time",
];

/** A number or a moment that is cut says something else; a name or a text does not. */
function columnsOf(model: Model, fields: readonly string[]): Column[] {
  return fields.map((name) => {
    const kind = model.columns.find((column) => column.name === name)?.kind;
    return { name, isWhole: kind !== undefined && WHOLE.includes(kind) };
  });
}

/** A view as the database has it now. @throws as readList, readRow */
export async function readView(reading: Reading, view: View, size: Size): Promise<View> {
  switch (view.kind) {
    case "menu":
      return view;
    case "list":
      return readList(reading, view, size);
    case "row":
      return readRow(reading, view);
    default:
      return view satisfies never;
  }
}

/** The list with the rows of its page. Of a list that has become shorter, the last page. @throws as listRows, readListing */
async function readList(reading: Reading, view: ListView, size: Size): Promise<ListView> {
  const model = modelNamed(view.model);
  const { select } = readListing(reading.here, model, listingFlags(view.typed));
  const page = pageOf(size);
  return looking(reading, async (context) => {
    const selection = await select(inside(context));
    let { offset } = view;
    let rows = await listRows(context, model, { ...selection, limit: page + 1, offset });
    if (rows.length === 0 && offset > 0) {
      const total = await countRows(context, model, selection);
      offset = total === 0 ? 0 : Math.floor((total - 1) / page) * page;
      rows = await listRows(context, model, { ...selection, limit: page + 1, offset });
    }
    const more = rows.length > page;
    const shown = rows.slice(0, page);
    return {
      ...view,
      columns: columnsOf(model, model.shown),
      rows: shown.map((row) => ({ id: Number(row.id), cells: cellsOf(reading.here, model, row) })),
      offset,
      cursor: Math.max(0, Math.min(view.cursor, shown.length - 1)),
      more,
      total: more ? view.total : offset + shown.length,
      stale: false,
    };
  });
}

/** How many rows the list has on all its pages. @throws as readList */
export async function countList(reading: Reading, view: ListView): Promise<number> {
  const model = modelNamed(view.model);
  const { select } = readListing(reading.here, model, listingFlags(view.typed));
  return looking(reading, async (context) => countRows(context, model, await select(inside(context))));
}

/** @throws ClassbookError not_found: the row is not there any more */
async function readRow(reading: Reading, view: RowView): Promise<RowView> {
  const model = modelNamed(view.model);
  const output = forPerson(reading.here);
  const { cells, inlines } = await looking(reading, (context) => showRow(context, model, view.id));
  const fields: RowPart = {
    title: "",
    target: null,
    columns: null,
    lines: rowFields(output, model, cells).map(({ name, value }) => ({
      cells: [name, value],
      target: namedBy(model, cells, name),
    })),
    note: null,
  };
  const related = inlines.map((inline) => relatedPart(reading.here, inline, view.id));
  return { ...view, parts: [fields, ...related], stale: false };
}

/** The row that a reference names. */
function namedBy(model: Model, cells: Cells, name: string): Target | null {
  const column = model.columns.find((one) => one.name === name);
  const id = cells[name];
  if (model.name === "BookingEvent" && name === "subject_id") return rowOfTable(cells.subject, id);
  if (column?.kind !== "reference" || typeof id !== "number") return null;
  return rowOfTable(column.to, id);
}

function rowOfTable(table: unknown, id: unknown): Target | null {
  const model = MODELS.find((one) => one.table === table);
  return model === undefined || typeof id !== "number" ? null : { to: "row", model: model.name, id };
}

function relatedPart(here: Shell, inline: Inline, id: number): RowPart {
  const { related, model, count, rows } = inline;
  const fields = inlineColumns(inline);
  return {
    title: `${related.key} (${model.name}): ${count.toLocaleString("en")}`,
    target: { to: "list", model: model.name, typed: inlineFlags(inline, id) },
    columns: columnsOf(model, fields),
    lines: rows.map((row) => ({
      cells: cellsOf(here, model, row, fields),
      target: { to: "row", model: model.name, id: Number(row.id) },
    })),
    note: rows.length < count ? `the first ${rows.length}; Enter: all of them` : null,
  };
}
