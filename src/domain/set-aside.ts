/** Bookings that give way to another of the same key, and the legacy rows that had become them (LEGACY 2.7). Pure. */

export type SetAsideCode = "already_booked" | "duplicate_booking" | "diverged";

interface LegacyRow {
  source_table: string;
  source_id: number;
}

const SAME = "has the same student, place and time";

/**
 * What a legacy row is quarantined as whose booking gives way: as a migration would have had it that found the other booking
 * there. Where somebody had changed its booking since, what it would be by itself nobody can say.
 *
 * @param kept the booking that stays, and the legacy row that it came from, if any
 */
export function issueOfOrigin(
  { source_table }: Pick<LegacyRow, "source_table">,
  {
    booking,
    isChanged,
    kept,
  }: { booking: number; isChanged: boolean; kept: { id: number; origin: LegacyRow | null } },
): { code: SetAsideCode; message: string } {
  if (isChanged)
    return {
      code: "diverged",
      message: `its booking ${booking} was set aside after it had been changed: booking ${kept.id} ${SAME}`,
    };
  return kept.origin?.source_table === source_table
    ? { code: "duplicate_booking", message: `${source_table} ${kept.origin.source_id} ${SAME}, and is kept` }
    : { code: "already_booked", message: `booking ${kept.id} of the unified table ${SAME}` };
}

/** What the booking itself is quarantined as. */
export function issueOfSetAside(kept: number): { code: SetAsideCode; message: string } {
  return { code: "duplicate_booking", message: `booking ${kept} ${SAME}, and is kept` };
}
