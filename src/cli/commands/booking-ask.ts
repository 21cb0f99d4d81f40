/** `booking create` at a terminal: asks for what was not typed, shows what the rules say, and asks whether to book. */
import { findSlot } from "../../db/availability.ts";
import { searchCourses, searchStudents } from "../../db/booking-choice.ts";
import type { Database } from "../../db/open.ts";
import { findSession } from "../../db/seats.ts";
import type { Actor } from "../../domain/actor.ts";
import { notFound, refused } from "../../domain/error.ts";
import { localSpan, plural } from "../../domain/spoken.ts";
import { assessRequest } from "../../operations/booking.ts";
import { listOffers, type Offer } from "../../operations/booking-choice.ts";
import { look } from "../../operations/context.ts";
import { actingFor } from "../batch.ts";
import { type Asker, makeAsker } from "../choose.ts";
import { SIGNAL_EXIT } from "../exit.ts";
import { assessmentScreen } from "../screens/booking.ts";
import type { Shell } from "../shell.ts";
import { resolveRequest, type TypedRequest } from "../typed-request.ts";

const MOST_FOUND = 30;

export interface Asking {
  here: Shell;
  database: Database;
  actor: Actor;
  asker: Asker;
}

/**
 * The request with everything that was missing. Where nothing was missing nobody is asked anything.
 *
 * @returns null where the person left by Ctrl-C; the exit code is set, and it is said that nothing was changed
 * @throws ClassbookError refused `not_confirmed`; not_found where there is nothing to choose from
 */
export async function askForMissing(
  here: Shell,
  { database, actor, typed }: { database: Database; actor: Actor; typed: TypedRequest },
): Promise<TypedRequest | null> {
  const asking: Asking = { here, database, actor, asker: makeAsker(here.stopping) };
  const whole = await askForPlace(asking, typed).then((placed) => placed && askForStudent(asking, placed));
  if (whole === null) return left(here);
  if (whole === typed) return typed;
  const assessment = await look(database, actingFor(here, actor), async (context) =>
    assessRequest(context, await resolveRequest(database, whole)),
  );
  here.io.err(assessmentScreen(here.output, assessment));
  if (assessment.outcome === "refused") return whole; // Booking says why.
  const yes = await asking.asker.yes(assessment.outcome === "waitlisted" ? "Join the waitlist?" : "Book it?");
  if (yes === null) return left(here);
  if (!yes) throw refused("not_confirmed", "not confirmed", "nothing was changed");
  return whole;
}

/** Whoever left is told that nothing was changed. */
export function left(here: Shell): null {
  here.say("Interrupted: nothing was changed.");
  here.exit(SIGNAL_EXIT.SIGINT);
  return null;
}

async function askForPlace(asking: Asking, typed: TypedRequest): Promise<TypedRequest | null> {
  const { database } = asking;
  if (typed.session !== null) return typed;
  if (typed.slot !== null) {
    if (typed.course !== null) return typed;
    const slot = await findSlot(database, database.db, typed.slot);
    if (slot === null || slot.course_id !== null) return typed;
    const course = await askForCourse(asking);
    return course === null ? null : { ...typed, course };
  }
  const course = typed.course ?? (await askForCourse(asking));
  return course === null ? null : askForOffer(asking, { ...typed, course });
}

/** Null where the person left. */
export async function askForCourse({ database, asker }: Asking): Promise<number | null> {
  return asker.search("Course", async (text) =>
    (await searchCourses(database, text, MOST_FOUND)).map(({ id, title }) => ({
      value: id,
      name: `${title} (course ${id})`,
    })),
  );
}

async function askForOffer(asking: Asking, typed: TypedRequest): Promise<TypedRequest | null> {
  const { here, database, actor, asker } = asking;
  const offers = await look(database, actingFor(here, actor), (context) =>
    listOffers(context, typed.course!),
  );
  if (offers.length === 0)
    throw notFound(
      "nothing_to_book",
      `course ${typed.course} has no coming session and no opening`,
      "`classbook session list` and `classbook slot list` show what there is",
    );
  const choices = offers.map((offer) => ({ value: offer, name: offerLine(offer, here.zone) }));
  const offer = await asker.search("Session or opening", async (text) =>
    choices.filter(({ name }) => hasWords(name, text)),
  );
  if (offer === null) return null;
  return offer.kind === "session"
    ? { ...typed, session: offer.session_id }
    : { ...typed, slot: offer.slot_id, date: offer.date };
}

/** Whether all words that were typed are in it, in any order. */
export function hasWords(name: string, typed: string): boolean {
  const words = typed.toLowerCase().split(/\s+/);
  return words.every((word) => name.toLowerCase().includes(word));
}

function offerLine(offer: Offer, zone: string): string {
  const when = localSpan(offer.start_at_utc, offer.end_at_utc, zone);
  if (offer.kind === "opening") return `${when}, lesson with ${offer.teacher}`;
  const seats = offer.open > 0 ? plural(offer.open, "seat") : offer.enable_waitlist ? "waitlist" : "full";
  return `${when}, ${offer.title} with ${offer.teacher}, ${seats}`;
}

async function askForStudent(asking: Asking, typed: TypedRequest): Promise<TypedRequest | null> {
  if (typed.student !== null) return typed;
  const student = await chooseStudent(asking, await courseOf(asking.database, typed));
  return student === null ? null : { ...typed, student };
}

/**
 * Who is a student books for nobody else. Those who are enrolled in the course come first.
 *
 * @param course null = none is known
 * @returns an id as text; null where the person left
 */
export async function chooseStudent(
  { database, actor, asker }: Asking,
  course: number | null,
): Promise<string | null> {
  if (actor.kind === "user" && !actor.isStaff && actor.teacherId === null) return String(actor.id);
  return asker.search("Student", async (text) =>
    (await searchStudents(database, text, { course, limit: MOST_FOUND })).map((user) => ({
      value: String(user.id),
      name: [
        user.username,
        `${user.first_name} ${user.last_name}`.trim(),
        user.email,
        ...(user.enrolled ? ["enrolled"] : []),
      ]
        .filter((part) => part !== "")
        .join(" · "),
    })),
  );
}

/** Whose enrolled students come first; null where that cannot be told. */
async function courseOf(database: Database, { session, slot, course }: TypedRequest): Promise<number | null> {
  if (session !== null) return (await findSession(database, database.db, session, false))?.course_id ?? null;
  return (
    course ?? (slot === null ? null : ((await findSlot(database, database.db, slot))?.course_id ?? null))
  );
}
