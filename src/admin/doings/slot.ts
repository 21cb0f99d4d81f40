/** Slots: made, changed, blocked and deleted by the operations of availability. */
import type { DraftWhen } from "../../domain/availability-draft.ts";
import { usageError } from "../../domain/error.ts";
import { type Instant, type LocalDate, parseTimeOfDay } from "../../domain/instant.ts";
import { plural } from "../../domain/spoken.ts";
import {
  blockSlot,
  createSlot,
  deleteSlot,
  requireSlotUnused,
  requireTeacher,
  type SlotRule,
  unblockSlot,
  viewSlot,
} from "../../operations/availability.ts";
import { type SlotChange, updateSlot } from "../../operations/availability-update.ts";
import type { Context } from "../../operations/context.ts";
import { requireSound } from "../../operations/refusal.ts";
import { type Did, type Doing, given, idOf, textOf } from "../doing.ts";
import type { Terms } from "../form.ts";

const WEEKLY = ["day_of_week", "start_time", "end_time"] as const;
const ONCE = ["start_datetime", "end_datetime"] as const;

const FIELDS = [
  "course_id",
  ...WEEKLY,
  "valid_from",
  "valid_until",
  ...ONCE,
  "timezone",
  "is_active",
] as const satisfies readonly (keyof SlotChange)[];

function flagOf(name: string): string {
  return `--${name.replaceAll("_", "-")}`;
}

async function add(context: Context, { values, overrides }: Terms): Promise<Did> {
  const weekly = values.slot_type === "recurring";
  const [wanted, foreign] = weekly ? [WEEKLY, ONCE] : [ONCE, [...WEEKLY, "valid_from", "valid_until"]];
  requireSound([
    ...["teacher_id", "slot_type"]
      .filter((name) => values[name] === undefined)
      .map((name) => `${flagOf(name).replace(/-id$/, "")} is missing`),
    ...(values.slot_type === undefined
      ? []
      : wanted.filter((name) => values[name] === undefined).map((name) => `${flagOf(name)} is missing`)),
    ...(values.slot_type === undefined
      ? []
      : foreign
          .filter((name) => values[name] !== undefined)
          .map((name) => `${flagOf(name)}: a ${values.slot_type} slot has none`)),
  ]);
  const teacher = await requireTeacher(context, Number(values.teacher_id));
  const slot = await createSlot(context, {
    teacher_id: teacher.id,
    course_id: idOf(values.course_id),
    timezone: textOf(values.timezone) ?? teacher.timezone,
    when: weekly ? weeklyOf(values) : onceOf(values),
    overrides: overrides as ReadonlySet<SlotRule>,
  });
  return { outcome: "added", id: slot.id };
}

function weeklyOf(values: Terms["values"]): DraftWhen {
  return {
    slot_type: "recurring",
    weekday: idOf(values.day_of_week),
    startsAt: parseTimeOfDay(String(values.start_time)),
    endsAt: parseTimeOfDay(String(values.end_time)),
    from: textOf(values.valid_from) as LocalDate | null,
    until: textOf(values.valid_until) as LocalDate | null,
  };
}

function onceOf(values: Terms["values"]): DraftWhen {
  return {
    slot_type: "one_time",
    start: textOf(values.start_datetime) as Instant | null,
    end: textOf(values.end_datetime) as Instant | null,
  };
}

async function edit(
  context: Context,
  id: number,
  { values, overrides }: Terms,
  cells: Record<string, unknown>,
): Promise<Did> {
  const reason = textOf(values.blocked_reason);
  const blocked = values.is_blocked ?? cells.is_blocked;
  if (reason !== null && reason !== "" && blocked !== true)
    throw usageError(
      "bad_input",
      "--blocked-reason goes with a slot that is blocked",
      "--is-blocked yes blocks it",
    );
  const fields = given<SlotChange>(values, FIELDS);
  if (Object.keys(fields).length > 0)
    await updateSlot(context, { id, ...fields, overrides: overrides as ReadonlySet<SlotRule> });
  if (values.is_blocked === false) await unblockSlot(context, { id });
  else if (values.is_blocked === true || (reason !== null && blocked === true))
    await blockSlot(context, { id, reason: reason ?? String(cells.blocked_reason ?? "") });
  return { outcome: "changed", id };
}

export const slots: Doing = {
  add,
  edit,
  deletion: async (context, id) => {
    const { length } = await requireSlotUnused(context, id);
    const stay = `${plural(length, "lesson")} ahead ${length === 1 ? "stays" : "stay"} booked`;
    return { goes: [], notes: length === 0 ? [] : [stay] };
  },
  remove: async (context, id) => {
    await deleteSlot(context, { id });
  },
  actions: {
    block: async (context, id, { values }) => {
      const reason = textOf(values.reason) ?? "";
      const { is_blocked, blocked_reason } = await viewSlot(context, id);
      if (is_blocked && blocked_reason === reason) return { outcome: "unchanged", id };
      await blockSlot(context, { id, reason });
      return { outcome: "changed", id };
    },
    unblock: async (context, id) => {
      if (!(await viewSlot(context, id)).is_blocked) return { outcome: "unchanged", id };
      await unblockSlot(context, { id });
      return { outcome: "changed", id };
    },
  },
};
