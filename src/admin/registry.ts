/** Every model that the admin knows, and how people name it. */
import { APP_MODELS } from "../db/layout.ts";
import type { Model, ModelName, Related } from "./model.ts";
import { liveClassBooking, sessionWaitlist } from "./models/booking.ts";
import { bookingEvent } from "./models/event.ts";
import { booking, bookingReminder, oneOnOneBooking } from "./models/legacy.ts";
import { course, courseTeacher, enrollment, teacher, user, userProfile } from "./models/people.ts";
import { teacherBookingPolicy } from "./models/policy.ts";
import { bookingSeries, bookingSeriesItem } from "./models/series.ts";
import { liveClassSession, teacherAvailability } from "./models/session.ts";

/** In the order of the menu: what is edited, then what is looked at. */
export const MODELS: readonly Model[] = [
  liveClassBooking,
  teacherBookingPolicy,
  bookingSeries,
  bookingSeriesItem,
  sessionWaitlist,
  liveClassSession,
  teacherAvailability,
  booking,
  oneOnOneBooking,
  bookingReminder,
  user,
  userProfile,
  teacher,
  course,
  courseTeacher,
  enrollment,
  bookingEvent,
];

export function modelNamed(name: ModelName): Model {
  return MODELS.find((model) => model.name === name)!;
}

/** All inlines of a model: those that it declares, and its history. */
export function relatedOf({ name, table, related }: Model): readonly Related[] {
  if (name === "BookingEvent") return related;
  return [
    ...related,
    {
      key: "history",
      model: "BookingEvent",
      by: "subject_id",
      also: { column: "subject", value: table },
    },
  ];
}

/** Names that are neither the model's nor a table's of the native layout. */
const ALIASES: Record<string, ModelName> = {
  auth_user: "User",
  classbook_booking_event: "BookingEvent",
  audit: "BookingEvent",
};

/** The model that is meant: by its name, its table or the app's table, capitals or not. Null where there is none. */
export function findModel(typed: string): Model | null {
  const wanted = typed.toLowerCase();
  const alias = ALIASES[wanted];
  if (alias !== undefined) return modelNamed(alias);
  const byName = MODELS.find(({ name, table }) => name.toLowerCase() === wanted || table === wanted);
  if (byName !== undefined) return byName;
  // myApp_liveclassbooking, whatever the app's label.
  const inApp = wanted.slice(wanted.lastIndexOf("_") + 1);
  const found = MODELS.find(
    ({ table }) => Object.hasOwn(APP_MODELS, table) && APP_MODELS[table as keyof typeof APP_MODELS] === inApp,
  );
  return found ?? null;
}

/** The model whose name is the most like what was typed; null where none is like it. */
export function suggestModel(typed: string): ModelName | null {
  return suggestWord(
    typed.replaceAll("_", ""),
    MODELS.map(({ name }) => name),
  );
}

/** The word that is the most like what was typed, capitals or not; null where none is like it. */
export function suggestWord<T extends string>(typed: string, words: readonly T[]): T | null {
  const wanted = typed.toLowerCase();
  const near = words.flatMap((word) => {
    const distance = editDistance(wanted, word.toLowerCase());
    return distance <= Math.max(1, Math.floor(wanted.length / 3)) ? [{ word, distance }] : [];
  });
  return near.toSorted((a, b) => a.distance - b.distance)[0]?.word ?? null;
}

/** Letters to add, leave out or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (let at = 1; at <= to.length; at += 1)
      next.push(Math.min(next[at - 1]! + 1, row[at]! + 1, row[at - 1]! + (letter === to[at - 1] ? 0 : 1)));
    row = next;
  }
  return row[to.length]!;
}
