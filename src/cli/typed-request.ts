/** A request for a booking as somebody typed it: read, and its student found. */
import type { Database } from "../db/open.ts";
import { getUser } from "../db/people.ts";
import type { LocalDate } from "../domain/instant.ts";
import type { RuleCode } from "../domain/rules.ts";
import type { BookingRequest } from "../operations/booking.ts";
import { Flags } from "./flags.ts";

/** A request as text: from flags, or from a line of a file. */
export interface RequestText {
  session?: string;
  slot?: string;
  on?: string;
  course?: string;
  student?: string;
  seats?: string;
  note?: string;
  override?: string;
}

/** A request as it was typed, each value read; null = not given. */
export interface TypedRequest {
  session: number | null;
  slot: number | null;
  date: LocalDate | null;
  course: number | null;
  student: string | null;
  seats: number;
  note: string;
  overrides: ReadonlySet<RuleCode>;
}

/**
 * @param called how the input's values are called in sentences: `--session` on a command line, `session` in a file
 * @param complete false where what is missing will be asked for
 * @throws ClassbookError usage, with all that is wrong or missing
 */
export function parseRequest(
  input: RequestText,
  {
    called = (name) => `--${name}`,
    complete = true,
  }: { called?: (name: string) => string; complete?: boolean } = {},
): TypedRequest {
  const flags = new Flags();
  const typed: TypedRequest = {
    session: flags.id(called("session"), input.session),
    slot: flags.id(called("slot"), input.slot),
    date: flags.date(called("on"), input.on),
    course: flags.id(called("course"), input.course),
    student: input.student ?? null,
    seats: flags.whole(called("seats"), input.seats, 1) ?? 1,
    note: input.note ?? "",
    overrides: flags.overrides(input.override),
  };
  const [session, slot, on] = [called("session"), called("slot"), called("on")];
  if (complete && input.session === undefined && input.slot === undefined)
    flags.problem(`neither ${session} nor ${slot} is given`);
  if (input.session !== undefined && input.slot !== undefined)
    flags.problem(`${session} and ${slot} exclude each other`);
  if (complete && input.student === undefined) flags.problem(`${called("student")} is missing`);
  if (input.session !== undefined && input.on !== undefined) flags.problem(`${on} goes with ${slot}`);
  if (input.slot !== undefined && typed.seats > 1)
    flags.problem(`${called("seats")} ${typed.seats}: a lesson has one seat`);
  flags.done("such as --session 88 --student ana, or --slot 12 --on 2026-12-01 --student ana");
  return typed;
}

/**
 * Finds the student of a request that is complete.
 *
 * @throws ClassbookError not_found `no_such_user`; usage `ambiguous_user`
 */
export async function resolveRequest(
  database: Database,
  typed: TypedRequest,
  called = "--student",
): Promise<BookingRequest> {
  const { session, slot, date, course, seats, note, overrides } = typed;
  const student = await getUser(database, called, typed.student!);
  const terms = { student_user_id: student.id, seats, note, overrides, moved: null };
  return session !== null
    ? { ...terms, session_id: session }
    : { ...terms, slot_id: slot!, date, course_id: course };
}
