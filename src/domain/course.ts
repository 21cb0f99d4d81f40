/** Courses: what their columns may hold (SPEC 2, 3 course-type). Pure. */

/** none allows no booking; a course without a word allows all (SPEC 3). */
export const COURSE_BOOKING_TYPES = ["none", "group_session", "one_on_one"] as const;
export type CourseBookingType = (typeof COURSE_BOOKING_TYPES)[number];

/** What course_teacher says of approval: yes, no, or what the course says. */
export const APPROVAL_WORDS = ["yes", "no", "inherit"] as const;
export type ApprovalWord = (typeof APPROVAL_WORDS)[number];

/** The column's value of a word; null = what the course says. */
export function approvalOfWord(word: ApprovalWord): boolean | null {
  return word === "inherit" ? null : word === "yes";
}

/** What somebody may say of a course; undefined = not said. */
export interface CourseFields {
  title?: string | undefined;
  slug?: string | undefined;
  status?: string | undefined;
  booking_type?: CourseBookingType | undefined;
  requires_booking_approval?: boolean | undefined;
}

const MOST_TITLE = 200;
const MOST_SLUG = 50;

/** Everything that is wrong with a course's fields, a sentence each; none = they can be kept. */
export function courseProblems({ title, slug, status }: CourseFields): string[] {
  const problems: string[] = [];
  if (title !== undefined && title.trim() === "") problems.push("title is missing");
  if (title !== undefined && [...title].length > MOST_TITLE)
    problems.push(`title has ${[...title].length} characters, ${MOST_TITLE} are the most`);
  if (title !== undefined && /\p{Cc}/u.test(title)) problems.push("title has control characters");
  if (slug !== undefined && !(/^[A-Za-z0-9_-]+$/.test(slug) && slug.length <= MOST_SLUG))
    problems.push(`slug "${slug}" is not made of at most ${MOST_SLUG} letters, digits, - and _`);
  if (status !== undefined && !/^[a-z_]{1,20}$/.test(status))
    problems.push(`status "${status}" is not a word of small letters`);
  return problems;
}

/** `Español: nivel 1` → `espanol-nivel-1`; null where no letter of the title is Latin. */
export function slugOf(title: string): string | null {
  const slug = title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MOST_SLUG)
    .replace(/^-+|-+$/g, "");
  return slug === "" ? null : slug;
}
