/** What a series needs to be asked for, and what of it excludes what: the same for every form that asks. Pure. */

/** Whether each part is given. */
export interface GivenParts {
  student: boolean;
  slot: boolean;
  course: boolean;
  teacher: boolean;
  /** A time of day. */
  time: boolean;
  count: boolean;
  until: boolean;
}

/** How a form calls the parts: `--count`, or `--occurrence-count`. */
export type PartNames = Readonly<Record<keyof GivenParts | "days" | "frequency", string>>;

/** What a series cannot do without, and is not given; the ending apart. */
export function missingParts({ student, slot, course }: GivenParts, names: PartNames): string[] {
  return [
    ...(student ? [] : [`${names.student} is missing`]),
    ...(slot || course
      ? []
      : [`neither ${names.slot} (lessons) nor ${names.course} (seats in its sessions) is given`]),
  ];
}

export function missingEnding({ count, until }: GivenParts, names: PartNames): string[] {
  return count || until ? [] : [`neither ${names.count} nor ${names.until} says how it ends`];
}

/** Two ends at once. */
export function endingProblems(
  { count, until }: Pick<GivenParts, "count" | "until">,
  names: Pick<PartNames, "count" | "until">,
): string[] {
  return count && until ? [`${names.count} and ${names.until} exclude each other`] : [];
}

/** A slot has its own teacher, and its own time. */
export function placeProblems({ slot, ...given }: GivenParts, names: PartNames): string[] {
  const only = (["teacher", "time"] as const)
    .filter((part) => slot && given[part])
    .map((part) => names[part]);
  if (only.length === 0) return [];
  return [`${only.join(" and ")} ${only.length > 1 ? "go" : "goes"} with sessions: the slot has its own`];
}

/** @param days as they were typed; null = not given */
export function daysProblems(
  { days, parsed, frequency }: { days: string | null; parsed: number[] | null; frequency: string | null },
  names: PartNames,
): string[] {
  if (days === null) return [];
  return [
    ...(parsed === null
      ? [`${names.days} "${days}" are not weekdays such as mon,wed or 0,2 (0 = Monday)`]
      : []),
    ...(frequency === "monthly"
      ? [`${names.days} does not go with ${names.frequency} monthly, which keeps the day of the month`]
      : []),
  ];
}
