/** Booking the occurrences of a series, each by the rules of a single booking (SPEC 5). */
import type { Teacher } from "../db/booking-people.ts";
import { roleOver } from "../domain/actor.ts";
import { type ClassbookError, refused } from "../domain/error.ts";
import type { Instant, LocalDate } from "../domain/instant.ts";
import { failures, OVERRIDABLE, type RuleCode, type RuleOutcome } from "../domain/rules.ts";
import type { Occurrence } from "../domain/series.ts";
import { localTime, plural, spokenDate } from "../domain/spoken.ts";
import { assessRequest, saveBooking } from "./booking.ts";
import { judgeLesson } from "./booking-lesson.ts";
import { type Assessment, permission, type RequestTerms } from "./booking-request.ts";
import type { Context } from "./context.ts";
import { refusalOf } from "./refusal.ts";
import { type OccurrencePlace, placesOf, type SeriesPattern } from "./series-pattern.ts";

/** What to do where an occurrence cannot be booked: nothing at all, or book the others. */
export const ON_CONFLICT = ["fail", "skip"] as const;
export type OnConflict = (typeof ON_CONFLICT)[number];

/** `no_session`: the course of a group series has none then. */
export type OccurrenceRule = Omit<RuleOutcome, "rule"> & { rule: RuleCode | "no_session" };

/** An occurrence that was asked for, and what came of it. */
export interface AskedOccurrence extends Occurrence {
  /** In the series; null where it is left out. */
  occurrence_index: number | null;
  /** Null where there is no session. */
  end_at_utc: Instant | null;
  session_id: number | null;
  slot_id: number | null;
  outcome: "confirmed" | "pending" | "refused";
  rules: OccurrenceRule[];
  /** Null where it was refused. */
  booking_id: number | null;
}

export interface SeriesTerms {
  student_user_id: number;
  note: string;
  overrides: ReadonlySet<RuleCode>;
  on_conflict: OnConflict;
  /** The index of the first. */
  first_index: number;
}

/**
 * Books what can be booked, in the order of time: a later occurrence sees the earlier ones. What the rules refuse is
 * left out and says why; {@link requireBooked} decides whether that may be. A full session's waitlist is no answer
 * for a series: that occurrence is refused.
 *
 * @throws ClassbookError not_found; refused `permission`
 */
export async function bookOccurrences(
  context: Context,
  pattern: SeriesPattern,
  occurrences: readonly Occurrence[],
  terms: SeriesTerms,
): Promise<AskedOccurrence[]> {
  requireMayBook(context, pattern, terms);
  const places = await placesOf(context, pattern, occurrences);
  const asked: AskedOccurrence[] = [];
  let index = terms.first_index;
  for (const [at, occurrence] of occurrences.entries()) {
    const one = await bookOccurrence(context, occurrence, places[at]!, terms);
    // All or nothing: the places of those that were refused are told as they would be.
    const counts = one.booking_id !== null || terms.on_conflict === "fail";
    asked.push({ ...one, occurrence_index: counts ? index : null });
    if (counts) index += 1;
  }
  return asked;
}

function requireMayBook(
  { actor }: Context,
  { teacher_id }: SeriesPattern,
  { student_user_id }: SeriesTerms,
): void {
  if (roleOver(actor, { teacher_id, student_user_id }) !== null) return;
  const { why } = permission(actor, { teacher_id, student_user_id }, `book for user ${student_user_id}`);
  throw refusalOf("the series", [{ rule: "permission", outcome: "fail", why }]);
}

async function bookOccurrence(
  context: Context,
  occurrence: Occurrence,
  place: OccurrencePlace,
  terms: SeriesTerms,
): Promise<Omit<AskedOccurrence, "occurrence_index">> {
  if (place.kind === "none")
    return {
      ...occurrence,
      end_at_utc: null,
      session_id: null,
      slot_id: null,
      outcome: "refused",
      rules: [{ rule: "no_session", outcome: "fail", why: place.why }],
      booking_id: null,
    };
  const assessment = await assess(context, place, terms);
  const { rules, outcome, draft } = assessment;
  const taken = outcome === "confirmed" || outcome === "pending";
  const booking = taken ? await saveBooking(context, assessment, null) : null;
  return {
    ...occurrence,
    end_at_utc: draft.end_at_utc,
    session_id: draft.session_id,
    slot_id: place.kind === "lesson" ? (place.place.slot?.id ?? null) : null,
    outcome: taken ? outcome : "refused",
    rules,
    booking_id: booking?.id ?? null,
  };
}

function assess(
  context: Context,
  place: Exclude<OccurrencePlace, { kind: "none" }>,
  { student_user_id, note, overrides }: SeriesTerms,
): Promise<Assessment> {
  const terms: RequestTerms = { student_user_id, seats: 1, note, overrides, moved: null };
  return place.kind === "lesson"
    ? judgeLesson(context, place.place, terms)
    : assessRequest(context, { ...terms, session_id: place.session_id });
}

/** Why an occurrence was not booked, for the record and for scripts. */
export interface Conflict {
  /** The place in what was asked for, from 1. */
  occurrence: number;
  date: LocalDate;
  start_at_utc: Instant;
  rules: string[];
  why: string;
}

export function conflictsOf(asked: readonly AskedOccurrence[], first: number): Conflict[] {
  return asked.flatMap(({ outcome, rules, date, start_at_utc }, at) => {
    if (outcome !== "refused") return [];
    const failed = failuresOf(rules);
    return [
      {
        occurrence: first + at,
        date,
        start_at_utc,
        rules: failed.map(({ rule }) => rule),
        why: failed.map(({ rule, why }) => `${why} (${rule})`).join("; "),
      },
    ];
  });
}

function failuresOf(rules: readonly OccurrenceRule[]): OccurrenceRule[] {
  return failures(rules as readonly RuleOutcome[]);
}

/**
 * All that was asked for was booked, or what could be where that was asked for.
 *
 * @param what what is refused: `the series`
 * @throws ClassbookError refused, named by the first rule that failed, with every conflict at once
 */
export function requireBooked(
  what: string,
  asked: readonly AskedOccurrence[],
  { on_conflict, first_index }: SeriesTerms,
  teacher: Teacher,
): void {
  const conflicts = conflictsOf(asked, first_index);
  const left = asked.length - conflicts.length;
  if (conflicts.length === 0 || (on_conflict === "skip" && left > 0)) return;
  throw seriesRefusal(what, asked, conflicts, teacher);
}

function seriesRefusal(
  what: string,
  asked: readonly AskedOccurrence[],
  conflicts: readonly Conflict[],
  teacher: Teacher,
): ClassbookError {
  const told = conflicts.map(
    ({ occurrence, start_at_utc, why }) =>
      `${occurrence} (${localTime(start_at_utc, teacher.timezone)}): ${why}`,
  );
  const [same] = conflicts.map(({ why }) => why);
  const alike = conflicts.length > 1 && conflicts.every(({ why }) => why === same);
  const days = conflicts.map(({ occurrence, date }) => `${occurrence} (${spokenDate(date)})`);
  const message = `${what} is refused: ${conflicts.length} of ${plural(asked.length, "occurrence")} cannot be booked: ${
    alike ? `${conflicts.length === asked.length ? "all" : days.join(", ")}: ${same}` : told.join("; ")
  }`;
  const left = asked.length - conflicts.length;
  const rules = [...new Set(conflicts.flatMap(({ rules: failed }) => failed))];
  const aside = rules.every((rule) => OVERRIDABLE.has(rule as RuleCode))
    ? `staff may set it aside: --override ${rules.join(",")}`
    : null;
  const skip = left > 0 ? `--on-conflict skip books the other ${left}` : null;
  const hint = [skip, aside].filter((part) => part !== null).join("; ");
  return refused(conflicts[0]!.rules[0]!, message, hint || "nothing was changed", { conflicts });
}
