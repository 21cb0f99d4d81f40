/** A small school that is open for booking, on either engine and in either layout: made once, like new for each test. */
import { copyFileSync } from "node:fs";
import BetterSqlite3 from "better-sqlite3";
import pg from "pg";
import { afterAll } from "vitest";
import { djangoSchema } from "../../fixtures/django-schema.ts";
import type { Engine, LayoutKind } from "../../src/db/layout.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import { insertRow } from "../../src/db/rows.ts";
import { migrateSchema } from "../../src/db/schema.ts";
import { writing } from "../../src/db/transaction.ts";
import type { Actor } from "../../src/domain/actor.ts";
import type { Instant } from "../../src/domain/instant.ts";
import { type Context, look, operate } from "../../src/operations/context.ts";
import { ENGINES, query, type Scratch, scratch } from "./databases.ts";
import { rewind, rewindable } from "./rewind.ts";

/** The school's "now": a Friday morning. */
export const TODAY = "2026-11-20 09:00:00" as Instant;

export const KINDS: readonly { engine: Engine; layout: LayoutKind }[] = ENGINES.flatMap((engine) => [
  { engine, layout: "native" as const },
  { engine, layout: "django" as const },
]);

export const OPERATOR: Actor = { kind: "shell", name: "root" };

const actor = (id: number, username: string, teacherId: number | null, isStaff = false): Actor => ({
  kind: "user",
  id,
  username,
  teacherId,
  isStaff,
});

/** Who may act, by name. */
export const ACTORS = {
  shell: OPERATOR,
  paula: actor(1, "paula", null, true),
  tom: actor(2, "tom", 1),
  tina: actor(3, "tina", 2),
  ana: actor(11, "ana", null),
  ben: actor(12, "ben", null),
  cleo: actor(13, "cleo", null),
} as const;

/** Students 11 … 18, all enrolled in every course but hal, who is in none. */
export const STUDENTS = { ana: 11, ben: 12, cleo: 13, dan: 14, eva: 15, finn: 16, gus: 17, hal: 18 } as const;

/** Spanish takes group bookings, Talk lessons, Club both. */
export const COURSES = { spanish: 1, talk: 2, club: 3 } as const;

/** Tom lives in Madrid, Tina in New York. */
export const TEACHERS = { tom: 1, tina: 2 } as const;

/** morning: tom, 3 seats, Mon 1 Feb 2027 10:00 UTC. small: 1 seat. queued: 2 seats and a waitlist. evening: tina. */
export const SESSIONS = { morning: 1, small: 2, queued: 3, evening: 4 } as const;

/** tuesday: tom's Tuesdays 17:00–18:00 in Madrid, Talk. once: tom, Wed 3 Feb 2027 16:00–17:00 UTC. open: tina's Thursdays, any course. */
export const SLOTS = { tuesday: 1, once: 2, open: 3 } as const;

const session = (id: number, teacher: number, start: string, seats: number, waitlist = false) => ({
  id,
  course_id: COURSES.spanish,
  teacher_id: teacher,
  title: `Class ${id}`,
  description: "",
  scheduled_start: start,
  duration_minutes: 60,
  status: "scheduled",
  timezone_snapshot: teacher === 1 ? "Europe/Madrid" : "America/New_York",
  meeting_provider: "zoom",
  total_seats: seats,
  capacity: seats,
  max_attendees: seats,
  seats_taken: 0,
  enable_waitlist: waitlist,
  created_at: TODAY,
  updated_at: TODAY,
});

const slot = (id: number, teacher: number, course: number | null, when: Record<string, unknown>) => ({
  id,
  teacher_id: teacher,
  course_id: course,
  timezone: teacher === 1 ? "Europe/Madrid" : "America/New_York",
  is_active: true,
  is_blocked: false,
  blocked_reason: "",
  ...when,
});

const ROWS: [Parameters<typeof insertRow>[2], Record<string, unknown>[]][] = [
  [
    "app_user",
    [
      ...[
        [1, "paula"],
        [2, "tom"],
        [3, "tina"],
      ],
      ...Object.entries(STUDENTS).map(([name, id]) => [id, name]),
    ].map(([id, name]) => ({
      id,
      username: name,
      first_name: "",
      last_name: "",
      email: `${name}@school.example`,
      is_staff: id === 1,
      is_superuser: false,
      is_active: true,
      date_joined: TODAY,
    })),
  ],
  [
    "user_profile",
    [
      { id: 1, user_id: 2, role: "instructor", timezone: "Europe/Madrid" },
      { id: 2, user_id: 3, role: "instructor", timezone: "America/New_York" },
    ],
  ],
  [
    "teacher",
    [
      { id: 1, user_id: 2, is_approved: true },
      { id: 2, user_id: 3, is_approved: true },
    ],
  ],
  [
    "course",
    [
      {
        id: 1,
        title: "Spanish A2",
        slug: "spanish",
        status: "active",
        booking_type: "group_session",
        requires_booking_approval: false,
      },
      {
        id: 2,
        title: "Talk",
        slug: "talk",
        status: "active",
        booking_type: "one_on_one",
        requires_booking_approval: false,
      },
      {
        id: 3,
        title: "Club",
        slug: "club",
        status: "active",
        booking_type: "any",
        requires_booking_approval: false,
      },
    ],
  ],
  [
    "enrollment",
    Object.values(STUDENTS)
      .filter((id) => id !== STUDENTS.hal)
      .flatMap((user_id) => [1, 2, 3].map((course_id) => ({ user_id, course_id, status: "active" }))),
  ],
  [
    "live_class_session",
    [
      session(SESSIONS.morning, 1, "2027-02-01 10:00:00", 3),
      session(SESSIONS.small, 1, "2027-02-01 14:00:00", 1),
      session(SESSIONS.queued, 1, "2027-02-02 10:00:00", 2, true),
      session(SESSIONS.evening, 2, "2027-02-01 10:30:00", 3),
    ],
  ],
  [
    "teacher_availability",
    [
      slot(SLOTS.tuesday, 1, COURSES.talk, {
        slot_type: "recurring",
        day_of_week: 1,
        start_time: "17:00:00",
        end_time: "18:00:00",
      }),
      slot(SLOTS.once, 1, COURSES.talk, {
        slot_type: "one_time",
        start_datetime: "2027-02-03 16:00:00",
        end_datetime: "2027-02-03 17:00:00",
      }),
      slot(SLOTS.open, 2, null, {
        slot_type: "recurring",
        day_of_week: 3,
        start_time: "18:00:00",
        end_time: "19:00:00",
      }),
    ],
  ],
];

/** SQLite files to copy, by layout. */
const templates = new Map<LayoutKind, Promise<Scratch>>();

/** Schools on PostgreSQL that a test gave back, by layout, their rows as they were at first. */
const clean = new Map<LayoutKind, Scratch[]>();

afterAll(async () => {
  for (const template of templates.values()) await (await template).remove();
  for (const places of clean.values()) for (const place of places.splice(0)) await place.remove();
});

async function makeSchool(engine: Engine, layout: LayoutKind): Promise<Scratch> {
  const place = await scratch(engine);
  if (layout === "django") await createApp(place);
  const database = await openDatabase(place.address, { create: true });
  await migrateSchema(database, { now: TODAY });
  await writing(database, async (trx) => {
    for (const [table, rows] of ROWS) for (const row of rows) await insertRow(database, trx, table, row);
  });
  const { layout: found } = database;
  await database.close();
  // Ids were given by hand: the next ones follow them.
  if (engine === "postgres")
    for (const name of ROWS.map(([table]) => `"${found.name(table)}"`))
      await query(
        place,
        `select setval(pg_get_serial_sequence('${name}', 'id'), (select max(id) from ${name}))`,
      );
  return place;
}

async function createApp(place: Scratch): Promise<void> {
  const statements = djangoSchema({ engine: place.engine, generation: "D" });
  if (place.file !== null) {
    const sqlite = new BetterSqlite3(place.file);
    for (const statement of statements) sqlite.exec(statement);
    sqlite.close();
    return;
  }
  const client = new pg.Client(place.address);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** The school as a test has it. */
export interface Bookable {
  place: Scratch;
  database: Database;
  /** Runs one operation, by default as the operator of the shell, today. */
  run<T>(work: (context: Context) => Promise<T>, acting?: { actor?: Actor; now?: string }): Promise<T>;
  /** The looking part of one. */
  look<T>(work: (context: Context) => Promise<T>, acting?: { actor?: Actor; now?: string }): Promise<T>;
  /** Writes rows as a hand would, without rules; gives the last id. */
  put(table: Parameters<typeof insertRow>[2], ...rows: Record<string, unknown>[]): Promise<number>;
  remove(): Promise<void>;
}

/** Its own copy for each test on SQLite; on PostgreSQL the one that the test before gave back. */
async function placeFor(engine: Engine, layout: LayoutKind): Promise<Scratch> {
  if (engine === "sqlite") {
    if (!templates.has(layout)) templates.set(layout, makeSchool("sqlite", layout));
    const template = await templates.get(layout)!;
    const place = await scratch("sqlite");
    copyFileSync(template.file!, place.file!);
    return place;
  }
  if (!clean.has(layout)) clean.set(layout, []);
  const places = clean.get(layout)!;
  const school = places.pop() ?? (await rewindable(await makeSchool("postgres", layout)));
  return {
    ...school,
    remove: async () => {
      if (await rewind(school)) places.push(school);
      else await school.remove();
    },
  };
}

export async function makeBookable(engine: Engine, layout: LayoutKind): Promise<Bookable> {
  const place = await placeFor(engine, layout);
  const database = await openDatabase(place.address);
  const acting = ({ actor = OPERATOR, now = TODAY as string }: { actor?: Actor; now?: string } = {}) => ({
    actor,
    now: now as Instant,
    offerHours: 24,
  });
  return {
    place,
    database,
    run: (work, who) => operate(database, acting(who), work),
    look: (work, who) => look(database, acting(who), work),
    put: (table, ...rows) =>
      writing(database, async (trx) => {
        let id = 0;
        for (const row of rows) id = await insertRow(database, trx, table, row);
        return id;
      }),
    remove: async () => {
      await database.close();
      await place.remove();
    },
  };
}
