/** Ana's seat in the morning class more than once, and what `verify --fix` makes of that. */
import { expect } from "vitest";
import { CHECK_CODES, type CheckCode } from "../../src/db/checks.ts";
import { previewRepairs, repairInvariants } from "../../src/operations/verify-repair.ts";
import { type Bookable, OPERATOR, TODAY } from "./bookable.ts";
import { contents, type Row, seatRow } from "./bookings.ts";
import { query } from "./databases.ts";
import { byHand } from "./fault.ts";
import { violationsIn } from "./verified.ts";

export const KEY = "unique_group_booking";

const ACTING = { now: TODAY, offerHours: 24, actor: OPERATOR };

/** As often as rows are given, beside the constraint. */
export async function plantSeats(school: Bookable, ...rows: Row[]): Promise<void> {
  await byHand(school, `drop index ${KEY}`);
  await school.put("live_class_booking", ...rows.map((row, at) => seatRow("ana", { id: at + 1, ...row })));
}

/** What `--fix` shows, and does; what is left to people after `left:`. Where it says no repair, none is made. */
export async function fix(
  { database }: Bookable,
  checks: readonly CheckCode[] = CHECK_CODES,
): Promise<string[]> {
  const shown: string[] = [];
  const done: string[] = [];
  const told = (into: string[]) => (_: CheckCode, what: string, left?: "left") =>
    into.push(left === undefined ? what : `left: ${what}`);
  const before = await contents(database.db);
  const count = await previewRepairs(database, checks, ACTING, { onRepair: told(shown) });
  expect(await contents(database.db)).toEqual(before);
  expect(count).toBe(shown.filter((what) => !what.startsWith("left: ")).length);
  if (count === 0) return shown;
  await repairInvariants(database, checks, ACTING, { onRepair: told(done) });
  expect(done.toSorted()).toEqual(shown.toSorted());
  return done;
}

/** The ids of all bookings. */
export async function bookingsOf({ database, place }: Bookable): Promise<number[]> {
  const table = database.layout.name("live_class_booking");
  return (await query(place, `select id from "${table}" order by id`)).map(({ id }) => Number(id));
}

/** What `verify` finds: checks and how often. */
export async function found(school: Bookable, checks?: readonly CheckCode[]): Promise<[string, number][]> {
  return (await violationsIn(school, checks)).map(({ check, count }) => [check, count]);
}
