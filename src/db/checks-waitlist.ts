/** Queues: who waits, who holds an offer, and whether it leads anywhere (SPEC 4, 6). */
import { BOOKED_STATUSES } from "../domain/booking.ts";
import { type CheckSql, sqlCheck } from "./check.ts";

const ENTRY = "'entry' as thing, w.id, '' as part, w.session_id, w.student_user_id, w.status";
const SETTLES = "brings the session's queue up to date, as `classbook waitlist expire` does";
const READS = [
  ["session_waitlist"],
  ["live_class_booking"],
  ["live_class_session", "start_at_utc", "status"],
] as const;
/** Nobody waits any more for a session in one of these. */
const ENDED = "('live', 'completed', 'cancelled')";

const of = (row: Record<string, unknown>) =>
  `entry ${row.id} of student ${row.student_user_id} for session ${row.session_id}`;

export const WAITLIST_CHECKS = [
  sqlCheck({
    code: "accepted_without_booking",
    severity: "error",
    sentence: "whoever accepted an offer has a booking of that session",
    why: "The student believes to have a seat, and is on no roster.",
    fix: "nothing: `classbook booking create --session ID --student USER` books the seat, or `classbook waitlist join` puts the student back",
    reads: READS,
    findings: (q) =>
      `select ${ENTRY} from ${q.t("session_waitlist")} w where w.status = 'accepted' and not exists
         (select 1 from ${q.t("live_class_booking")} b where b.student_user_id = w.student_user_id and b.session_id = w.session_id)`,
    text: (row) => `${of(row)} was accepted, and no booking is there`,
  }),
  sqlCheck({
    code: "overdue_offer",
    severity: "warning",
    sentence: "no offer is past its end",
    why: "Nobody took the seat in time, and the next one waits: cron's `classbook waitlist expire` did not run.",
    fix: SETTLES,
    reads: READS,
    findings: (q) =>
      `select ${ENTRY}, w.offered_at, ${q.has("session_waitlist", "offer_expires_at") ? "w.offer_expires_at" : "null as offer_expires_at"} from ${q.t("session_waitlist")} w join ${q.t("live_class_session")} s on s.id = w.session_id
       where w.status = 'offered' and not ${hasEnded(q)} and not ${isLive(q)}`,
    text: (row) =>
      `${of(row)}: offered ${row.offered_at ?? "at no known time"}${row.offer_expires_at === null ? "" : ` until ${row.offer_expires_at}`} UTC`,
  }),
  sqlCheck({
    code: "open_seat_beside_queue",
    severity: "warning",
    sentence: "no seat stands open while somebody waits for it",
    why: "The seat belongs to whose turn it is: nobody else can book it, and nobody was told.",
    fix: SETTLES,
    reads: READS,
    findings: (q) =>
      // Few sessions are to come and have a queue: they first. PostgreSQL sees that itself, and sums up at once what it hashes.
      `select x.thing, x.id, x.part, x.open_seats, x.waiting from (
         with queued as ${q.first} (select w.session_id, w.student_user_id, ${q.capacity("s")} as seats
           from ${q.t("session_waitlist")} w join ${q.t("live_class_session")} s on s.id = w.session_id
           where w.status = 'waiting' and ${takesBookings(q)} and s.start_at_utc > ${q.now}),
         n as ${q.first} (select w.session_id, w.seats, count(*) as waiting from queued w
           where exists (select 1 from ${q.t("app_user")} u where u.id = w.student_user_id and u.is_active${q.isPostgres ? "" : " <> 0"})
             and not ${isBooked(q, "w")} group by w.session_id, w.seats)
         select 'session' as thing, n.session_id as id, '' as part, n.waiting, n.seats - coalesce(h.seated + h.pending, 0) - coalesce(o.offers, 0) as open_seats
         from n left join ${q.seatSums(q.isPostgres ? undefined : "select session_id from n")} h on h.session_id = n.session_id
           left join ${offers(q)} o on o.session_id = n.session_id) x where x.open_seats > 0`,
    text: (row) => `session ${row.id}: ${row.open_seats} open, and ${row.waiting} waiting`,
  }),
  sqlCheck({
    code: "waiting_though_booked",
    severity: "warning",
    sentence: "nobody waits, or holds an offer, for a session that they are booked in",
    why: "An offer for such a student leads to nothing, and whoever is behind learns a wrong place in the queue.",
    fix: "accepts the place of whoever waits, as booking does; ends such an offer, as `classbook waitlist expire` does",
    reads: READS,
    findings: (q) =>
      `select ${ENTRY} from ${q.t("session_waitlist")} w join ${q.t("live_class_session")} s on s.id = w.session_id
       where w.status in ('waiting', 'offered') and not ${hasEnded(q)} and ${isBooked(q, "w")}`,
    text: (row) => `${of(row)} is ${row.status}, and the student is booked`,
  }),
  sqlCheck({
    code: "queue_of_ended_session",
    severity: "warning",
    sentence: "nobody waits for a session that began, was cancelled or is gone",
    why: "These students still hope for a seat: cron's `classbook waitlist expire` did not run.",
    fix: SETTLES,
    reads: READS,
    findings: (q) =>
      `select ${ENTRY}, s.status as session_status from ${q.t("session_waitlist")} w left join ${q.t("live_class_session")} s on s.id = w.session_id
       where w.status in ('waiting', 'offered') and (s.id is null or ${hasEnded(q)})`,
    text: (row) =>
      `${of(row)} is ${row.status}, and the session ${row.session_status === null ? "is gone" : row.session_status === "cancelled" ? "was cancelled" : "began"}`,
  }),
  sqlCheck({
    code: "offers_beyond_seats",
    severity: "warning",
    sentence: "no more seats are offered than are open",
    why: "Whoever accepts last is told that there is no seat.",
    fix: "nothing: `classbook session update ID --capacity N` makes room; `classbook waitlist leave ID` takes an offer back",
    reads: READS,
    findings: (q) =>
      `select x.thing, x.id, x.part, x.seats, x.held, x.offers from (
         select 'session' as thing, s.id, '' as part, ${q.capacity("s")} as seats, coalesce(h.seated + h.pending, 0) as held, o.offers
         from ${offers(q)} o join ${q.t("live_class_session")} s on s.id = o.session_id left join ${q.seatSums()} h on h.session_id = s.id
         where not ${hasEnded(q)}) x
       where x.held + x.offers > x.seats`,
    text: (row) => `session ${row.id}: ${row.offers} offered, ${row.held} of ${row.seats} seats held`,
  }),
  sqlCheck({
    code: "offer_outlasts_session",
    severity: "warning",
    sentence: "every offer ends when its session begins at the latest",
    why: "The student was told a later time than the one that counts.",
    fix: "writes the session's start as the end of the offer",
    reads: READS,
    findings: (q) =>
      !q.has("session_waitlist", "offer_expires_at")
        ? null
        : `select ${ENTRY}, w.offer_expires_at, s.start_at_utc from ${q.t("session_waitlist")} w join ${q.t("live_class_session")} s on s.id = w.session_id
       where w.status = 'offered' and not ${hasEnded(q)} and w.offer_expires_at > s.start_at_utc
         and ${q.isInstant("session_waitlist", "w", "offer_expires_at")} and ${q.isInstant("live_class_session", "s", "start_at_utc")}`,
    text: (row) => `${of(row)}: offered until ${row.offer_expires_at}, starts ${row.start_at_utc} UTC`,
  }),
] as const;

/** Of a session `s`: as `endOfQueue` says (SPEC 4). */
function hasEnded(q: CheckSql): string {
  return `(s.status in ${ENDED} or coalesce(s.start_at_utc <= ${q.now}, 1 = 0))`;
}

/** Of an entry: as `isBookedAlready`. */
function isBooked(q: CheckSql, w: string): string {
  return `exists (select 1 from ${q.t("live_class_booking")} b where b.student_user_id = ${w}.student_user_id and b.session_id = ${w}.session_id
    and b.status in ('${BOOKED_STATUSES.join("', '")}'))`;
}

/** Of an entry `w` and its session `s`, which has not begun: the offer has not run out. */
function isLive(q: CheckSql, w = "w"): string {
  return `coalesce(${q.offerEnd(w)} > ${q.now}, 1 = 0)`;
}

/** By session, the seats that offers hold; sessions without any are left out. */
function offers(q: CheckSql): string {
  return `(select o.session_id, count(*) as offers from ${q.t("session_waitlist")} o where o.status = 'offered'
    and ${isLive(q, "o")} and not ${isBooked(q, "o")} group by o.session_id)`;
}

/** Of a session `s`: it is scheduled, or closed because it was full. One that somebody closed here makes no offers. */
function takesBookings(q: CheckSql): string {
  if (!q.has("booking_event")) return "s.status in ('scheduled', 'booking_closed')";
  const closing = `select e.what from ${q.t("booking_event")} e where e.subject = 'live_class_session' and e.subject_id = s.id
      and e.to_value like '%"status":"booking_closed"%' order by e.id desc limit 1`;
  return `(s.status = 'scheduled' or (s.status = 'booking_closed' and coalesce((${closing}), 'closed') = 'closed'))`;
}
