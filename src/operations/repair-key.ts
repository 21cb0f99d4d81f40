/** Duplicates under a key that is to be unique: the best stays, and the constraint is made (LEGACY 2.7, SPEC 6). */
import { deleteRows } from "../db/bulk.ts";
import { type BookingKey, type KeyedBooking, listDuplicateBookings, needOf } from "../db/checks-key.ts";
import { listReferringTo, type Referring, readWholeRow } from "../db/deletion.ts";
import type { Database, Db } from "../db/open.ts";
import { deletePolicy, type ExcessPolicy, listExcessPolicies } from "../db/policy.ts";
import { findOrigins, isChangedSince, keepAside, type Origin, quarantineOrigin } from "../db/set-aside.ts";
import { dropOtherIndex, findKeyIndex } from "../db/unique-key.ts";
import { betterBooking } from "../domain/booking.ts";
import { issueOfOrigin, issueOfSetAside } from "../domain/set-aside.ts";
import { plural } from "../domain/spoken.ts";
import { type Context, record } from "./context.ts";
import type { Repair, Repairs } from "./repair.ts";
import { handOverInSeries, lockSeriesOf } from "./series-item.ts";

const DEFAULT_POLICY = "classbook_one_default_policy";

export const KEY_REPAIRS = {
  unique_group_booking: bookingRepair("unique_group_booking"),
  unique_one_on_one_booking: bookingRepair("unique_one_on_one_booking"),
  one_default_policy: {
    preview: async ({ database, db }, tell) => {
      for (const excess of await listExcessPolicies(database, db)) await tell(describeExcess(excess));
      await tell(`create the constraint ${DEFAULT_POLICY}`);
    },
    apply: async (context, tell) => {
      const { database, trx } = context;
      for (const excess of await listExcessPolicies(database, trx)) {
        const { row, kept } = excess;
        await deletePolicy(trx, row.id);
        await record(context, {
          what: "deleted",
          subject: "teacher_booking_policy",
          subject_id: row.id,
          from: { ...row },
          to: null,
          reason: `policy ${kept.id} is the teacher's default`,
        });
        await tell(describeExcess(excess));
      }
      await dropOtherIndex(database, trx, needOf(DEFAULT_POLICY));
      await tell(`create the constraint ${DEFAULT_POLICY}`);
    },
  },
} satisfies Repairs;

interface Losing {
  row: KeyedBooking;
  kept: KeyedBooking;
}

/** What is to be done about the duplicates of a key. */
interface Settlement {
  aside: Losing[];
  /** Rows of other tables name these: their groups stay as they are. */
  left: (Losing & { named: readonly Referring[] })[];
  /** Whether the constraint is not there, and can be made then. */
  makes: boolean;
}

/** The constraint itself is made by the schema's own repair, afterwards. */
function bookingRepair(check: BookingKey): Repair {
  return {
    preview: async ({ database, db }, tell) => {
      const { aside, left, makes } = await settle(database, db, check);
      for (const losing of aside) await tell(describe(losing));
      for (const losing of left) await tell(describeLeft(losing), "left");
      if (makes) await tell(`create the constraint ${check}`);
    },
    apply: async (context, tell) => {
      const { database, trx } = context;
      const { aside, left, makes } = await settle(database, trx, check);
      await lockSeriesOf(
        context,
        aside.flatMap(({ row, kept }) => [row.id, kept.id]),
      );
      const origins = await findOrigins(
        trx,
        aside.flatMap(({ row, kept }) => [row.id, kept.id]),
      );
      for (const losing of aside) {
        await setAside(context, losing, check, origins);
        await tell(describe(losing));
      }
      for (const losing of left) await tell(describeLeft(losing), "left");
      if (!makes) return;
      await dropOtherIndex(database, trx, needOf(check));
      await tell(`create the constraint ${check}`);
    },
  };
}

async function settle(database: Database, db: Db, check: BookingKey): Promise<Settlement> {
  const groups = new Map<string, KeyedBooking[]>();
  for (const row of await listDuplicateBookings(database, db, check)) {
    const group = groups.get(row.key);
    if (group === undefined) groups.set(row.key, [row]);
    else group.push(row);
  }
  const losing = [...groups.values()].map((group) => {
    const kept = group.reduce(betterBooking);
    return group.filter((row) => row.id !== kept.id).map((row): Losing => ({ row, kept }));
  });
  const named = await listReferringTo(database, db, {
    table: "live_class_booking",
    ids: losing.flat().map(({ row }) => row.id),
    apart: ["booking_series_item"],
  });
  const isFree = (group: readonly Losing[]) => group.every(({ row }) => !named.has(row.id));
  const stuck = losing.filter((group) => !isFree(group));
  return {
    aside: losing.filter(isFree).flat(),
    left: stuck
      .flat()
      .flatMap((one) => (named.has(one.row.id) ? [{ ...one, named: named.get(one.row.id)! }] : [])),
    makes: !stuck.some(isInTheWay) && (await findKeyIndex(database, db, needOf(check)))?.holds !== true,
  };
}

/** Whether an index would compare two of a group as equal: it knows nothing of spellings. */
function isInTheWay(group: readonly Losing[]): boolean {
  const starts = [...group.map(({ row }) => row.start), group[0]!.kept.start];
  return new Set(starts).size < starts.length;
}

function describe({ row, kept }: Losing): string {
  return `quarantine booking ${row.id} (${row.status}), keep ${kept.id} (${kept.status})`;
}

function describeLeft({ row, kept, named }: Settlement["left"][number]): string {
  const total = named.reduce((sum, { rows }) => sum + rows, 0);
  const rows = named.map(({ table, rows: n }) => `${plural(n, "row")} of ${table}`).join(" and ");
  return `leave booking ${row.id} (${row.status}) beside ${kept.id} (${kept.status}): ${rows} ${total === 1 ? "names" : "name"} it`;
}

/** The row goes into quarantine whole; what stays is named, and a migration takes it for what it is. */
async function setAside(
  context: Context,
  { row, kept }: Losing,
  check: BookingKey,
  origins: ReadonlyMap<number, Origin>,
): Promise<void> {
  const { database, trx } = context;
  const whole = (await readWholeRow(trx, "live_class_booking", row.id))!;
  const reason = `verify ${check}: booking ${kept.id} is kept`;
  const origin = origins.get(row.id);
  if (origin !== undefined) {
    const isChanged = await isChangedSince(trx, row.id, origin);
    const rival = { id: kept.id, origin: origins.get(kept.id) ?? null };
    const issue = issueOfOrigin(origin, { booking: row.id, isChanged, kept: rival });
    await quarantineOrigin(database, trx, origin, issue);
  }
  await keepAside(trx, { table: "live_class_booking", id: row.id, ...issueOfSetAside(kept.id), row: whole });
  await handOverInSeries(context, { from: row.id, to: kept.id, reason });
  await deleteRows(trx, "live_class_booking", [row.id]);
  await record(context, {
    what: "set_aside",
    subject: "live_class_booking",
    subject_id: row.id,
    from: whole,
    to: null,
    reason,
  });
}

/** The oldest stays; where another says something else, that is said. */
function describeExcess({ row, kept }: ExcessPolicy): string {
  const differing = Object.keys(row)
    .filter((column) => column !== "id" && row[column] !== kept[column])
    .map((column) => `${column} ${row[column]} instead of ${kept[column]}`);
  return `delete default policy ${row.id} of teacher ${row.teacher_id} (${differing.join(", ") || "the same"}), keep ${kept.id}`;
}
