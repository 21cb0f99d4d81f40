/** Sessions: their counters, their seats, and their two ways to say when they are (SPEC 2, 6; LEGACY 2.1). */
import { BUSY_SESSION_STATUSES } from "../domain/session.ts";
import { plural } from "../domain/spoken.ts";
import { readAppTime, zoneOfApp } from "./app-time.ts";
import { type CheckSql, sqlCheck } from "./check.ts";
import { runQuery } from "./reconcile.ts";
import { countable } from "./session-counters.ts";
import { sqliteInstant } from "./triggers.ts";

export const COMING = `('${BUSY_SESSION_STATUSES.join("', '")}')`;
const SESSION = "'session' as thing, s.id, '' as part";

export const COUNTERS = ["seats_taken", "current_attendees"] as const;

/** The session's legacy bookings that nothing became of yet: the app counts them, and no sum of ours does. */
function unmigrated(q: CheckSql): string {
  if (!q.has("booking", "session_id")) return "0";
  const done = q.has("legacy_provenance")
    ? `and not exists (select 1 from ${q.t("legacy_provenance")} p where p.source_table = 'booking' and p.source_id = l.id)`
    : "";
  return `(select count(*) from ${q.t("booking")} l where l.session_id = s.id ${done})`;
}

/** Σ seats_reserved by session, of bookings in these states. */
function seatsOf(q: CheckSql, ...statuses: string[]): string {
  return `(select session_id, ${q.sum("seats_reserved")} as seats from ${q.t("live_class_booking")}
    where session_id is not null and status in ('${statuses.join("', '")}') group by session_id)`;
}

export const SESSION_CHECKS = [
  sqlCheck({
    code: "seats_taken",
    severity: "error",
    sentence: "seats_taken is the sum of the confirmed and attended seats",
    why: "The app shows this counter: it would sell seats that are taken, or turn students away from seats that are open.",
    fix: "sets the counter to the sum; sessions with legacy bookings that are not migrated yet are left, for the app counts those",
    reads: [["live_class_booking"], ["live_class_session", "seats_taken"]],
    findings: (q) => {
      const seated = countable(q.looking.database, "coalesce(b.seats, 0)");
      const counters = COUNTERS.filter((column) => q.has("live_class_session", column));
      return `select ${SESSION}, ${counters.map((c) => `s.${c}`).join(", ")}, ${seated} as seated, ${unmigrated(q)} as unmigrated from ${q.t("live_class_session")} s
        left join ${seatsOf(q, "confirmed", "attended")} b on b.session_id = s.id
        where ${counters.map((c) => `s.${c} is distinct from ${seated}`).join(" or ")}`;
    },
    text: (row) => {
      const wrong = COUNTERS.filter((column) => column in row && String(row[column]) !== String(row.seated));
      const legacy = Number(row.unmigrated);
      return `session ${row.id}: ${wrong.map((c) => `${c} is ${row[c]}`).join(", ")}, its bookings hold ${row.seated}${legacy === 0 ? "" : `, and ${plural(legacy, "legacy booking")} of it ${legacy === 1 ? "is" : "are"} not migrated`}`;
    },
  }),
  sqlCheck({
    code: "capacity",
    severity: "error",
    sentence: "capacity equals total_seats",
    why: "Whoever reads the one column sees another session than whoever reads the other.",
    fix: "sets both to the first of capacity, total_seats, max_attendees that is a number of seats, or to 10 where all are empty; what only says numbers that cannot be is left",
    reads: [["live_class_session", "capacity", "total_seats"]],
    findings: (q) =>
      `select ${SESSION}, s.capacity, s.total_seats, ${q.has("live_class_session", "max_attendees") ? "s.max_attendees" : "null as max_attendees"}
       from ${q.t("live_class_session")} s where s.capacity is null or s.capacity is distinct from s.total_seats`,
    text: (row) => `session ${row.id}: capacity ${row.capacity}, total_seats ${row.total_seats}`,
  }),
  sqlCheck({
    code: "overbooked",
    severity: "warning",
    sentence: "no session holds more seats than it has",
    why: "Students come to a class that has no place for them.",
    fix: "nothing: only people can say who has to go, or whether there is room: `classbook session update ID --capacity N`, or `classbook booking cancel ID`",
    reads: [["live_class_booking"], ["live_class_session", "capacity"]],
    findings: (q) =>
      `select ${SESSION}, b.seats as seated, ${q.capacity("s")} as capacity from ${q.t("live_class_session")} s
       join ${seatsOf(q, "confirmed", "attended")} b on b.session_id = s.id where b.seats > ${q.capacity("s")}`,
    text: (row) => `session ${row.id}: ${row.seated} seats taken of ${row.capacity}`,
  }),
  sqlCheck({
    code: "pending_beyond_seats",
    severity: "warning",
    sentence: "every request for a coming session can still be approved",
    why: "More seats are booked and asked for than there are: some of the requests can only be declined.",
    fix: "nothing: `classbook booking review` shows the requests; `classbook session update ID --capacity N` makes room",
    reads: [["live_class_booking"], ["live_class_session", "capacity", "start_at_utc"]],
    findings: (q) =>
      `select ${SESSION}, b.seated, b.pending, ${q.capacity("s")} as capacity from ${q.t("live_class_session")} s join ${q.seatSums()} b on b.session_id = s.id
       where s.status in ${COMING} and s.start_at_utc > ${q.now} and b.pending > 0
         and b.seated <= ${q.capacity("s")} and b.seated + b.pending > ${q.capacity("s")}`,
    text: (row) =>
      `session ${row.id}: ${row.seated} seats taken and ${row.pending} asked for of ${row.capacity}`,
  }),
  sqlCheck({
    code: "session_utc_missing",
    severity: "error",
    sentence: "every session that has a time has it in UTC",
    why: "Bookings, overlaps and reminders go by start_at_utc and end_at_utc: without them the session takes nobody's time.",
    fix: "fills them from scheduled_start and duration_minutes, in the app's zone; a session without scheduled_start needs `classbook session update ID --start TIME`",
    reads: [["live_class_session", "scheduled_start", "duration_minutes", "start_at_utc", "end_at_utc"]],
    findings: (q) =>
      `select ${SESSION}, s.scheduled_start, s.start_at_utc, s.end_at_utc from ${q.t("live_class_session")} s
       where (s.start_at_utc is null or s.end_at_utc is null) and (s.status <> 'draft' or s.scheduled_start is not null)`,
    text: (row) =>
      `session ${row.id}: ${row.start_at_utc === null ? "start_at_utc" : "end_at_utc"} is empty${row.scheduled_start === null ? ", and so is scheduled_start" : ""}`,
  }),
  sqlCheck({
    code: "session_utc_differs",
    severity: "warning",
    sentence: "a session's UTC times are those of scheduled_start and duration_minutes",
    why: "The app announces one time, and bookings go by another.",
    fix: "nothing: only people know which time was announced: `classbook session update ID --start TIME --duration MINUTES` sets all of them",
    reads: [["live_class_session", "scheduled_start", "duration_minutes", "start_at_utc", "end_at_utc"]],
    findings: differingTimes,
    text: (row) =>
      `session ${row.id}: ${row.start_at_utc} to ${row.end_at_utc} UTC, but scheduled for ${row.scheduled_start}, ${row.duration_minutes} minutes`,
  }),
] as const;

/** As the triggers would have it. A length that is no sensible number is left alone. */
async function differingTimes(q: CheckSql): Promise<string> {
  const { looking } = q;
  const zone = await zoneOfApp(looking.database, looking.db);
  const table = "live_class_session";
  const columns = `${SESSION}, s.start_at_utc, s.end_at_utc, s.scheduled_start, s.duration_minutes`;
  const minutes = "coalesce(nullif(s.duration_minutes, 0), 60)";
  const length = `(${minutes} between 1 and 525600)`;
  const [start, end] = q.isPostgres
    ? ["s.scheduled_start", `s.start_at_utc + ${minutes} * interval '1 minute'`]
    : [
        sqliteInstant("s.scheduled_start"),
        sqliteInstant("s.start_at_utc", `printf('+%d minutes', ${minutes})`),
      ];
  const starts =
    zone === "UTC"
      ? `(s.scheduled_start is not null and ${start} is not null and s.start_at_utc <> ${start})`
      : `s.id in (${(await localDifferences(q, zone)).join(", ") || "null"})`;
  return `select ${columns} from ${q.t(table)} s where ${q.isInstant(table, "s", "start_at_utc")}
    and (${starts} or (${q.isInstant(table, "s", "end_at_utc")} and ${length} and s.end_at_utc <> ${end}))`;
}

const PAGE = 10_000;

/** The app keeps local time: no database can tell its instants. */
async function localDifferences(q: CheckSql, zone: string): Promise<number[]> {
  const found: number[] = [];
  const text = q.isPostgres ? "::text" : "";
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const rows = await runQuery<{ id: number; scheduled_start: string | null; start_at_utc: string | null }>(
      q.looking.db,
      `select id, scheduled_start${text} as scheduled_start, start_at_utc from ${q.t("live_class_session")}
       where id > ${after} order by id limit ${PAGE}`,
    );
    for (const { id, scheduled_start, start_at_utc } of rows) {
      const told = typeof scheduled_start === "string" ? readAppTime(scheduled_start, zone) : null;
      if (told !== null && start_at_utc !== null && start_at_utc !== told) found.push(id);
    }
    if (rows.length < PAGE) return found;
    after = rows.at(-1)!.id;
  }
}
