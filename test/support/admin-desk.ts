/** The admin's forms at hand in a school that is open for booking. */
import { addRow, deleteRow, editRow, runAction } from "../../src/admin/edit.ts";
import type { Value } from "../../src/admin/form.ts";
import type { ModelName } from "../../src/admin/model.ts";
import { modelNamed } from "../../src/admin/registry.ts";
import { ALL_EVENTS, listEvents } from "../../src/db/audit.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { type Bookable, type STUDENTS, TODAY } from "./bookable.ts";
import { contents, seat } from "./bookings.ts";
import { violationsIn } from "./verified.ts";

export type Given = Record<string, Value>;

export function adminDesk(school: Bookable) {
  const terms = (values: Given, ...overrides: string[]) => ({ values, overrides: new Set(overrides) });
  const add = (name: ModelName, values: Given, ...overrides: string[]) =>
    school.run((context) => addRow(context, modelNamed(name), terms(values, ...overrides)));
  const edit = (name: ModelName, id: number, values: Given, now: string = TODAY) =>
    school.run((context) => editRow(context, modelNamed(name), id, terms(values)), { now });
  const remove = (name: ModelName, id: number) =>
    school.run((context) => deleteRow(context, modelNamed(name), id));
  const act = (name: ModelName, action: string, id: number, values: Given = {}, now: string = TODAY) =>
    school.run((context) => runAction(context, modelNamed(name), { name: action }, id, terms(values)), {
      now,
    });
  const all = () => contents(school.database.db);
  const events = async (subject: string, id: number | null = null) =>
    (await listEvents(school.database, { ...ALL_EVENTS, subject, subject_id: id })).map(({ what }) => what);
  /** What `verify` finds. */
  const findings = async () => (await violationsIn(school)).map(({ check }) => check);
  const booked = async (...asked: Parameters<typeof seat>) =>
    (await school.run((context) => createBooking(context, seat(...asked)))).booking!.id;
  const waits = async (student: keyof typeof STUDENTS) =>
    (await school.run((context) => createBooking(context, seat(student, "queued")))).waitlist!.id;
  /** A full session with a queue: its bookings and its entry. */
  const full = async () => ({
    bookings: [await booked("ana", "queued"), await booked("ben", "queued")],
    entry: await waits("cleo"),
  });
  return { terms, add, edit, remove, act, all, events, findings, booked, waits, full };
}
