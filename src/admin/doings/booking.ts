/** Bookings: each step of a status and each move by its operation. */
import { listSlotsOf } from "../../db/availability.ts";
import { countLegacyOf } from "../../db/deletion.ts";
import { listItemRows } from "../../db/series-item.ts";
import { openingOn } from "../../domain/availability.ts";
import { type BookingStatus, CANCEL_REASONS, type CancelReason } from "../../domain/booking.ts";
import { refused, usageError } from "../../domain/error.ts";
import type { Instant, LocalDate } from "../../domain/instant.ts";
import { localTime } from "../../domain/spoken.ts";
import { localDateOf } from "../../domain/zone.ts";
import { approveBooking, declineBooking } from "../../operations/approval.ts";
import { markAttendance } from "../../operations/attendance.ts";
import { type BookingRequest, createBooking } from "../../operations/booking.ts";
import { deleteBooking, requireBookingUnused } from "../../operations/booking-deletion.ts";
import { changeNotes } from "../../operations/booking-notes.ts";
import type { RequestTerms } from "../../operations/booking-request.ts";
import { cancelBooking } from "../../operations/cancellation.ts";
import type { Context } from "../../operations/context.ts";
import { requireSound } from "../../operations/refusal.ts";
import { type NewPlace, rescheduleBooking } from "../../operations/reschedule.ts";
import { type Did, type Doing, given, idOf, noStep, rulesOf, textOf } from "../doing.ts";
import type { Terms } from "../form.ts";

type Values = Terms["values"];

async function add(context: Context, terms: Terms): Promise<Did> {
  const { values } = terms;
  requireSound(missing(values));
  const asked = await requestOf(context, values, {
    student_user_id: Number(values.student_user_id),
    seats: idOf(values.seats_reserved) ?? 1,
    note: textOf(values.student_note) ?? "",
    overrides: rulesOf(terms),
    moved: null,
  });
  const { outcome, booking, waitlist } = await createBooking(context, asked);
  if (booking === null)
    return {
      outcome: "waitlisted",
      model: "SessionWaitlist",
      id: waitlist!.id,
      remarks: [`the session is full: the student waits as number ${waitlist!.position}`],
    };
  const teacher_note = textOf(values.teacher_note);
  if (teacher_note !== null) await changeNotes(context, { id: booking.id, teacher_note });
  return {
    outcome: "added",
    id: booking.id,
    remarks: outcome === "pending" ? ["it waits for approval, as the policy asks"] : [],
  };
}

/** What is missing or too much for one booking. */
function missing(values: Values): string[] {
  const has = (name: string) => values[name] !== undefined;
  const ways = ["session_id", "slot_id", "start_at_utc"].filter(has);
  const problems: string[] = [];
  if (!has("student_user_id")) problems.push("--student is missing");
  if (ways.length === 0)
    problems.push("--session is missing, or --slot, or --teacher with --start-at-utc for a lesson");
  if (ways.length > 1) problems.push("--session, --slot and --start-at-utc exclude each other");
  if (has("start_at_utc") && !has("teacher_id")) problems.push("--start-at-utc goes with --teacher");
  if (has("teacher_id") && !has("start_at_utc"))
    problems.push("--teacher goes with --start-at-utc: of a session or a slot it follows");
  if (has("on") && !has("slot_id")) problems.push("--on goes with --slot");
  if (has("session_id") && has("course_id")) problems.push("--course follows from the session");
  if (!has("session_id") && (idOf(values.seats_reserved) ?? 1) > 1)
    problems.push("--seats-reserved: a lesson has one seat");
  return problems;
}

async function requestOf(context: Context, values: Values, terms: RequestTerms): Promise<BookingRequest> {
  const session_id = idOf(values.session_id);
  if (session_id !== null) return { ...terms, session_id };
  const course_id = idOf(values.course_id);
  const slot_id = idOf(values.slot_id);
  if (slot_id !== null) return { ...terms, slot_id, date: textOf(values.on) as LocalDate | null, course_id };
  const start = values.start_at_utc as Instant;
  return { ...terms, ...(await openingAt(context, Number(values.teacher_id), start, course_id)), course_id };
}

/** The slot of a teacher that offers a time; one that is offered now, and of the course, comes first. */
async function openingAt(
  { database, trx }: Context,
  teacher: number,
  start: Instant,
  course: number | null,
): Promise<{ slot_id: number; date: LocalDate }> {
  const slots = (await listSlotsOf(database, trx, teacher)).filter(
    ({ when, timezone, course_id }) =>
      when !== null &&
      openingOn(when, localDateOf(start, timezone), timezone)?.start_at_utc === start &&
      (course === null || course_id === null || course_id === course),
  );
  const slot = slots.find(({ is_active, is_blocked }) => is_active && !is_blocked) ?? slots[0];
  if (slot === undefined)
    throw refused(
      "availability",
      `teacher ${teacher} has no slot that begins ${localTime(start, "UTC")} (availability)`,
      `\`classbook slot openings --teacher ${teacher}\` shows what is offered`,
    );
  return { slot_id: slot.id, date: localDateOf(start, slot.timezone) };
}

async function edit(
  context: Context,
  id: number,
  terms: Terms,
  cells: Record<string, unknown>,
): Promise<Did> {
  const { values } = terms;
  const to = placeOf(values);
  const status = textOf(values.status) as BookingStatus | null;
  const reason = textOf(values.cancel_reason);
  requireSound([
    ...(to !== null && status !== null
      ? ["a booking that moves takes no other status: say one of both"]
      : []),
    ...(reason !== null && status !== "cancelled" ? [reasonProblem(id, cells)] : []),
    ...(values.session_id !== undefined && values.slot_id !== undefined
      ? ["--session and --slot exclude each other"]
      : []),
    ...(values.slot_id === undefined
      ? (["on", "course_id"] as const).flatMap((name) =>
          values[name] === undefined ? [] : [`${name === "on" ? "--on" : "--course"} goes with --slot`],
        )
      : []),
  ]);
  const notes = given<{ student_note: string; teacher_note: string }>(values, [
    "student_note",
    "teacher_note",
  ]);
  if (Object.keys(notes).length > 0) await changeNotes(context, { id, ...notes });
  if (to !== null) {
    const moved = await rescheduleBooking(context, { id, to, overrides: rulesOf(terms) });
    return {
      outcome: "moved",
      id: moved.booking.id,
      remarks: [`booking ${id} is rescheduled; booking ${moved.booking.id} took its place`],
    };
  }
  if (status !== null) await step(context, { id, status, reason, terms, from: cells.status });
  return { outcome: "changed", id };
}

/** A status that the booking has already is no step, and takes no reason. */
function reasonProblem(id: number, { status, cancel_reason }: Record<string, unknown>): string {
  if (status !== "cancelled") return "--cancel-reason goes with --status cancelled";
  const stays = cancel_reason === "" || cancel_reason === null ? "stays empty" : `stays ${cancel_reason}`;
  return `booking ${id} is cancelled already: its cancel_reason ${stays}`;
}

function placeOf(values: Values): NewPlace | null {
  const [session_id, slot_id] = [idOf(values.session_id), idOf(values.slot_id)];
  if (session_id !== null) return { session_id };
  if (slot_id === null) return null;
  return { slot_id, date: textOf(values.on) as LocalDate | null, course_id: idOf(values.course_id) };
}

async function step(
  context: Context,
  asked: { id: number; status: BookingStatus; reason: string | null; terms: Terms; from: unknown },
): Promise<void> {
  const { id, status, reason, terms, from } = asked;
  const overrides = rulesOf(terms);
  switch (status) {
    case "confirmed":
      await approveBooking(context, { id, overrides });
      return;
    case "declined":
      await declineBooking(context, { id });
      return;
    case "cancelled":
      await cancelBooking(context, { id, cancel_reason: reasonOf(reason), overrides });
      return;
    case "attended":
    case "no_show":
      await markAttendance(context, { id, attended: status === "attended", overrides });
      return;
    case "rescheduled":
      throw noStep("booking", id, from, status, "moving it does: --session ID, or --slot ID --on DATE");
    case "pending":
      throw noStep("booking", id, from, status, "what ended is booked again by adding it");
    default:
      status satisfies never;
  }
}

function reasonOf(text: string | null): CancelReason | null {
  const found = CANCEL_REASONS.find((word) => word === text) ?? null;
  if (text !== null && found === null)
    throw usageError("bad_input", `"${text}" is none of ${CANCEL_REASONS.join(", ")}`);
  return found;
}

const changed = (id: number): Did => ({ outcome: "changed", id });

function attendance(attended: boolean): Doing["actions"][string] {
  return async (context, id, terms) => {
    await markAttendance(context, { id, attended, overrides: rulesOf(terms) });
    return changed(id);
  };
}

export const bookings: Doing = {
  add,
  edit,
  deletion: async (context, id) => {
    const { database, trx } = context;
    await requireBookingUnused(context, id);
    const items = await listItemRows(trx, { booking_id: id });
    const legacy = await countLegacyOf(database, trx, { outcome: "migrated", id });
    return {
      goes: items.length === 0 ? [] : [{ model: "BookingSeriesItem", count: items.length }],
      notes: legacy === 0 ? [] : ["the legacy row that it came from is then reported as diverged"],
    };
  },
  remove: async (context, id) => {
    await deleteBooking(context, { id });
  },
  actions: {
    approve: async (context, id, terms) => {
      await approveBooking(context, { id, overrides: rulesOf(terms) });
      return changed(id);
    },
    decline: async (context, id, { values }) => {
      await declineBooking(context, { id, reason: textOf(values.reason) });
      return changed(id);
    },
    cancel: async (context, id, terms) => {
      const { reason, note } = terms.values;
      await cancelBooking(context, {
        id,
        cancel_reason: reasonOf(textOf(reason)),
        note: textOf(note),
        overrides: rulesOf(terms),
      });
      return changed(id);
    },
    attend: attendance(true),
    "no-show": attendance(false),
  },
};
