/** Small Django databases of every generation, on both engines, and what the old app goes on writing into them. */
import { tableName } from "../../fixtures/django-schema.ts";
import { type Generation, type Row, tablesOf } from "../../fixtures/django-tables.ts";
import { type WriteGeneratedOptions, writePostgres, writeSqlite } from "../../fixtures/generate.ts";
import type { Engine } from "../../src/db/layout.ts";
import { query, type Scratch, scratch } from "./databases.ts";

/** An installation's shape: its generation, and how it drifted. */
export interface Shape {
  name: string;
  generation: Generation;
  options?: Partial<WriteGeneratedOptions>;
}

export const GENERATIONS: readonly Generation[] = ["A", "B", "C", "D"];

/** Every shape of the wild that the schema migrations meet. */
export const SHAPES: readonly Shape[] = [
  ...GENERATIONS.map((generation) => ({ name: `generation ${generation}`, generation })),
  { name: "lower-case names", generation: "B", options: { lowerCase: true } },
  { name: "another app label", generation: "D", options: { appLabel: "academy_online" } },
  { name: "no one_on_one table", generation: "D", options: { omit: ["one_on_one_booking"] } },
];

/** A small database of the shape that both engines can hold. */
export async function makeDjango(engine: Engine, shape: Omit<Shape, "name">): Promise<Scratch> {
  const database = await scratch(engine);
  const options: WriteGeneratedOptions = {
    generation: shape.generation,
    group: 30,
    oneOnOne: 15,
    unified: 8,
    danglingReferences: false,
    unreadable: false,
    ...shape.options,
  };
  if (database.file !== null) writeSqlite(database.file, options);
  else await writePostgres(database.address, options);
  return database;
}

/** The physical name of a logical table in an installation of that shape. */
export function physical(shape: Omit<Shape, "name">, logical: string): string {
  return tableName(tablesOf(shape.generation).get(logical)!, shape.options ?? {});
}

/**
 * Inserts a row as the old app does: its INSERT names every column of its own model, and no other.
 *
 * @returns the new id
 */
export async function appInserts(
  database: Scratch,
  shape: Omit<Shape, "name">,
  logical: string,
  row: Row,
): Promise<number> {
  const fields = tablesOf(shape.generation)
    .get(logical)!
    .fields.filter((field) => field.name !== "id");
  const values = fields.map((field) => {
    const value = row[field.name] ?? field.fallback;
    return typeof value === "boolean" && database.engine === "sqlite" ? Number(value) : value;
  });
  const [created] = await query(
    database,
    `INSERT INTO "${physical(shape, logical)}" (${fields.map((field) => `"${field.name}"`).join(", ")})
     VALUES (${fields.map(() => "?").join(", ")}) RETURNING "id"`,
    values as (string | number | null)[],
  );
  return Number(created!.id);
}
