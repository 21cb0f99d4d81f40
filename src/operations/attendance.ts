/** Who came: attended and no-show (SPEC 3). */
import type { BookingRow } from "../db/booking.ts";
import { attendanceTime } from "../domain/booking-rules.ts";
import type { RuleCode } from "../domain/rules.ts";
import { loadForChange, requireRules, requireStep, take } from "./booking-change.ts";
import type { Context } from "./context.ts";

/** confirmed → attended or no_show, and between the two (SPEC 3). */
export async function markAttendance(
  context: Context,
  asked: { id: number; attended: boolean; overrides?: ReadonlySet<RuleCode> },
): Promise<BookingRow> {
  const { id, attended, overrides = new Set() } = asked;
  const step = attended ? "attend" : "no_show";
  const loaded = await loadForChange(context, id);
  requireStep(context, loaded, step, ["staff", "teacher"]);
  const { booking, teacher } = loaded;
  const rules = requireRules(
    context,
    `marking attendance of booking ${id}`,
    [attendanceTime(booking.start_at_utc, context.now, teacher.timezone)],
    overrides,
  );
  return take(context, step, booking, {}, { rules });
}
