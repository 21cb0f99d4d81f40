/** People as the school keeps them: what their columns may hold, and the words of an enrollment (SPEC 2). Pure. */
import { isZone } from "./zone.ts";

export const ENROLLMENT_STATUSES = ["active", "completed", "paused", "expired"] as const;
export type EnrollmentStatus = (typeof ENROLLMENT_STATUSES)[number];

/** What somebody may say of a person; undefined = not said. */
export interface PersonFields {
  username?: string | undefined;
  email?: string | undefined;
  first_name?: string | undefined;
  last_name?: string | undefined;
  /** IANA name; kept in the profile. */
  timezone?: string | undefined;
}

/** Characters that the columns take (Django's own lengths). */
const MOST = { username: 150, email: 254, first_name: 150, last_name: 150, timezone: 50 } as const;
const CONTROL = /\p{Cc}/u;

/** Everything that is wrong with a person's fields, a sentence each; none = they can be kept. */
export function personProblems(fields: PersonFields): string[] {
  const problems: string[] = [];
  for (const [field, most] of Object.entries(MOST)) {
    const text = fields[field as keyof PersonFields];
    if (text === undefined) continue;
    const length = [...text].length;
    if (length > most) problems.push(`${field} has ${length} characters, ${most} are the most`);
    if (CONTROL.test(text)) problems.push(`${field} has control characters`);
  }
  const { username, email, timezone } = fields;
  if (username !== undefined) problems.push(...usernameProblems(username));
  if (email !== undefined && email !== "" && !/^[^\s@]+@[^\s@]+$/.test(email))
    problems.push(`email "${email}" is not an address`);
  if (timezone !== undefined && !isZone(timezone))
    problems.push(`timezone "${timezone}" is not an IANA time zone, such as Europe/Madrid`);
  return problems;
}

/** Django's rule, and one of ours: a name of digits only would be taken for an id wherever people are named. */
function usernameProblems(username: string): string[] {
  if (username === "") return ["username is missing"];
  if (!/^[\p{L}\p{N}_.@+-]+$/u.test(username))
    return [`username "${username}" has other characters than letters, digits and @ . + - _`];
  return /^\d+$/.test(username) ? [`username "${username}" is digits only: it would be taken for an id`] : [];
}
