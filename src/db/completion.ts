/** A few rows by the beginning of their id or name, for completion: each query is bounded and goes along a key. */
import { sql } from "kysely";
import { BOOKING_TYPES } from "../domain/booking.ts";
import { quote } from "./ddl.ts";
import type { LogicalTable } from "./layout.ts";
import type { Database } from "./open.ts";

/** A word that can be typed, and what a person knows it by. */
export interface Choice {
  word: string;
  about: string;
}

interface IdKind {
  table: LogicalTable;
  /** Columns that say which one it is; those that this installation lacks are left out. */
  about: readonly string[];
  /** Whose it is, by username. */
  who: "student_user_id" | "teacher_id" | "user_id" | null;
}

/** What is named by an id, by the words of the command line. */
const BY_ID = {
  booking: { table: "live_class_booking", about: ["status", "start_at_utc"], who: "student_user_id" },
  session: { table: "live_class_session", about: ["title", "start_at_utc", "status"], who: null },
  slot: { table: "teacher_availability", about: ["slot_type"], who: "teacher_id" },
  policy: { table: "teacher_booking_policy", about: [], who: "teacher_id" },
  course: { table: "course", about: ["title"], who: null },
  teacher: { table: "teacher", about: [], who: "user_id" },
  account: { table: "app_user", about: ["username"], who: null },
  waitlist: { table: "session_waitlist", about: ["status"], who: "student_user_id" },
  series: { table: "booking_series", about: ["status", "frequency"], who: "student_user_id" },
  audit: { table: "booking_event", about: ["what", "subject"], who: null },
  run: { table: "legacy_run", about: ["status", "started_at"], who: null },
} as const satisfies Record<string, IdKind>;

export type IdName = keyof typeof BY_ID;

export function isIdName(name: string): name is IdName {
  return Object.hasOwn(BY_ID, name);
}

const MOST = 50;
/** Of rows that are looked through for a name, so many at most. */
const MOST_READ = 500;
const LONGEST_ID = 10;

interface Found {
  id: number;
  who: string | null;
  [column: string]: unknown;
}

/** What people ask about most: requests that wait, sessions to come. */
const FIRST: readonly unknown[] = ["pending", "scheduled"];

/** Ids that begin with these digits, the shortest first; without any, the newest. */
export async function listIds(database: Database, name: IdName, digits: string): Promise<Choice[]> {
  const { layout } = database;
  const kind: IdKind = BY_ID[name];
  if (!layout.has(kind.table, "id") || !/^\d*$/.test(digits) || digits.length > LONGEST_ID) return [];
  const about = kind.about.filter((column) => layout.has(kind.table, column));
  const rows = await (digits === "" ? newest : within)(database, kind, about, digits);
  const last = ({ status }: Found) => (FIRST.includes(status) ? 0 : 1);
  return rows
    .toSorted((a, b) => last(a) - last(b))
    .map((row) => ({
      word: String(row.id),
      about: [...about.map((column) => row[column]), row.who].filter((text) => text != null).join(" · "),
    }));
}

async function newest(database: Database, kind: IdKind, about: readonly string[]): Promise<Found[]> {
  const pending: Found[] = [];
  // Type by type, for that is how the index has them in order.
  for (const type of kind.table === "live_class_booking" ? BOOKING_TYPES : [])
    pending.push(
      ...(await select(
        database,
        kind,
        about,
        `t.booking_type = '${type}' and t.status = 'pending'`,
        "desc",
        MOST,
      )),
    );
  const all = await select(database, kind, about, "1 = 1", "desc", MOST);
  const known = new Set(pending.map(({ id }) => id));
  return [...pending.toSorted((a, b) => b.id - a.id), ...all.filter(({ id }) => !known.has(id))].slice(
    0,
    MOST,
  );
}

async function within(
  database: Database,
  kind: IdKind,
  about: readonly string[],
  digits: string,
): Promise<Found[]> {
  const found: Found[] = [];
  let [first, last] = [Number(digits), Number(digits)];
  for (let length = digits.length; length <= LONGEST_ID && found.length < MOST; length += 1) {
    const range = `t.id between ${first} and ${last}`;
    found.push(...(await select(database, kind, about, range, "asc", MOST - found.length)));
    [first, last] = [first * 10, last * 10 + 9];
  }
  return found;
}

/** @param condition of our own making, on the row `t` */
async function select(
  { layout, db }: Database,
  { table, who }: IdKind,
  about: readonly string[],
  condition: string,
  order: "asc" | "desc",
  most: number,
): Promise<Found[]> {
  const user = quote(layout.name("app_user"));
  const joins = {
    student_user_id: `left join ${user} u on u.id = t.student_user_id`,
    user_id: `left join ${user} u on u.id = t.user_id`,
    teacher_id: `left join ${quote(layout.name("teacher"))} p on p.id = t.teacher_id left join ${user} u on u.id = p.user_id`,
  };
  const { rows } = await sql
    .raw<Found>(
      `select ${["t.id", ...about.map((column) => `t.${quote(column)}`)].join(", ")}, ${who === null ? "null" : "u.username"} as who
       from ${quote(layout.name(table))} t ${who === null ? "" : joins[who]}
       where ${condition} order by t.id ${order} limit ${most}`,
    )
    .execute(db);
  return rows;
}

/** Usernames that begin with the text. */
export async function listUsernames({ layout, db }: Database, text: string): Promise<Choice[]> {
  if (!layout.has("app_user")) return [];
  const users = await db
    .selectFrom("app_user")
    .select(["id", "username"])
    .where("username", ">=", text)
    .orderBy("username")
    .limit(MOST_READ)
    .execute();
  return named(users, text, "user");
}

/** Usernames of teachers that begin with the text. */
export async function listTeachers({ layout, db }: Database, text: string): Promise<Choice[]> {
  if (!layout.has("app_user") || !layout.has("teacher")) return [];
  const teachers = await db
    .selectFrom("teacher")
    .innerJoin("app_user", "app_user.id", "teacher.user_id")
    .select(["teacher.id", "app_user.username"])
    .orderBy("teacher.id")
    .limit(MOST_READ)
    .execute();
  return named(teachers, text, "teacher");
}

function named(people: readonly { id: number; username: string }[], text: string, what: string): Choice[] {
  return people
    .filter(({ username }) => username.startsWith(text))
    .slice(0, MOST)
    .map(({ id, username }) => ({ word: username, about: `${what} ${id}` }));
}

/** Legacy rows that wait for a decision, as `booking:12`. */
export async function listOpenRows({ layout, db }: Database, text: string): Promise<Choice[]> {
  if (!layout.has("legacy_issue")) return [];
  const rows = await db
    .selectFrom("legacy_issue")
    .select(["source_table", "source_id", "code"])
    .where("status", "=", "open")
    .limit(MOST_READ)
    .execute();
  return rows
    .map(({ source_table, source_id, code }) => ({ word: `${source_table}:${source_id}`, about: code }))
    .filter(({ word }) => word.startsWith(text))
    .slice(0, MOST);
}
