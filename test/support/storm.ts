/** Many processes at once, and what must be true after them. */
import { spawn } from "node:child_process";
import type { CheckCode } from "../../src/db/checks.ts";
import type { LogicalTable } from "../../src/db/layout.ts";
import type { Bookable } from "./bookable.ts";
import { query } from "./databases.ts";
import { bundle } from "./processes.ts";
import { violationsIn } from "./verified.ts";

export interface StormResult {
  done: number;
  /** By code. */
  refused: Record<string, number>;
  /** What nobody may ever see: errors that are no refusal. */
  errors: string[];
}

/** @param count operations a worker */
export async function storm(
  address: string,
  { workers, count, seed = 1 }: { workers: number; count: number; seed?: number },
): Promise<StormResult> {
  const worker = bundle("storm-worker");
  try {
    const results = await Promise.all(
      Array.from({ length: workers }, (_, at) =>
        runWorker(worker.script, [address, String(seed + at), String(count)]),
      ),
    );
    const refused: Record<string, number> = {};
    for (const result of results)
      for (const [code, n] of Object.entries(result.refused)) refused[code] = (refused[code] ?? 0) + n;
    return {
      done: results.reduce((sum, { done }) => sum + done, 0),
      refused,
      errors: results.flatMap(({ errors }) => errors),
    };
  } finally {
    worker.remove();
  }
}

function runWorker(script: string, args: readonly string[]): Promise<StormResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      env: { PATH: process.env.PATH ?? "", TZ: "UTC" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(out) as StormResult);
      else reject(new Error(`a worker ended with ${code}: ${err}`));
    });
  });
}

const BUSY = "('pending', 'confirmed')";
const OFFERS = `(select count(*) from {session_waitlist} w where w.session_id = s.id and w.status = 'offered')`;
const held = (statuses: string) =>
  `(select coalesce(sum(b.seats_reserved), 0) from {live_class_booking} b where b.session_id = s.id and b.status in ${statuses})`;
const OPEN = `s.capacity - ${held("('confirmed', 'attended', 'pending')")} - ${OFFERS}`;
const ACTIVE = "('pending', 'confirmed', 'attended', 'no_show')";

/** Queries that find nothing while everything is in order; time stands still at the school's today. */
const NOTHING: Record<string, string> = {
  "seats_taken is the sum of the seats": `select s.id from {live_class_session} s where s.seats_taken <> ${held("('confirmed', 'attended')")}`,
  "no seat is held twice": `select s.id from {live_class_session} s where ${OPEN} < 0`,
  "no seat stands open beside a queue": `select s.id from {live_class_session} s
    where s.status = 'scheduled' and ${OPEN} > 0 and exists (select 1 from {session_waitlist} w where w.session_id = s.id and w.status = 'waiting'
      and exists (select 1 from {app_user} u where u.id = w.student_user_id and u.is_active) and not exists (select 1 from {live_class_booking} b where b.session_id = s.id and b.student_user_id = w.student_user_id and b.status in ${ACTIVE}))`,
  "a student is in one place at a time": `select a.id from {live_class_booking} a join {live_class_booking} b on a.student_user_id = b.student_user_id and a.id < b.id
    where a.status in ${BUSY} and b.status in ${BUSY} and a.start_at_utc < b.end_at_utc and b.start_at_utc < a.end_at_utc`,
  "a teacher gives one lesson at a time": `select a.id from {live_class_booking} a join {live_class_booking} b on a.teacher_id = b.teacher_id and a.id < b.id
    where a.booking_type = 'one_on_one' and b.booking_type = 'one_on_one' and a.status in ${BUSY} and b.status in ${BUSY}
      and a.start_at_utc < b.end_at_utc and b.start_at_utc < a.end_at_utc`,
  "a booking holds its key alone": `select min(id) as id from {live_class_booking}
    group by student_user_id, booking_type, coalesce(session_id, -teacher_id), start_at_utc having count(*) > 1`,
  "nobody waits twice": `select min(id) as id from {session_waitlist} group by session_id, student_user_id having count(*) > 1`,
  "who waits has no booking there": `select w.id from {session_waitlist} w join {live_class_booking} b
    on b.session_id = w.session_id and b.student_user_id = w.student_user_id where w.status in ('waiting', 'offered') and b.status in ${BUSY}`,
  "what was cancelled says when and why": `select id from {live_class_booking} where (status = 'cancelled') <> (cancelled_at is not null) or (status = 'cancelled') <> (cancel_reason <> '')`,
  "what was decided says when": `select id from {live_class_booking} where status = 'declined' and decision_at is null`,
};

/** What is not in order, by the sentence that is broken; empty where all is well. */
export async function disorder(school: Bookable): Promise<Record<string, unknown>> {
  const found = await unsettled(school);
  const broken = [
    ...(await brokenRecords(school, "live_class_booking")),
    ...(await brokenRecords(school, "session_waitlist")),
  ];
  if (broken.length > 0) found["the record leads step by step to what is there"] = broken;
  return found;
}

/** The same of the rows alone, whatever the record says. */
export async function unsettled(
  school: Bookable,
  { checks, now }: { checks?: readonly CheckCode[]; now?: string } = {},
): Promise<Record<string, unknown>> {
  const { database, place } = school;
  const found: Record<string, unknown> = {};
  for (const [sentence, text] of Object.entries(NOTHING)) {
    const rows = await query(
      place,
      text.replace(/\{(\w+)\}/g, (_, table) => `"${database.layout.name(table as LogicalTable)}"`),
    );
    if (rows.length > 0) found[sentence] = rows.map(({ id }) => id);
  }
  const violations = await violationsIn(school, checks, now);
  if (violations.length > 0) found.verify = violations;
  return found;
}

/** Rows whose events do not follow one another, or do not end where the row is. */
export async function brokenRecords(
  { database }: Bookable,
  table: "live_class_booking" | "session_waitlist",
): Promise<string[]> {
  const rows = await database.db.selectFrom(table).select(["id", "status"]).execute();
  const events = await database.db
    .selectFrom("booking_event")
    .select(["subject_id", "from_value", "to_value"])
    .where("subject", "=", table)
    .where("subject_id", "is not", null)
    .where("to_value", "is not", null)
    .$narrowType<{ subject_id: number }>()
    .orderBy("id")
    .execute();
  const reached = new Map<number, string | null>();
  const broken: string[] = [];
  for (const { subject_id: id, from_value: from, to_value: to } of events) {
    const was = from === null ? null : (JSON.parse(from).status as string);
    const known = reached.get(id);
    if (known !== undefined && known !== was) broken.push(`${table} ${id}: ${known}, then from ${was}`);
    reached.set(id, JSON.parse(to!).status as string);
  }
  for (const { id, status } of rows)
    if (reached.has(id) && reached.get(id) !== status)
      broken.push(`${table} ${id} is ${status}, the record says ${reached.get(id)}`);
  return broken;
}
