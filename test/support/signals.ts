/** Migrated databases of both layouts, and plain SQL in them as the old app or a hand in psql writes it. */
import type { Generation } from "../../fixtures/django-tables.ts";
import { openDatabase } from "../../src/db/open.ts";
import { migrateSchema } from "../../src/db/schema.ts";
import { query, type Scratch, scratch } from "./databases.ts";
import { appInserts, makeDjango } from "./django.ts";
import { NOW } from "./migration.ts";

export type World = "native" | Generation;

type Cells = Record<string, string | number | null>;

/** A migrated database with users 1–3, teacher 1 and course 1. */
export interface Signals {
  place: Scratch;
  world: World;
  session: string;
  booking: string;
  /** Whether the sessions have the column. */
  has(column: string): boolean;
  addSession(cells?: Cells): Promise<number>;
  addBooking(cells: Cells): Promise<number>;
  /** One statement, parameters as `?`. */
  run(statement: string, params?: (string | number | null)[]): Promise<void>;
  /** A session's columns; instants as canonical text on both engines. */
  readSession(id: number, columns: readonly string[]): Promise<Cells>;
}

/** Cells that a booking must have in every layout. */
const BOOKING: Cells = {
  booking_type: "group_session",
  course_id: 1,
  teacher_id: 1,
  student_user_id: 1,
  start_at_utc: "2027-02-01 10:00:00",
  end_at_utc: "2027-02-01 11:00:00",
  status: "confirmed",
  seats_reserved: 1,
  student_note: "",
  teacher_note: "",
  cancel_reason: "",
  created_at: "2027-01-01 09:00:00",
  updated_at: "2027-01-01 09:00:00",
};

/** In PostgreSQL an instant needs its zone said. */
function typed(place: Scratch, column: string, value: string | number | null): string | number | null {
  if (place.engine === "sqlite" || typeof value !== "string") return value;
  return /_(at|at_utc|start|end)$/.test(column) && /\d$/.test(value) && !/[+-]\d\d:\d\d$/.test(value)
    ? `${value}+00`
    : value;
}

async function insert(place: Scratch, table: string, cells: Cells): Promise<number> {
  const columns = Object.keys(cells);
  const [row] = await query(
    place,
    `insert into "${table}" (${columns.map((c) => `"${c}"`).join(", ")}) values (${columns.map(() => "?").join(", ")}) returning id`,
    columns.map((column) => typed(place, column, cells[column]!)),
  );
  return Number(row!.id);
}

async function makeNative(place: Scratch): Promise<void> {
  for (const name of ["ana", "ben", "cleo"]) await insert(place, "app_user", { username: name });
  await insert(place, "teacher", { user_id: 3 });
  await insert(place, "course", { title: "Spanish A2" });
}

/** A new migrated database of the layout; generations A to D are a Django app's. */
export async function makeSignals(engine: Scratch["engine"], world: World): Promise<Signals> {
  const shape = world === "native" ? null : { generation: world };
  const place = shape === null ? await scratch(engine) : await makeDjango(engine, shape);
  const database = await openDatabase(place.address, { create: true });
  try {
    await migrateSchema(database, { now: NOW });
    if (shape === null) await makeNative(place);
    const { layout } = database;
    const [session, booking] = [layout.name("live_class_session"), layout.name("live_class_booking")];
    const columns = layout.table("live_class_session")!.columns;
    const base: Cells = {
      course_id: 1,
      teacher_id: 1,
      title: "Lesson",
      scheduled_start: "2027-02-01 10:00:00",
    };
    const stamps = (cells: Cells) =>
      Object.fromEntries(Object.entries(cells).map(([name, value]) => [name, typed(place, name, value)]));
    return {
      place,
      world,
      session,
      booking,
      has: (column) => columns.has(column),
      addSession: (cells = {}) =>
        shape === null
          ? insert(place, session, { ...base, ...cells })
          : appInserts(place, shape, "live_class_session", stamps({ ...base, ...cells })),
      addBooking: (cells) => insert(place, booking, { ...BOOKING, ...cells }),
      run: async (statement, params = []) => void (await query(place, statement, params)),
      readSession: async (id, names) => {
        const list = names.map((name) =>
          engine === "postgres" && columns.get(name)!.type.startsWith("timestamp")
            ? `to_char("${name}" at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') as "${name}"`
            : `"${name}"`,
        );
        const [row] = await query(place, `select ${list.join(", ")} from "${session}" where id = ?`, [id]);
        return Object.fromEntries(
          Object.entries(row!).map(([name, value]) => [
            name,
            typeof value === "string"
              ? /^\d+$/.test(value)
                ? Number(value)
                : value.replace(/\.000000$/, "")
              : value,
          ]),
        ) as Cells;
      },
    };
  } finally {
    await database.close();
  }
}
