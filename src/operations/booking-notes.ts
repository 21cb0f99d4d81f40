/** The notes of a booking: what student and teacher wrote (SPEC 3). */
import { type BookingRow, updateNotes } from "../db/booking.ts";
import { unfitTexts } from "../db/rows.ts";
import { actorName, type Role } from "../domain/actor.ts";
import { refused } from "../domain/error.ts";
import { loadForChange } from "./booking-change.ts";
import { type Context, record } from "./context.ts";
import { requireSound } from "./refusal.ts";

type Notes = Partial<Pick<BookingRow, "student_note" | "teacher_note">>;

/** Whose note is whose; staff write both. */
const MAY: Record<keyof Notes, readonly Role[]> = {
  student_note: ["staff", "student"],
  teacher_note: ["staff", "teacher"],
};

/**
 * Writes the notes that are named, whatever the booking's status. Nothing to change is success.
 *
 * @throws ClassbookError not_found `no_such_booking`; usage `bad_input`: longer than the column; refused `permission`
 */
export async function changeNotes(
  context: Context,
  { id, ...notes }: Notes & { id: number },
): Promise<BookingRow> {
  const { database, trx, now, actor } = context;
  const { booking, role } = await loadForChange(context, id);
  const wanted = Object.entries(notes).filter(
    ([name, text]) => text !== undefined && booking[name as keyof Notes] !== text,
  ) as [keyof Notes, string][];
  for (const [name] of wanted)
    if (role === null || !MAY[name].includes(role))
      throw refused(
        "permission",
        `${actorName(actor)} may not write the ${name} of booking ${id}`,
        `${MAY[name].join(" or ")} may; act as somebody else: --as USER`,
      );
  const change = Object.fromEntries(wanted);
  requireSound(unfitTexts(database, "live_class_booking", change));
  if (wanted.length === 0) return booking;
  await updateNotes(database, trx, id, { ...change, updated_at: now });
  await record(context, {
    what: "updated",
    subject: "live_class_booking",
    subject_id: id,
    from: Object.fromEntries(wanted.map(([name]) => [name, booking[name]])),
    to: change,
  });
  return { ...booking, ...change, updated_at: now };
}
