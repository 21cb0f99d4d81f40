/** Rows that lost their place to another (LEGACY 2.7), against what stands there. */
import type { SourceTable } from "../db/legacy-tables.ts";
import type { Db } from "../db/open.ts";
import type { Names } from "../db/reconcile-names.ts";
import { type Occupant, readOccupants, readTouched } from "../db/reconcile-rows.ts";
import type { ExpectedBooking } from "./rederive-facts.ts";
import { readStamp } from "./rederive-time.ts";
import type { Findings } from "./verify-findings.ts";

/** A row that is quarantined because of another, and the booking that it would have been. */
export interface Rival {
  id: number;
  /** already_booked or duplicate_booking */
  code: string;
  row: ExpectedBooking;
}

/** Best first. */
const RANKS = ["attended", "no_show", "confirmed", "pending", "rescheduled", "declined", "cancelled"];

/**
 * Holds each row against the booking at its key: the app's own, or a better legacy row's.
 *
 * @returns those at whose key nothing stands: rightly so where a better row's booking was deleted since
 */
export async function verifyRivals(
  names: Names,
  db: Db,
  table: SourceTable,
  rivals: readonly Rival[],
  findings: Findings,
): Promise<Rival[]> {
  if (rivals.length === 0) return [];
  const places = rivals.map(({ row }) => ({ student: row.student_user_id, place: placeOf(row) }));
  const byKey = new Map<string, Occupant[]>();
  for (const occupant of await readOccupants(names, db, table, places)) {
    // The app may have written the same instant in another form than ours.
    const start = readStamp(occupant.start_at_utc, "UTC");
    const key = `${occupant.student_user_id} ${occupant.place_id} ${start}`;
    byKey.set(key, [...(byKey.get(key) ?? []), occupant]);
  }
  const touched = await readTouched(
    names,
    db,
    "live_class_booking",
    [...byKey.values()].flat().map((occupant) => occupant.id),
  );
  const vacant: Rival[] = [];
  for (const rival of rivals) {
    const occupants = byKey.get(keyOf(rival.row));
    if (occupants === undefined) {
      vacant.push(rival);
      continue;
    }
    const wrong = whatIsWrong(table, rival, occupants, touched);
    if (wrong !== null) findings.add("duplicates", `${table} ${rival.id} is ${rival.code}, but ${wrong}`);
  }
  return vacant;
}

/** @param left keys of rows whose booking people changed or deleted since */
export function verifyVacant(
  table: SourceTable,
  vacant: readonly Rival[],
  left: ReadonlySet<string>,
  findings: Findings,
): void {
  for (const { id, code, row } of vacant)
    if (!left.has(keyOf(row)))
      findings.add(
        "duplicates",
        `${table} ${id} is ${code}, but nothing stands at its key: the rules give migrated (${row.status})`,
      );
}

export function keyOf(row: ExpectedBooking): string {
  return `${row.student_user_id} ${placeOf(row)} ${row.start_at_utc}`;
}

function placeOf(row: ExpectedBooking): number {
  return row.session_id ?? row.teacher_id;
}

/** Null where the row rightly gave way. What somebody changed since is not ranked: it was another row then. */
function whatIsWrong(
  table: SourceTable,
  rival: Rival,
  occupants: readonly Occupant[],
  touched: ReadonlySet<number>,
): string | null {
  const apps = occupants.find((occupant) => occupant.source_id === null);
  if (rival.code === "already_booked") {
    const moved = occupants.some(({ id, outcome }) => touched.has(id) || outcome === "quarantined");
    return apps !== undefined || moved
      ? null
      : `live_class_booking ${occupants[0]!.id} at its key came from ${occupants[0]!.source_table} ${occupants[0]!.source_id}: the rules give duplicate_booking`;
  }
  const winner = occupants.find(
    (occupant) => occupant.source_table === table && occupant.source_id !== rival.id,
  );
  if (apps !== undefined || winner === undefined)
    return `live_class_booking ${(apps ?? occupants[0]!).id} at its key is the app's own: the rules give already_booked`;
  if (touched.has(winner.id) || beats(winner, rival)) return null;
  return `${table} ${winner.source_id}, which has its place, ranks lower (${winner.status}, ${winner.created_at} against ${rival.row.status}, ${rival.row.created_at})`;
}

function beats(winner: Occupant, { id, row }: Rival): boolean {
  const rank = RANKS.indexOf(winner.status) - RANKS.indexOf(row.status);
  if (rank !== 0) return rank < 0;
  if (winner.created_at !== row.created_at) return winner.created_at < row.created_at;
  return winner.source_id! < id;
}
