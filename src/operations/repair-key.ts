/** Duplicates under a key that is to be unique: the best stays, and the constraint is made (LEGACY 2.7, SPEC 6). */
import { readWholeBooking } from "../db/booking.ts";
import { deleteRows } from "../db/bulk.ts";
import { type BookingKey, type KeyedBooking, listDuplicateBookings } from "../db/checks-key.ts";
import { openIssue } from "../db/legacy.ts";
import { setIssueStatus } from "../db/legacy-issue.ts";
import { deletePolicy, type ExcessPolicy, listExcessPolicies } from "../db/policy.ts";
import { moveSeriesItem } from "../db/series-item.ts";
import { betterBooking } from "../domain/booking.ts";
import { type Context, record } from "./context.ts";
import type { Repair, Repairs } from "./repair.ts";

export const KEY_REPAIRS = {
  unique_group_booking: bookingRepair("unique_group_booking"),
  unique_one_on_one_booking: bookingRepair("unique_one_on_one_booking"),
  one_default_policy: {
    preview: async ({ database, db }, tell) => {
      for (const excess of await listExcessPolicies(database, db)) await tell(describeExcess(excess));
      await tell("create the constraint classbook_one_default_policy");
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
      await tell("create the constraint classbook_one_default_policy");
    },
  },
} satisfies Repairs;

interface Losing {
  row: KeyedBooking;
  kept: KeyedBooking;
}

function bookingRepair(check: BookingKey): Repair {
  const describe = ({ row, kept }: Losing) =>
    `quarantine booking ${row.id} (${row.status}), keep ${kept.id} (${kept.status})`;
  return {
    preview: async ({ database, db }, tell) => {
      for (const losing of losersOf(await listDuplicateBookings(database, db, check)))
        await tell(describe(losing));
      await tell(`create the constraint ${check}`);
    },
    apply: async (context, tell) => {
      const { database, trx } = context;
      for (const losing of losersOf(await listDuplicateBookings(database, trx, check))) {
        await setAside(context, losing, check);
        await tell(describe(losing));
      }
      await tell(`create the constraint ${check}`);
    },
  };
}

function losersOf(rows: readonly KeyedBooking[]): Losing[] {
  const groups = new Map<string, KeyedBooking[]>();
  for (const row of rows) {
    const group = groups.get(row.key);
    if (group === undefined) groups.set(row.key, [row]);
    else group.push(row);
  }
  return [...groups.values()].flatMap((group) => {
    const kept = group.reduce(betterBooking);
    return group.filter((row) => row.id !== kept.id).map((row) => ({ row, kept }));
  });
}

/** The row goes into quarantine whole; what stays is named. */
async function setAside(context: Context, { row, kept }: Losing, check: BookingKey): Promise<void> {
  const { database, trx } = context;
  const whole = await readWholeBooking(trx, row.id);
  await openIssue(trx, {
    source_table: "live_class_booking",
    source_id: row.id,
    code: "duplicate_booking",
    message: `booking ${kept.id} has the same student, place and time, and is kept`,
    source: JSON.stringify(whole),
    run_id: null,
  });
  await setIssueStatus(trx, "live_class_booking", [row.id], "skipped", "set aside by verify --fix");
  await moveSeriesItem(database, trx, row.id, kept.id);
  await deleteRows(trx, "live_class_booking", [row.id]);
  await record(context, {
    what: "set_aside",
    subject: "live_class_booking",
    subject_id: row.id,
    from: { status: row.status, ...whole },
    to: null,
    reason: `verify ${check}: booking ${kept.id} is kept`,
  });
}

/** The oldest stays; where another says something else, that is said. */
function describeExcess({ row, kept }: ExcessPolicy): string {
  const differing = Object.keys(row)
    .filter((column) => column !== "id" && row[column] !== kept[column])
    .map((column) => `${column} ${row[column]} instead of ${kept[column]}`);
  return `delete default policy ${row.id} of teacher ${row.teacher_id} (${differing.join(", ") || "the same"}), keep ${kept.id}`;
}
