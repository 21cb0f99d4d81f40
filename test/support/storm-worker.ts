/**
 * One of many who book at once: `storm-worker ADDRESS SEED COUNT` opens the database and does COUNT operations drawn by
 * SEED. Says what became of them as JSON.
 */
import { openDatabase } from "../../src/db/open.ts";
import { ClassbookError } from "../../src/domain/error.ts";
import { addDays, type Instant, type LocalDate } from "../../src/domain/instant.ts";
import type { RuleCode } from "../../src/domain/rules.ts";
import { approveBooking, declineBooking } from "../../src/operations/approval.ts";
import { markAttendance } from "../../src/operations/attendance.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { cancelBooking } from "../../src/operations/cancellation.ts";
import { type Context, operate } from "../../src/operations/context.ts";
import { rescheduleBooking } from "../../src/operations/reschedule.ts";
import { acceptOffer, joinWaitlist, leaveWaitlist } from "../../src/operations/waitlist-entry.ts";
import { settleQueue } from "../../src/operations/waitlist-expire.ts";
import { promoteStudent } from "../../src/operations/waitlist-promote.ts";
import { drawing } from "./drawing.ts";

const [address, seed, count] = process.argv.slice(2);
const database = await openDatabase(address!);
const draw = drawing(Number(seed));

const ids = (rows: { id: number | null }[]) => [...new Set(rows.map(({ id }) => id!))];
const { db } = database;
const sessions = ids(await db.selectFrom("live_class_session").select("id").execute());
const students = ids(await db.selectFrom("enrollment").select("user_id as id").execute());
// The others ask which course is meant.
const slots = ids(
  await db.selectFrom("teacher_availability").select("id").where("course_id", "is not", null).execute(),
);

/** Three in four can still be changed: there the others are at work, too. */
async function someBooking(context: Context): Promise<number> {
  const bookings = context.trx.selectFrom("live_class_booking").select("id");
  const active = await bookings.where("status", "in", ["pending", "confirmed"]).execute();
  if (active.length > 0 && draw.below(4) > 0) return draw.of(active).id;
  const [newest] = await bookings.orderBy("id", "desc").limit(1).execute();
  return 1 + draw.below(newest?.id ?? 1);
}

const terms = () => ({
  student_user_id: draw.of(students),
  note: "",
  overrides: new Set<RuleCode>(),
  moved: null,
});
const seatIn = () => ({ session_id: draw.of(sessions) });
const opening = () => ({
  slot_id: draw.of(slots),
  date: draw.below(8) === 0 ? null : addDays("2027-02-02" as LocalDate, 7 * draw.below(12)),
  course_id: null,
});

async function someEntry({ trx }: Context): Promise<number> {
  const entries = await trx
    .selectFrom("session_waitlist")
    .select("id")
    .where("status", "in", ["waiting", "offered"])
    .execute();
  return entries.length === 0 ? 1 : draw.of(entries).id;
}

const OPERATIONS: [weight: number, (context: Context) => Promise<unknown>][] = [
  [6, (c) => createBooking(c, { ...terms(), ...seatIn(), seats: draw.below(4) === 0 ? 2 : 1 })],
  [3, (c) => createBooking(c, { ...terms(), ...opening(), seats: 1 })],
  [4, async (c) => cancelBooking(c, { id: await someBooking(c) })],
  [3, async (c) => approveBooking(c, { id: await someBooking(c) })],
  [1, async (c) => declineBooking(c, { id: await someBooking(c) })],
  [
    3,
    async (c) =>
      rescheduleBooking(c, { id: await someBooking(c), to: draw.below(2) === 0 ? seatIn() : opening() }),
  ],
  [
    2,
    async (c) =>
      markAttendance(c, {
        id: await someBooking(c),
        attended: draw.below(2) === 0,
        overrides: new Set<RuleCode>(draw.below(2) === 0 ? ["attendance-time"] : []),
      }),
  ],
  [2, (c) => joinWaitlist(c, { ...seatIn(), student_user_id: draw.of(students) })],
  [2, async (c) => acceptOffer(c, { id: await someEntry(c) })],
  [1, async (c) => leaveWaitlist(c, await someEntry(c))],
  [1, (c) => promoteStudent(c, { ...seatIn(), student_user_id: null })],
  [1, (c) => settleQueue(c, seatIn().session_id)],
];
const drawn = OPERATIONS.flatMap(([weight, work]) => Array.from({ length: weight }, () => work));

const acting = {
  now: "2026-11-20 09:00:00" as Instant,
  actor: { kind: "shell" as const, name: `storm${seed}` },
  offerHours: 24,
};
const result = { done: 0, refused: {} as Record<string, number>, errors: [] as string[] };
for (let n = 0; n < Number(count); n += 1) {
  const work = draw.of(drawn);
  try {
    await operate(database, acting, work);
    result.done += 1;
  } catch (error) {
    if (error instanceof ClassbookError && (error.kind === "refused" || error.kind === "not_found"))
      result.refused[error.code] = (result.refused[error.code] ?? 0) + 1;
    else result.errors.push(String(error));
  }
}
await database.close();
process.stdout.write(`${JSON.stringify(result)}\n`);
