/** Writing through the admin on the bookable school, and what came of it. */
import { addRow, deleteRow, editRow, runAction } from "../../src/admin/edit.ts";
import type { Value } from "../../src/admin/form.ts";
import type { ModelName } from "../../src/admin/model.ts";
import { modelNamed } from "../../src/admin/registry.ts";
import { ALL_EVENTS, listEvents } from "../../src/db/audit.ts";
import { createBooking } from "../../src/operations/booking.ts";
import { type Bookable, TODAY } from "./bookable.ts";
import { contents, type StudentName, seat } from "./bookings.ts";
import { violationsIn } from "./verified.ts";

export type Given = Record<string, Value>;

export const termsOf = (values: Given, ...overrides: string[]) => ({ values, overrides: new Set(overrides) });

/** @param school the one that a test has now */
export function adminOf(school: () => Bookable) {
  const booked = async (...asked: Parameters<typeof seat>) =>
    (await school().run((context) => createBooking(context, seat(...asked)))).booking!.id;
  const waits = async (student: StudentName) =>
    (await school().run((context) => createBooking(context, seat(student, "queued")))).waitlist!.id;
  return {
    booked,
    waits,
    /** A full session with a queue: its bookings and its entry. */
    full: async () => ({
      bookings: [await booked("ana", "queued"), await booked("ben", "queued")],
      entry: await waits("cleo"),
    }),
    add: (name: ModelName, values: Given, ...overrides: string[]) =>
      school().run((context) => addRow(context, modelNamed(name), termsOf(values, ...overrides))),
    edit: (name: ModelName, id: number, values: Given, now: string = TODAY) =>
      school().run((context) => editRow(context, modelNamed(name), id, termsOf(values)), { now }),
    remove: (name: ModelName, id: number) =>
      school().run((context) => deleteRow(context, modelNamed(name), id)),
    act: (name: ModelName, action: string, id: number, values: Given = {}, now: string = TODAY) =>
      school().run((context) => runAction(context, modelNamed(name), { name: action }, id, termsOf(values)), {
        now,
      }),
    all: () => contents(school().database.db),
    /** What was recorded of a row. */
    events: async (subject: string, id: number) =>
      (await listEvents(school().database, { ...ALL_EVENTS, subject, subject_id: id })).map(
        ({ what }) => what,
      ),
    /** What `verify` finds. */
    findings: async () => (await violationsIn(school())).map(({ check }) => check),
  };
}
