/** What each reason code means for people, who can decide it, and how `legacy issues` takes the answer. */
import { shellWord } from "../domain/command.ts";
import { ISSUE_CODES, type IssueCode } from "./facts.ts";

/** Who has the knowledge that a decision needs. */
export type Decider = "the course office" | "the engineers";

export interface Reason {
  /** Why such a row could not be taken over, as a sentence. */
  meaning: string;
  /** What has to be found out or confirmed, as a sentence. */
  question: string;
  decides: Decider;
  /** The flags of `legacy issues resolve`, the words in capitals still to be filled in; null where no value helps. */
  answer: string | null;
  /** What can be put right in the app instead, before `legacy issues retry`; null where nothing can. */
  mend: string | null;
  /** The text with which such rows are usually left out; null where that is not the usual answer. */
  skip: string | null;
}

const TIMES = "--start INSTANT --end INSTANT";

const REASONS: Record<IssueCode, Reason> = {
  unknown_status: {
    meaning: "The booking's status is a word that the app does not know.",
    question: "Which status should it have?",
    decides: "the course office",
    answer: "--status STATUS",
    mend: null,
    skip: null,
  },
  missing_user: {
    meaning: "The student's account is not there any more.",
    question: "Whose booking was it, or can it be left out?",
    decides: "the course office",
    answer: "--student USER",
    mend: null,
    skip: "the account was deleted",
  },
  missing_session: {
    meaning: "The session that was booked is not there any more.",
    question: "Which session was it, or can the booking be left out?",
    decides: "the course office",
    answer: "--session ID",
    mend: null,
    skip: "the session was deleted",
  },
  missing_slot: {
    meaning:
      "The teacher's slot that was booked is not there any more, so nothing says who taught the lesson and when.",
    question: "Which teacher, which course, and when?",
    decides: "the course office",
    answer: `--teacher ID --course ID ${TIMES}`,
    mend: null,
    skip: null,
  },
  missing_course: {
    meaning: "The course is not there any more.",
    question: "Which course does it count for?",
    decides: "the course office",
    answer: "--course ID",
    mend: null,
    skip: null,
  },
  missing_teacher: {
    meaning: "The teacher is not there any more.",
    question: "Which teacher does it count for?",
    decides: "the course office",
    answer: "--teacher ID",
    mend: null,
    skip: null,
  },
  session_without_teacher: {
    meaning: "The session has no teacher, and a booking must have one.",
    question: "Who teaches (or taught) the session?",
    decides: "the course office",
    answer: "--teacher ID",
    mend: "give the session a teacher in the app",
    skip: null,
  },
  no_course: {
    meaning:
      "Neither the booking nor what was booked says which course it belongs to, and a booking must say.",
    question: "Which course does it count for?",
    decides: "the course office",
    answer: "--course ID",
    mend: "give the slot a course in the app",
    skip: null,
  },
  incomplete_slot: {
    meaning: "The slot does not say when it is: a day or a time is missing.",
    question: "When is the lesson?",
    decides: "the course office",
    answer: TIMES,
    mend: "complete the slot in the app",
    skip: null,
  },
  bad_timezone: {
    meaning: "The slot's time zone does not exist, so its local time is no point in time.",
    question: "Which time zone was meant?",
    decides: "the course office",
    answer: "--timezone ZONE",
    mend: "put the slot's time zone right in the app",
    skip: null,
  },
  bad_timestamp: {
    meaning: "A date or time of the row cannot be read.",
    question: "Which date and time should stand there?",
    decides: "the engineers",
    answer: "--timestamp INSTANT",
    mend: null,
    skip: null,
  },
  slot_has_no_occurrence: {
    meaning: "The slot repeats weekly, but ended before the lesson could take place.",
    question: "When is (or was) the lesson?",
    decides: "the course office",
    answer: TIMES,
    mend: "extend the slot in the app",
    skip: null,
  },
  bad_time_range: {
    meaning: "It would end before it starts, or at the same moment.",
    question: "When does it start and end?",
    decides: "the course office",
    answer: TIMES,
    mend: null,
    skip: null,
  },
  bad_value: {
    meaning: "A value of the row is none that its column may hold.",
    question: "Which value was meant?",
    decides: "the engineers",
    answer: null,
    mend: "put the row right in the app",
    skip: null,
  },
  already_booked: {
    meaning:
      "The app itself has already written a booking of the same student, place and time to the new table. That one stays.",
    question: "Is the booking that stays the right one?",
    decides: "the course office",
    answer: null,
    mend: null,
    skip: "the booking in the new table stays",
  },
  duplicate_booking: {
    meaning:
      "Another legacy row is about the same student, place and time, and says more about what happened. That one was kept.",
    question: "Is the row that was kept the right one?",
    decides: "the course office",
    answer: null,
    mend: null,
    skip: "the better row was kept",
  },
  diverged: {
    meaning:
      "Somebody changed or removed what the legacy row had become, and it says otherwise. The new side stays as it is.",
    question: "Which of the two is right?",
    decides: "the course office",
    answer: null,
    mend: null,
    skip: "the unified booking is right",
  },
};

const UNHEARD_OF: Reason = {
  meaning: "A reason that this version of classbook does not know.",
  question: "What is wrong with the row?",
  decides: "the engineers",
  answer: null,
  mend: "put the row right in the app",
  skip: null,
};

/** The reason behind a code as stored. */
export function reasonOf(code: string): Reason {
  const known = ISSUE_CODES.find((name) => name === code);
  return known === undefined ? UNHEARD_OF : REASONS[known];
}

/**
 * The usual answer in the words of `legacy issues`: `resolve --code no_course --course ID`.
 *
 * @param row the one row that it is about, as TABLE:ID; null = all of the reason, where they can share an answer
 */
export function usualRemedy(code: string, row: string | null): string {
  const { answer, skip } = reasonOf(code);
  const shared = answer === null || !answer.includes(TIMES);
  const rows = row ?? (shared ? `--code ${code}` : "TABLE:ID");
  if (answer !== null) return `resolve ${rows} ${answer}`;
  return skip === null ? `retry ${rows}` : `skip ${rows} --reason "${skip}"`;
}

/** A thing to do: in words, and the command that does it (null: it is not done with classbook). */
export interface Step {
  what: string;
  command: string | null;
}

/** The open rows of a code, as far as their remedies depend on it. */
export interface OpenRows {
  open: number;
  /** How many different messages they have. */
  causes: number;
  /** The first of them, as `booking:12`. */
  first: string;
}

/**
 * The ways to settle the open rows of a code. A command names one row where each row needs an answer of its own,
 * and the code where rows that say the same can share one.
 *
 * @param command makes a whole command line of the words after `classbook`
 */
export function remediesOf(code: string, rows: OpenRows, command: (words: string) => string): Step[] {
  const { answer, mend, skip } = reasonOf(code);
  const steps: Step[] = [];
  if (answer !== null) steps.push(answerStep(code, answer, rows, command));
  if (mend !== null) {
    const what = `${mend}, then take the rows up again`;
    steps.push({
      what: steps.length > 0 ? `Or ${what}` : what.charAt(0).toUpperCase() + what.slice(1),
      command: command(`legacy issues retry --code ${shellWord(code)}`),
    });
  }
  if (skip !== null) {
    steps.push({
      what: steps.length === 0 ? "Leave the rows out on purpose" : "Or leave the rows out on purpose",
      command: command(`legacy issues skip --code ${shellWord(code)} --reason ${shellWord(skip)}`),
    });
  }
  return steps;
}

const EACH = "see the file under “What to do next”";

function answerStep(code: string, answer: string, rows: OpenRows, command: (words: string) => string): Step {
  const shared = rows.open > 1 && rows.causes === 1 && !answer.includes("INSTANT");
  const which = shared ? `--code ${shellWord(code)}` : shellWord(rows.first);
  return {
    what: shared
      ? `Give all ${rows.open.toLocaleString("en")} rows the same answer (each its own: ${EACH})`
      : rows.open === 1
        ? "Give the answer"
        : `Give the answer row by row (all at once: ${EACH})`,
    command: command(`legacy issues resolve ${which} ${answer}`),
  };
}
