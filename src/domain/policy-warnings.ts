/** What contradicts itself in a teacher's policies: pointed out, not refused. Pure. */
import { nextOpening, openingsBetween, type Slot } from "./availability.ts";
import { addMinutes, type Instant, splitInstant } from "./instant.ts";
import { type ApprovalFallback, type Policy, type PolicyTerms, policyInForce, termsFor } from "./policy.ts";
import { plural } from "./spoken.ts";

/** More are a mistyped number: beyond it instants leave the calendar. */
export const LONGEST_HOURS = 366 * 24;
export const LONGEST_BUFFER = 24 * 60;

const HOURS = ["min_notice_hours", "cancel_window_hours"] as const;
const MINUTES = ["buffer_before_minutes", "buffer_after_minutes"] as const;

/** What is wrong with values that were given, or that SQLite keeps whatever the column: text, fractions. */
export function termProblems(terms: Partial<PolicyTerms>): string[] {
  const problems: string[] = [];
  const check = (name: keyof PolicyTerms, most: number) => {
    const value: unknown = terms[name];
    if (value === undefined || (value === null && name === "max_bookings_per_day")) return; // No limit.
    if (typeof value !== "number" || !Number.isInteger(value))
      problems.push(
        `${name} ${typeof value === "string" ? JSON.stringify(value) : value} is not a whole number`,
      );
    else if (value < 0) problems.push(`${name} ${value} is less than 0`);
    else if (value > most) problems.push(`${name} ${value} is more than ${most}`);
  };
  for (const name of HOURS) check(name, LONGEST_HOURS);
  for (const name of MINUTES) check(name, LONGEST_BUFFER);
  check("max_bookings_per_day", 1_000);
  return problems;
}

export interface PolicyFacts {
  /** All of the teacher, as they are now. */
  policies: readonly Policy[];
  /** The one that was set. */
  id: number;
  slots: readonly Slot[];
  /** What course_teacher and course say of approval. */
  fallback: ApprovalFallback;
  now: Instant;
}

/** `no_lessons`, `notice`: nothing can be booked. */
export type PolicyRemarkCode =
  | "several_defaults"
  | "looser"
  | "no_lessons"
  | "approval"
  | "notice"
  | "tight_slots";

export interface PolicyRemark {
  code: PolicyRemarkCode;
  text: string;
}

/** A sentence each. */
export function policyWarnings(facts: PolicyFacts): string[] {
  return policyRemarks(facts).map(({ text }) => text);
}

/** The same, each with its code. */
export function policyRemarks({ policies, id, slots, fallback, now }: PolicyFacts): PolicyRemark[] {
  const policy = policies.find((one) => one.id === id)!;
  const sorted = policies.toSorted((a, b) => a.id - b.id);
  const defaults = sorted.filter(({ course_id }) => course_id === null);
  const [standard] = defaults;
  const remarks: PolicyRemark[] = [];
  const remark = (code: PolicyRemarkCode, text: string) => remarks.push({ code, text });
  if (defaults.length > 1) {
    const others = defaults.slice(1).map((one) => one.id);
    remark(
      "several_defaults",
      `teacher ${policy.teacher_id} has ${defaults.length} default policies: ${defaults.map((one) => one.id).join(", ")}; policy ${standard!.id} counts. Delete the others: classbook policy delete ${others.join(" ")}`,
    );
  }
  const compared = policy.course_id === null ? sorted.filter((one) => one.course_id !== null) : [policy];
  if (standard !== undefined)
    for (const own of compared) {
      const looser = looserTerms(own, standard);
      if (looser.length > 0)
        remark(
          "looser",
          `policy ${own.id} (course ${own.course_id}) is looser than the default policy ${standard.id}: ${looser.join(", ")}`,
        );
    }
  if (policy.max_bookings_per_day === 0)
    remark("no_lessons", "max_bookings_per_day is 0: no lesson can be booked (none = no limit)");
  const asked = fallback.course_teacher ?? fallback.course ?? false;
  if (policy.course_id !== null && asked && !policy.requires_approval_for_one_on_one)
    remark(
      "approval",
      `${fallback.course_teacher === null ? "the course asks" : "course_teacher asks"} for approval of lessons, and policy ${id} does not: the policy counts`,
    );
  // What the policy governs: the course's slots, and those for all courses.
  const governed = slots.filter(
    ({ when, course_id, is_active, is_blocked }) =>
      when !== null &&
      is_active &&
      !is_blocked &&
      (course_id === null ||
        policyInForce(policies, course_id, { course_teacher: null, course: null }).policy_id === id),
  );
  const earliest = addMinutes(now, policy.min_notice_hours * 60);
  const hasTime = (from: Instant) => governed.some(({ when }) => nextOpening(when!, from) !== null);
  if (hasTime(now) && !hasTime(earliest))
    remark(
      "notice",
      `${policy.min_notice_hours} h of notice are longer than any slot is still valid: none of ${plural(governed.length, "slot")} can be booked`,
    );
  for (const text of tightSlots(policies, governed, now)) remark("tight_slots", text);
  return remarks;
}

/** What the course's policy lets pass that the default does not. */
function looserTerms(own: PolicyTerms, standard: PolicyTerms): string[] {
  const found: string[] = [];
  for (const name of ["requires_approval_for_one_on_one", "requires_approval_for_group"] as const)
    if (standard[name] && !own[name]) found.push(`${name} no instead of yes`);
  for (const name of [...HOURS, ...MINUTES])
    if (own[name] < standard[name]) found.push(`${name} ${own[name]} instead of ${standard[name]}`);
  const [most, standardMost] = [own.max_bookings_per_day, standard.max_bookings_per_day];
  if (standardMost !== null && (most === null || most > standardMost))
    found.push(`max_bookings_per_day ${most ?? "none"} instead of ${standardMost}`);
  return found;
}

const TWO_WEEKS = 14 * 24 * 60;

/** Slots that follow each other too closely for both to be booked. */
function tightSlots(policies: readonly Policy[], slots: readonly Slot[], now: Instant): string[] {
  const times = slots
    .flatMap((slot) =>
      openingsBetween(slot.when!, now, addMinutes(now, TWO_WEEKS), slot.timezone).map((time) => ({
        ...time,
        slot,
      })),
    )
    .sort((a, b) => (a.start_at_utc < b.start_at_utc ? -1 : a.start_at_utc > b.start_at_utc ? 1 : 0));
  const told = new Map<string, string>();
  for (let i = 1; i < times.length; i += 1) {
    const [earlier, later] = [times[i - 1]!, times[i]!];
    const gap = (splitInstant(later.start_at_utc).seconds - splitInstant(earlier.end_at_utc).seconds) / 60;
    const needed = Math.max(
      termsFor(policies, earlier.slot.course_id).buffer_after_minutes,
      termsFor(policies, later.slot.course_id).buffer_before_minutes,
    );
    if (gap < 0 || gap >= needed) continue;
    const pair = `${earlier.slot.id} ${later.slot.id}`;
    told.set(
      pair,
      `the buffers ask for ${needed} min, and slot ${later.slot.id} begins ${gap} min after slot ${earlier.slot.id}: only one of the two can be booked`,
    );
  }
  return [...told.values()];
}
