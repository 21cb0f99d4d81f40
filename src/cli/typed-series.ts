/** A series as somebody typed it: read, and its people found. */
import type { Database } from "../db/open.ts";
import { getTeacherId, getUser } from "../db/people.ts";
import { type LocalDate, parseTimeOfDay } from "../domain/instant.ts";
import type { RuleCode } from "../domain/rules.ts";
import {
  type Ending,
  FREQUENCIES,
  LONGEST_INTERVAL,
  MOST_OCCURRENCES,
  type Recurrence,
  SERIES_TYPES,
} from "../domain/series.ts";
import {
  daysProblems,
  endingProblems,
  type GivenParts,
  missingEnding,
  missingParts,
  type PartNames,
  placeProblems,
} from "../domain/series-request.ts";
import { parseDays, parseRrule } from "../domain/series-text.ts";
import type { SeriesRequest } from "../operations/series.ts";
import { ON_CONFLICT, type OnConflict } from "../operations/series-book.ts";
import { Flags } from "./flags.ts";

/** How a series ends, and what becomes of a conflict: flags of `create` and of `extend`. */
export interface EndFlags {
  count?: string;
  until?: string;
  onConflict?: string;
  override?: string;
  note?: string;
}

export interface SeriesFlags extends EndFlags {
  student?: string;
  slot?: string;
  course?: string;
  teacher?: string;
  time?: string;
  type?: string;
  from?: string;
  frequency?: string;
  interval?: string;
  days?: string;
  rrule?: string;
  meetingLink?: string;
  meetingId?: string;
  meetingPasscode?: string;
}

const PARTS = ["student", "slot", "course", "teacher", "time", "count", "until"] as const;
const NAMES = Object.fromEntries(
  [...PARTS, "days", "frequency"].map((part) => [part, `--${part}`]),
) as unknown as PartNames;

function givenIn(input: SeriesFlags): GivenParts {
  return Object.fromEntries(PARTS.map((part) => [part, input[part] !== undefined])) as unknown as GivenParts;
}

function tell(flags: Flags, problems: readonly string[]): void {
  for (const problem of problems) flags.problem(problem);
}

/** A series as it was typed, each value read; null = not given. */
export interface TypedSeries {
  student: string | null;
  slot: number | null;
  course: number | null;
  teacher: string | null;
  /** Microseconds after local midnight. */
  startsAt: number | null;
  from: LocalDate | null;
  recurrence: Recurrence;
  ending: Ending | null;
  on_conflict: OnConflict;
  overrides: ReadonlySet<RuleCode>;
  note: string;
  meeting: Pick<SeriesRequest, "default_meeting_link" | "default_meeting_id" | "default_meeting_passcode">;
}

/**
 * @param complete false where what is missing will be asked for
 * @throws ClassbookError usage, with all that is wrong or missing
 */
export function parseSeries(input: SeriesFlags, { complete = true } = {}): TypedSeries {
  const flags = new Flags();
  const given = readRuleFlags(flags, input);
  const typed: TypedSeries = {
    student: input.student ?? null,
    slot: flags.id("--slot", input.slot),
    course: flags.id("--course", input.course),
    teacher: input.teacher ?? null,
    startsAt: readTime(flags, input.time),
    from: flags.date("--from", input.from),
    ...given,
    ...readTerms(flags, input),
    meeting: {
      default_meeting_link: input.meetingLink ?? "",
      default_meeting_id: input.meetingId ?? "",
      default_meeting_passcode: input.meetingPasscode ?? "",
    },
  };
  checkPlace(flags, input);
  if (complete) {
    const given = givenIn(input);
    tell(flags, missingParts(given, NAMES));
    if (input.rrule === undefined) tell(flags, missingEnding(given, NAMES));
    else if (typed.ending === null && input.count === undefined && isEndless(input.rrule))
      flags.problem(`--rrule "${input.rrule}" has neither COUNT nor UNTIL: it never ends`);
  }
  flags.done(
    "such as --slot 2 --student ana --count 8, or --course 1 --student ana --days mon,wed --until 2027-06-30",
  );
  return typed;
}

/** A rule whose other parts cannot be read may still say how it ends. */
function isEndless(rrule: string | undefined): boolean {
  return rrule !== undefined && !/(^|[;:\s])(COUNT|UNTIL)=/i.test(rrule);
}

/** What is refused is left as if it had not been given: the problem is noted. */
function readRuleFlags(flags: Flags, input: SeriesFlags): Pick<TypedSeries, "recurrence" | "ending"> {
  const ending = readEnding(flags, input);
  const plain = ["frequency", "interval", "days", "count", "until"] as const;
  if (input.rrule !== undefined) {
    const beside = plain.filter((name) => input[name] !== undefined).map((name) => `--${name}`);
    if (beside.length > 0) flags.problem(`--rrule says it all: leave ${beside.join(", ")} out`);
    const rule = parseRrule(input.rrule);
    if (typeof rule !== "string") return rule;
    flags.problem(`--rrule "${input.rrule}": ${rule}`);
  }
  const frequency = flags.word("--frequency", input.frequency, FREQUENCIES) ?? "weekly";
  const interval = flags.whole("--interval", input.interval, 1) ?? 1;
  if (interval > LONGEST_INTERVAL) flags.problem(`--interval ${interval} is more than ${LONGEST_INTERVAL}`);
  const days = input.days === undefined ? [] : parseDays(input.days);
  tell(flags, daysProblems({ days: input.days ?? null, parsed: days, frequency }, NAMES));
  return { recurrence: { frequency, interval, days: days ?? [] }, ending };
}

/** Null where neither is given, or what is given is wrong. */
export function readEnding(flags: Flags, { count, until }: EndFlags): Ending | null {
  const occurrences = flags.whole("--count", count, 1);
  const date = flags.date("--until", until);
  tell(flags, endingProblems({ count: count !== undefined, until: until !== undefined }, NAMES));
  if (occurrences !== null && occurrences > MOST_OCCURRENCES)
    flags.problem(`--count ${occurrences} is more than ${MOST_OCCURRENCES}, and no more are made at once`);
  return occurrences !== null
    ? { occurrence_count: occurrences }
    : date === null
      ? null
      : { until_date: date };
}

export function readTerms(
  flags: Flags,
  input: EndFlags,
): Pick<TypedSeries, "on_conflict" | "overrides" | "note"> {
  return {
    on_conflict: flags.word("--on-conflict", input.onConflict, ON_CONFLICT) ?? "fail",
    overrides: flags.overrides(input.override),
    note: input.note ?? "",
  };
}

function readTime(flags: Flags, text: string | undefined): number | null {
  if (text === undefined) return null;
  const micros = parseTimeOfDay(text.padStart(5, "0"));
  if (micros === null) flags.problem(`--time "${text}" is not a time of day such as 17:00`);
  return micros;
}

/** Lessons are at a slot's time, seats in a course's sessions. */
function checkPlace(flags: Flags, input: SeriesFlags): void {
  const type = flags.word("--type", input.type, SERIES_TYPES);
  const lessons = input.slot !== undefined;
  if (lessons && type === "group_series") flags.problem("--type group_series takes --course, and no --slot");
  if (!lessons && type === "one_on_one_series" && input.course !== undefined)
    flags.problem("--type one_on_one_series needs --slot");
  tell(flags, placeProblems(givenIn(input), NAMES));
}

/**
 * Finds the people of a series that is complete.
 *
 * @throws ClassbookError not_found `no_such_user`, `no_such_teacher`; usage `ambiguous_user`
 */
export async function resolveSeries(database: Database, typed: TypedSeries): Promise<SeriesRequest> {
  const { slot, course, startsAt, from, recurrence, ending, on_conflict, overrides, note, meeting } = typed;
  const student = await getUser(database, "--student", typed.student!);
  const teacher_id = typed.teacher === null ? null : await getTeacherId(database, "--teacher", typed.teacher);
  return {
    student_user_id: student.id,
    place:
      slot === null ? { course_id: course!, teacher_id, startsAt } : { slot_id: slot, course_id: course },
    recurrence,
    ending: ending!,
    from,
    on_conflict,
    overrides,
    note,
    ...meeting,
  };
}
