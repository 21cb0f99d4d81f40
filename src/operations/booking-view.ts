/** Bookings as somebody may see them: staff all, a teacher and a student their own (SPEC 3, permission). */
import { ALL_EVENTS, type AuditEvent, listEvents } from "../db/audit.ts";
import { type BookingFilter, type BookingView, listBookings, viewBooking } from "../db/booking-list.ts";
import { actorName, isStaff, roleOver } from "../domain/actor.ts";
import { notFound, refused } from "../domain/error.ts";
import { type Context, inside } from "./context.ts";

/** Of the bookings that the filter names those that whoever looks has a part in. */
export async function listBookingsFor(context: Context, filter: BookingFilter): Promise<BookingView[]> {
  const { actor } = context;
  const partOf =
    actor.kind === "shell" || isStaff(actor) ? null : { student: actor.id, teacher: actor.teacherId };
  return listBookings(inside(context), { ...filter, partOf });
}

/** @throws ClassbookError not_found `no_such_booking`; refused `permission`: it is somebody else's */
export async function viewBookingFor(context: Context, id: number): Promise<BookingView> {
  const view = await viewBooking(inside(context), id);
  if (view === null)
    throw notFound("no_such_booking", `there is no booking ${id}`, "`classbook booking list` lists them");
  if (roleOver(context.actor, view) === null)
    throw refused(
      "permission",
      `${actorName(context.actor)} may not see booking ${id}`,
      "act as somebody else: --as USER",
    );
  return view;
}

/**
 * Everything that happened to a booking, in order; of one that is gone, staff still read it.
 *
 * @throws ClassbookError as viewBookingFor
 */
export async function listHistory(context: Context, id: number): Promise<AuditEvent[]> {
  const { actor } = context;
  const events = await listEvents(inside(context), {
    ...ALL_EVENTS,
    subject: "live_class_booking",
    subject_id: id,
  });
  const readsAll = actor.kind === "shell" || isStaff(actor);
  if (events.length === 0 || !readsAll) await viewBookingFor(context, id);
  return events;
}
