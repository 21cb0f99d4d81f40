/** `doctor`: looks at everything that work depends on, and says of each how it is and what to do. */
import { type AsFound, type Database, driverError } from "../db/open.ts";
import { ClassbookError } from "../domain/error.ts";
import type { Instant } from "../domain/instant.ts";

/** `problem`: something does not work, or will not; `warning`: somebody should know. */
export type State = "ok" | "warning" | "problem";

export interface Finding {
  topic: string;
  state: State;
  message: string;
  /** A command line, or what else to do; null where nothing is to be done. */
  hint: string | null;
}

/** A finding within its topic. */
export type Remark = Omit<Finding, "topic">;

export function ok(message: string): Remark {
  return { state: "ok", message, hint: null };
}

export function warning(message: string, hint: string | null): Remark {
  return { state: "warning", message, hint };
}

export function problem(message: string, hint: string | null): Remark {
  return { state: "problem", message, hint };
}

/** What is known without the database. */
export interface Examiner {
  /** The clock that commands go by. */
  now: Instant;
  /** Whether `--now` fixes it. */
  fixed: boolean;
  /** The machine's clock. */
  machineNow: () => Instant;
  /** As Node calls itself and its parts; null where it was built without. */
  versions: { node: string; icu: string | null; tz: string | null };
  offerHours: number;
  /** Leaves out what reads whole tables. */
  quick: boolean;
  /** The command line of a next step on the same database. */
  command: (words: string) => string;
}

/** A database, or why there is none to look at. */
export type Patient = AsFound | ClassbookError;

export interface Topic {
  topic: string;
  /** `layout`: which tables are the app's has to be known. */
  needs: "database" | "layout";
  /** Reads whole tables: left out by `--quick`. */
  slow?: boolean;
  /** What can be said without a database. */
  always?: (by: Examiner) => Remark[];
  /** No remark: the topic is none of this engine's. */
  look: (database: Database, by: Examiner) => Promise<Remark[]>;
}

/** Looks at each topic by itself: what is wrong with one leaves the others. @param onTopic told before each, with how many were looked at */
export async function examine(
  topics: readonly Topic[],
  patient: Patient,
  by: Examiner,
  onTopic: (topic: string, done: number) => void,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const [done, one] of topics.entries()) {
    const { topic, slow = false, always } = one;
    if (by.quick && slow) continue;
    onTopic(topic, done);
    const remarks = [...(always?.(by) ?? []), ...(await lookAt(one, patient, by))];
    found.push(...remarks.map((remark) => ({ topic, ...remark })));
  }
  return found;
}

async function lookAt({ topic, needs, look }: Topic, patient: Patient, by: Examiner): Promise<Remark[]> {
  if (patient instanceof ClassbookError)
    return topic === "database"
      ? [problem(patient.message, patient.hint)]
      : [warning("not looked at: the database cannot be opened", null)];
  const { database, unfit } = patient;
  if (topic === "layout" && unfit !== null) return [problem(unfit.message, unfit.hint)];
  if (needs === "layout" && unfit !== null)
    return [warning("not looked at: it is not known which tables are the app's", null)];
  try {
    return await look(database, by);
  } catch (error) {
    const known = await driverError(error, database);
    if (known instanceof ClassbookError)
      return [problem(`cannot be looked at: ${known.message}`, known.hint)];
    return [problem(`cannot be looked at: ${(error as Error).message}`, null)];
  }
}
