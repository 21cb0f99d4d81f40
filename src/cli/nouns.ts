/** The nouns of the command tree, and which file defines which of their verbs: a start loads the one that was typed. */
import type { Command } from "commander";
import type { WithShell } from "./shell.ts";

type Define = (noun: Command, shell: WithShell) => void;

/** Verbs that one file defines. A noun that is a command by itself has one part without verbs. */
export interface Part {
  verbs: readonly string[];
  load: () => Promise<Define>;
}

export interface Noun {
  summary: string;
  /** In the order of the help. */
  parts: readonly Part[];
}

function alone(load: () => Promise<Define>): Part[] {
  return [{ verbs: [], load }];
}

/** In the order of the help. */
export const NOUNS: Record<string, Noun> = {
  db: {
    summary: "schema: state, upgrade, drift, safety copies",
    parts: alone(async () => (await import("./commands/db.ts")).defineDb),
  },
  import: {
    summary: "copy a legacy database into a database of classbook's own",
    parts: alone(async () => (await import("./commands/import.ts")).defineImport),
  },
  legacy: {
    summary: "migrate the legacy bookings: plan, migrate, verify, quarantine",
    parts: [
      { verbs: ["plan", "migrate"], load: async () => (await import("./commands/legacy.ts")).defineLegacy },
      {
        verbs: ["verify", "status", "report", "rollback"],
        load: async () => (await import("./commands/legacy-review.ts")).defineReviews,
      },
      { verbs: ["find"], load: async () => (await import("./commands/legacy-find.ts")).defineFind },
      { verbs: ["issues"], load: async () => (await import("./commands/legacy-issues.ts")).defineIssues },
    ],
  },
  booking: {
    summary: "seats and lessons: book, check, approve, cancel, move, mark attendance",
    parts: [
      {
        verbs: ["create", "check"],
        load: async () => (await import("./commands/booking-request.ts")).defineRequests,
      },
      {
        verbs: ["list", "show", "history"],
        load: async () => (await import("./commands/booking-look.ts")).defineLooks,
      },
      { verbs: ["import"], load: async () => (await import("./commands/booking-import.ts")).defineImport },
      { verbs: ["review"], load: async () => (await import("./commands/booking-review.ts")).defineReview },
      {
        verbs: ["approve", "decline", "cancel", "reschedule", "attend", "no-show"],
        load: async () => (await import("./commands/booking-change.ts")).defineChanges,
      },
    ],
  },
  session: {
    summary: "live classes: plan, list, change, cancel, complete, and who is in them",
    parts: [
      {
        verbs: ["list", "show", "roster"],
        load: async () => (await import("./commands/session-look.ts")).defineLooks,
      },
      {
        verbs: ["create", "update"],
        load: async () => (await import("./commands/session-edit.ts")).defineEdits,
      },
      {
        verbs: ["timeline"],
        load: async () => (await import("./commands/session-timeline.ts")).defineTimeline,
      },
      {
        verbs: ["cancel", "complete"],
        load: async () => (await import("./commands/session-end.ts")).defineEnds,
      },
    ],
  },
  waitlist: {
    summary: "queues of full sessions: join, leave, offer, accept, promote, and what cron does about them",
    parts: [
      {
        verbs: ["list", "explain"],
        load: async () => (await import("./commands/waitlist-look.ts")).defineWaitlistLooks,
      },
      {
        verbs: ["join", "leave", "offer", "accept", "promote"],
        load: async () => (await import("./commands/waitlist-change.ts")).defineWaitlistChanges,
      },
      { verbs: ["expire"], load: async () => (await import("./commands/waitlist-expire.ts")).defineExpire },
      {
        verbs: ["fairness"],
        load: async () => (await import("./commands/waitlist-fairness.ts")).defineFairness,
      },
    ],
  },
  slot: {
    summary: "teachers' availability: add, list, block, delete, and the openings that can be booked",
    parts: [
      {
        verbs: ["list", "openings"],
        load: async () => (await import("./commands/slot-look.ts")).defineSlotLooks,
      },
      { verbs: ["create"], load: async () => (await import("./commands/slot-create.ts")).defineSlotCreate },
      {
        verbs: ["block", "unblock", "delete"],
        load: async () => (await import("./commands/slot-change.ts")).defineSlotChanges,
      },
    ],
  },
  policy: {
    summary: "teachers' booking policies: approval, notice, buffers, daily limits, and what is in force",
    parts: [
      {
        verbs: ["list", "show", "effective"],
        load: async () => (await import("./commands/policy.ts")).definePolicy,
      },
      {
        verbs: ["set", "delete"],
        load: async () => (await import("./commands/policy-change.ts")).definePolicyChanges,
      },
    ],
  },
  series: {
    summary: "bookings that recur: preview, create, extend, pause, cancel, skip or move one, complete",
    parts: [
      {
        verbs: ["preview", "create"],
        load: async () => (await import("./commands/series-request.ts")).defineSeriesRequests,
      },
      {
        verbs: ["list", "show"],
        load: async () => (await import("./commands/series-look.ts")).defineSeriesLooks,
      },
      {
        verbs: ["pause", "resume", "cancel", "extend"],
        load: async () => (await import("./commands/series-change.ts")).defineSeriesChanges,
      },
      {
        verbs: ["skip", "move"],
        load: async () => (await import("./commands/series-occurrence.ts")).defineOccurrences,
      },
      {
        verbs: ["advance"],
        load: async () => (await import("./commands/series-advance.ts")).defineAdvance,
      },
    ],
  },
  tick: {
    summary: "all upkeep in one run, for cron: waitlists, sessions that are over, series",
    parts: alone(async () => (await import("./commands/tick.ts")).defineTick),
  },
  student: {
    summary: "who learns: accounts, time zones, enrollments",
    parts: [
      {
        verbs: ["list", "show", "create", "update"],
        load: async () => (await import("./commands/student.ts")).defineStudent,
      },
      {
        verbs: ["enroll", "unenroll"],
        load: async () => (await import("./commands/student-enroll.ts")).defineEnrolling,
      },
    ],
  },
  teacher: {
    summary: "who teaches: accounts, policies in force, the day and the week",
    parts: alone(async () => (await import("./commands/teacher.ts")).defineTeacher),
  },
  course: {
    summary: "what is taught, how it is booked, and by whom it is taught",
    parts: alone(async () => (await import("./commands/course.ts")).defineCourse),
  },
  audit: {
    summary: "the record: who did what, when, to what",
    parts: alone(async () => (await import("./commands/audit.ts")).defineAudit),
  },
  admin: {
    summary: "every model as Django's admin has it: browse, list, filter, search, show, export",
    parts: alone(async () => (await import("./commands/admin.ts")).defineAdmin),
  },
  verify: {
    summary: "check the invariants of the unified model, and repair",
    parts: alone(async () => (await import("./commands/verify.ts")).defineVerify),
  },
  doctor: {
    summary: "what is the matter: database, schema, locks, clocks, cron, open rows, and what to do",
    parts: alone(async () => (await import("./commands/doctor.ts")).defineDoctor),
  },
  config: {
    summary: "settings: what is in force, where it comes from, and setting it for good",
    parts: alone(async () => (await import("./commands/config.ts")).defineConfig),
  },
  completion: {
    summary: "completion of commands, flags and their values for bash, zsh and fish",
    parts: alone(async () => (await import("./commands/completion.ts")).defineCompletion),
  },
  drill: {
    summary: "race many bookings for the last seats, in a throw-away copy",
    parts: alone(async () => (await import("./commands/drill.ts")).defineDrill),
  },
};

/** The parts that define a verb; all of them where it is not known, so that the noun can say what it has. */
export function partsFor({ parts }: Noun, verb: string | null): readonly Part[] {
  const part = parts.find(({ verbs }) => verb !== null && verbs.includes(verb));
  return part === undefined ? parts : [part];
}
