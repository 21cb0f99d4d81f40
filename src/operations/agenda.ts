/** A teacher's day, week, and what comes next (SPEC 3, "a teacher's day and week"). */
import { type AgendaWindow, courseTitles, listLessonsOf, listSessionsOf } from "../db/agenda.ts";
import { listSlotsOf } from "../db/availability.ts";
import { type AgendaItem, inOrder, openTimes, type Stretch } from "../domain/agenda.ts";
import type { Context } from "./context.ts";

/** The sessions and lessons that are not over, the next first. */
export async function nextOf(context: Context, teacher: number, limit: number): Promise<AgendaItem[]> {
  const taught = await taughtIn(context, teacher, { from: context.now, until: null, limit });
  return inOrder(taught).slice(0, limit);
}

/** Everything that touches a stretch of time, and the openings in it that are still to come. */
export async function agendaOf(context: Context, teacher: number, stretch: Stretch): Promise<AgendaItem[]> {
  const { database, trx, now } = context;
  const taught = await taughtIn(context, teacher, { ...stretch, limit: null });
  const open = openTimes(await listSlotsOf(database, trx, teacher), taught, stretch, now);
  const titles = await courseTitles(trx, [
    ...new Set(open.flatMap(({ slot }) => (slot.course_id === null ? [] : [slot.course_id]))),
  ]);
  return inOrder([
    ...taught,
    ...open.map(
      ({ slot, start_at_utc, end_at_utc }): AgendaItem => ({
        kind: "opening",
        id: slot.id,
        start_at_utc,
        end_at_utc,
        status: null,
        course_id: slot.course_id,
        course: slot.course_id === null ? null : (titles.get(slot.course_id) ?? null),
        title: null,
        student_user_id: null,
        student: null,
        capacity: null,
        taken: null,
        pending: null,
        waiting: null,
      }),
    ),
  ]);
}

async function taughtIn({ trx }: Context, teacher: number, window: AgendaWindow): Promise<AgendaItem[]> {
  return [...(await listSessionsOf(trx, teacher, window)), ...(await listLessonsOf(trx, teacher, window))];
}
