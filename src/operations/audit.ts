/** The record of what was done (SPEC 2, booking_event): for staff. */
import { ALL_EVENTS, type AuditEvent, type EventFilter, listEvents } from "../db/audit.ts";
import { notFound } from "../domain/error.ts";
import { type Context, inside } from "./context.ts";
import { requireStaff } from "./permission.ts";

/** @throws ClassbookError refused `permission` */
export async function listEventsFor(context: Context, filter: EventFilter): Promise<AuditEvent[]> {
  requireStaff(context.actor, "read the audit");
  return listEvents(inside(context), filter);
}

/** @throws ClassbookError refused `permission`; not_found `no_such_event` */
export async function viewEvent(context: Context, id: number): Promise<AuditEvent> {
  const [event] = await listEventsFor(context, { ...ALL_EVENTS, id });
  if (event === undefined)
    throw notFound("no_such_event", `there is no event ${id}`, "`classbook audit list` lists them");
  return event;
}
