/** Where and with whom sessions were before they were changed. */

import { readValues } from "./audit.ts";
import { inParts } from "./legacy.ts";
import type { Database, Db } from "./open.ts";
import type { BookingPlace } from "./session-edit.ts";

/** What of a session its bookings repeat. */
export type PastPlace = Partial<Omit<BookingPlace, "id">>;

const PLACE = ["course_id", "teacher_id", "start_at_utc", "end_at_utc"] as const;

/** What the changes of sessions replaced, by session, the newest first. */
export async function listPastPlaces(
  { layout }: Pick<Database, "layout">,
  db: Db,
  sessions: readonly number[],
): Promise<Map<number, PastPlace[]>> {
  const found = new Map<number, PastPlace[]>();
  if (!layout.has("booking_event")) return found;
  const rows = await inParts([...new Set(sessions)], (part) =>
    db
      .selectFrom("booking_event")
      .select(["subject_id", "from_value"])
      .where("subject", "=", "live_class_session")
      .where("subject_id", "in", part)
      .where("what", "=", "updated")
      .orderBy("id", "desc")
      .execute(),
  );
  for (const { subject_id, from_value } of rows) {
    const from = (from_value === null ? null : readValues(from_value)) as Record<string, unknown> | null;
    const place = PLACE.filter((column) => from?.[column] !== undefined && from[column] !== null);
    if (place.length === 0) continue;
    const places = found.get(subject_id!) ?? [];
    places.push(Object.fromEntries(place.map((column) => [column, from![column]])) as PastPlace);
    found.set(subject_id!, places);
  }
  return found;
}
