/** `series create` at a terminal: asks for what was not typed, shows what the rules say of every date, and asks whether to book. */
import { findSlot } from "../../db/availability.ts";
import { listSlotsFor } from "../../db/booking-choice.ts";
import { findTeacher } from "../../db/booking-people.ts";
import type { Database } from "../../db/open.ts";
import { listCourseSessions } from "../../db/series-sessions.ts";
import type { Actor } from "../../domain/actor.ts";
import { notFound, refused } from "../../domain/error.ts";
import { parseDate, weekdayOf } from "../../domain/instant.ts";
import { type Ending, type Frequency, MOST_OCCURRENCES } from "../../domain/series.ts";
import { ruleWords } from "../../domain/series-text.ts";
import { plural } from "../../domain/spoken.ts";
import { localDateOf } from "../../domain/zone.ts";
import { timeOfDay } from "../../operations/series-plan.ts";
import { type Choice, makeAsker } from "../choose.ts";
import type { Shell } from "../shell.ts";
import { resolveSeries, type SeriesFlags, type TypedSeries } from "../typed-series.ts";
import { type Asking, askForCourse, chooseStudent, hasWords, left } from "./booking-ask.ts";
import { isRefused, previewScreen, tryOut } from "./series-preview.ts";

type Step = (asking: Asking, typed: TypedSeries, input: SeriesFlags) => Promise<TypedSeries | null>;

/**
 * The series with everything that was missing. Where nothing was missing nobody is asked anything.
 *
 * @returns null where the person left by Ctrl-C; the exit code is set, and it is said that nothing was changed
 * @throws ClassbookError refused `not_confirmed`; not_found where there is nothing to choose from
 */
export async function askForSeries(
  here: Shell,
  {
    database,
    actor,
    input,
    typed,
  }: { database: Database; actor: Actor; input: SeriesFlags; typed: TypedSeries },
): Promise<TypedSeries | null> {
  const asking: Asking = { here, database, actor, asker: makeAsker(here.stopping) };
  const steps: Step[] = [askForPlace, askForStudent, askForFrequency, askForEnding];
  let whole = typed;
  for (const step of steps) {
    const more = await step(asking, whole, input);
    if (more === null) return left(here);
    whole = more;
  }
  return whole === typed ? typed : confirm(asking, whole);
}

async function confirm(asking: Asking, whole: TypedSeries): Promise<TypedSeries | null> {
  const { here, database, actor, asker } = asking;
  const { row, screen } = await tryOut(here, {
    database,
    actor,
    asked: await resolveSeries(database, whole),
  });
  here.io.err(previewScreen(here, screen, whole));
  const free = screen.occurrences.length - (row.conflicts as number);
  if (free === 0) return whole; // Booking says why.
  const skips = isRefused(row, whole);
  const yes = await asker.yes(skips ? `Book the other ${free}?` : "Book them?");
  if (yes === null) return left(here);
  if (!yes) throw refused("not_confirmed", "not confirmed", "nothing was changed");
  return skips ? { ...whole, on_conflict: "skip" } : whole;
}

const askForPlace: Step = async (asking, typed) => {
  const { database } = asking;
  if (typed.slot !== null) {
    const slot = await findSlot(database, database.db, typed.slot);
    if (slot === null || slot.course_id !== null || typed.course !== null) return typed;
    const course = await askForCourse(asking);
    return course === null ? null : { ...typed, course };
  }
  if (typed.course !== null) return typed;
  const course = await askForCourse(asking);
  if (course === null) return null;
  const choices = [...(await slotChoices(asking, course)), ...(await sessionChoices(asking, course))];
  if (choices.length === 0)
    throw notFound(
      "nothing_to_book",
      `course ${course} has no recurring slot and no coming session`,
      "`classbook session list` and `classbook slot list` show what there is",
    );
  const chosen = await asking.asker.search("When", async (text) =>
    choices.filter(({ name }) => hasWords(name, text)),
  );
  return chosen && { ...typed, course, ...chosen, recurrence: { ...typed.recurrence, ...chosen.recurrence } };
};

type Place = Partial<TypedSeries>;

async function slotChoices({ database }: Asking, course: number): Promise<Choice<Place>[]> {
  const choices: Choice<Place>[] = [];
  for (const { id, when, teacher_id } of await listSlotsFor(database, database.db, course)) {
    if (when?.slot_type !== "recurring" || teacher_id === null) continue;
    const words = weekly([when.weekday], when);
    const teacher = await findTeacher(database, database.db, teacher_id);
    choices.push({ value: { slot: id }, name: `lessons with ${teacher?.name}, ${words}` });
  }
  return choices;
}

/** The course's coming sessions by teacher, weekday and time of day. */
async function sessionChoices({ here, database }: Asking, course: number): Promise<Choice<Place>[]> {
  const sessions = await listCourseSessions(database.db, {
    course,
    teacher: null,
    from: here.now(),
    until: null,
    limit: MOST_OCCURRENCES,
  });
  const found = new Map<string, { value: Place; words: string; sessions: number }>();
  for (const { teacher_id, start_at_utc, status } of sessions) {
    const teacher = await findTeacher(database, database.db, teacher_id);
    if (teacher === null || (status !== "scheduled" && status !== "booking_closed")) continue;
    const clock = { startsAt: timeOfDay(start_at_utc, teacher.timezone), zone: teacher.timezone };
    const days = [weekdayOf(localDateOf(start_at_utc, teacher.timezone))];
    const words = `classes with ${teacher.name}, ${weekly(days, clock)}`;
    const known = found.get(words);
    if (known !== undefined) known.sessions += 1;
    else {
      const recurrence = { frequency: "weekly" as const, interval: 1, days };
      const value = { teacher: String(teacher_id), startsAt: clock.startsAt, recurrence };
      found.set(words, { value, words, sessions: 1 });
    }
  }
  return [...found.values()].map(({ value, words, sessions: n }) => ({
    value,
    name: `${words} (${plural(n, "coming session")})`,
  }));
}

function weekly(days: number[], clock: { startsAt: number; zone: string }): string {
  return ruleWords({ frequency: "weekly", interval: 1, days }, { from: null, clock, ending: null });
}

const askForStudent: Step = async (asking, typed) => {
  if (typed.student !== null) return typed;
  const { database } = asking;
  const slot = typed.slot === null ? null : await findSlot(database, database.db, typed.slot);
  const student = await chooseStudent(asking, typed.course ?? slot?.course_id ?? null);
  return student === null ? null : { ...typed, student };
};

const OFTEN: Choice<Frequency>[] = [
  { value: "weekly", name: "every week" },
  { value: "biweekly", name: "every second week" },
  { value: "monthly", name: "every month, on the same day of the month" },
];

const askForFrequency: Step = async ({ asker }, typed, input) => {
  const said = [input.frequency, input.interval, input.days, input.rrule].some((flag) => flag !== undefined);
  // Whoever typed all the rest knows that weekly is what is meant.
  if (said || typed.ending !== null) return typed;
  const frequency = await asker.search("How often", async (text) =>
    OFTEN.filter(({ name }) => hasWords(name, text)),
  );
  if (frequency === null) return null;
  const days = frequency === "monthly" ? [] : typed.recurrence.days;
  return { ...typed, recurrence: { ...typed.recurrence, frequency, days } };
};

const askForEnding: Step = async ({ here, asker }, typed) => {
  if (typed.ending !== null) return typed;
  for (;;) {
    const text = await asker.text("How many, or until which date (2027-06-30)");
    if (text === null) return null;
    const ending = readEnding(text.trim());
    if (ending !== null) return { ...typed, ending };
    here.io.err(`A number from 1 to ${MOST_OCCURRENCES}, or a date such as 2027-06-30.\n`);
  }
};

function readEnding(text: string): Ending | null {
  const date = parseDate(text);
  if (date !== null) return { until_date: date };
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= MOST_OCCURRENCES ? { occurrence_count: count } : null;
}
