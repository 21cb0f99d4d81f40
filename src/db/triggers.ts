/**
 * The app's missing "signals" as triggers (SPEC 2): seats_taken, the UTC fields and the capacity columns
 * stay right whoever writes, the old app and a hand in psql or sqlite3 included.
 *
 * A bulk load pauses them inside its own transaction and keeps the counters itself: on SQLite by a row
 * in bulk_load that no other connection ever sees, on PostgreSQL by a setting local to the transaction.
 */
import { quote, type Step } from "./ddl.ts";
import type { Engine, Layout } from "./layout.ts";

/** The transaction-local setting that pauses the triggers on PostgreSQL. */
export const PAUSE_SETTING = "classbook.bulk_load";

interface Names {
  session: string;
  booking: string;
  setting: string;
  bulkLoad: string;
  /** Whether the session table has the column. */
  has: (column: string) => boolean;
}

const SEATED = "('confirmed', 'attended')";
const CAPACITY_COLUMNS = ["capacity", "total_seats", "max_attendees"];

export function createTriggers(engine: Engine, layout: Layout): Step[] {
  const names: Names = {
    session: quote(layout.name("live_class_session")),
    booking: quote(layout.name("live_class_booking")),
    setting: quote(layout.name("setting")),
    bulkLoad: quote(layout.name("bulk_load")),
    has: (column) => layout.has("live_class_session", column),
  };
  if (!layout.has("live_class_session")) return [];
  const there = new Set([
    ...layout.table("live_class_session")!.triggers,
    ...(layout.table("live_class_booking")?.triggers ?? []),
  ]);
  const steps = engine === "sqlite" ? sqliteTriggers(names) : postgresTriggers(names);
  return steps.filter((step) => !there.has(step.what.split(" ")[1]!));
}

function sqliteTrigger(name: string, event: string, when: string[], body: string[]): Step {
  return {
    what: `trigger ${name}`,
    sql: `CREATE TRIGGER ${name} AFTER ${event} FOR EACH ROW WHEN ${when.join(" AND ")}\nBEGIN\n  ${body.join(";\n  ")};\nEND`,
    undo: `DROP TRIGGER IF EXISTS ${name}`,
  };
}

/**
 * Canonical UTC text of a Django datetime text, its fraction and an offset minded; null where it is no date of
 * the calendar (SQLite alone takes the 31st of June for the 1st of July).
 */
export function sqliteInstant(value: string, minutes?: string): string {
  const shift = minutes === undefined ? "" : `, ${minutes}`;
  const offset = `CASE WHEN ${value} GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(${value}, -6) ELSE '' END`;
  const bare = `substr(${value}, 1, length(${value}) - length(${offset}))`;
  const digits = `substr(rtrim(substr(${bare}, 21, 6), 'Zz') || '000000', 1, 6)`;
  const fraction = `CASE WHEN substr(${value}, 20, 1) <> '.' OR ${digits} = '000000' THEN '' ELSE '.' || ${digits} END`;
  const readable = `date(substr(${value}, 1, 10)) = substr(${value}, 1, 10) AND ${bare} NOT GLOB '*:*[+-]*'`;
  return `CASE WHEN ${readable} THEN strftime('%Y-%m-%d %H:%M:%S', substr(${value}, 1, 10) || ' ' || substr(${value}, 12, 8) || ${offset}${shift}) || ${fraction} END`;
}

function sqliteTriggers(n: Names): Step[] {
  const live = `NOT EXISTS (SELECT 1 FROM ${n.bulkLoad})`;
  const localSource = `EXISTS (SELECT 1 FROM ${n.setting} WHERE name = 'source_timezone')`;
  const utcSource = `NOT ${localSource}`;
  const seats = (id: string) => {
    const sum = `(SELECT COALESCE(SUM(seats_reserved), 0) FROM ${n.booking} WHERE session_id = ${id} AND status IN ${SEATED})`;
    const mirror = n.has("current_attendees") ? `, current_attendees = ${sum}` : "";
    return `UPDATE ${n.session} SET seats_taken = ${sum}${mirror} WHERE id = ${id}`;
  };
  const minutes = `printf('+%d minutes', COALESCE(NULLIF(NEW.duration_minutes, 0), 60))`;
  const start = sqliteInstant("NEW.scheduled_start");
  const end = sqliteInstant("NEW.scheduled_start", minutes);
  const givenEnd = sqliteInstant("NEW.start_at_utc", minutes);
  const capacity = CAPACITY_COLUMNS.filter(n.has);
  const firstCapacity = `COALESCE(${capacity.map((c) => `NEW.${c}`).join(", ")}, 10)`;
  const changedCapacity = `COALESCE(CASE ${capacity.map((c) => `WHEN NEW.${c} IS NOT OLD.${c} THEN NEW.${c}`).join(" ")} END, ${firstCapacity})`;
  const steps = [
    sqliteTrigger(
      "classbook_booking_insert",
      `INSERT ON ${n.booking}`,
      ["NEW.session_id IS NOT NULL", live],
      [seats("NEW.session_id")],
    ),
    sqliteTrigger(
      "classbook_booking_delete",
      `DELETE ON ${n.booking}`,
      ["OLD.session_id IS NOT NULL", live],
      [seats("OLD.session_id")],
    ),
    sqliteTrigger(
      "classbook_booking_update",
      `UPDATE OF session_id, status, seats_reserved ON ${n.booking}`,
      [live],
      [seats("OLD.session_id"), seats("NEW.session_id")],
    ),
    sqliteTrigger(
      "classbook_session_insert",
      `INSERT ON ${n.session}`,
      [live],
      [
        `UPDATE ${n.session} SET ${capacity.map((c) => `${c} = ${firstCapacity}`).join(", ")} WHERE id = NEW.id`,
      ],
    ),
    sqliteTrigger(
      "classbook_session_insert_utc",
      `INSERT ON ${n.session}`,
      [live, utcSource],
      [
        `UPDATE ${n.session} SET start_at_utc = COALESCE(NEW.start_at_utc, ${start}), end_at_utc = COALESCE(NEW.end_at_utc, ${givenEnd}, ${end}) WHERE id = NEW.id`,
      ],
    ),
    sqliteTrigger(
      "classbook_session_time",
      `UPDATE OF scheduled_start, duration_minutes ON ${n.session}`,
      [
        "(NEW.scheduled_start IS NOT OLD.scheduled_start OR NEW.duration_minutes IS NOT OLD.duration_minutes)",
        live,
        utcSource,
      ],
      [
        `UPDATE ${n.session} SET start_at_utc = COALESCE(${start}, NEW.start_at_utc), end_at_utc = COALESCE(${end}, ${givenEnd}, NEW.end_at_utc) WHERE id = NEW.id`,
      ],
    ),
    // The database cannot tell local time: the next run of the migration fills the UTC fields again.
    sqliteTrigger(
      "classbook_session_local_time",
      `UPDATE OF scheduled_start, duration_minutes ON ${n.session}`,
      [
        "(NEW.scheduled_start IS NOT OLD.scheduled_start OR NEW.duration_minutes IS NOT OLD.duration_minutes)",
        "NEW.start_at_utc IS OLD.start_at_utc AND NEW.end_at_utc IS OLD.end_at_utc",
        live,
        localSource,
      ],
      [`UPDATE ${n.session} SET start_at_utc = NULL, end_at_utc = NULL WHERE id = NEW.id`],
    ),
    sqliteTrigger(
      "classbook_session_capacity",
      `UPDATE OF ${capacity.join(", ")} ON ${n.session}`,
      [`(${capacity.map((c) => `NEW.${c} IS NOT OLD.${c}`).join(" OR ")})`, live],
      [
        `UPDATE ${n.session} SET ${capacity.map((c) => `${c} = ${changedCapacity}`).join(", ")} WHERE id = NEW.id`,
      ],
    ),
  ];
  if (n.has("meeting_link") && n.has("meeting_url")) {
    const filled = (a: string, b: string) => `COALESCE(NULLIF(NEW.${a}, ''), NEW.${b}, '')`;
    steps.push(
      sqliteTrigger(
        "classbook_session_link_insert",
        `INSERT ON ${n.session}`,
        [live],
        [
          `UPDATE ${n.session} SET meeting_link = ${filled("meeting_link", "meeting_url")}, meeting_url = ${filled("meeting_link", "meeting_url")} WHERE id = NEW.id`,
        ],
      ),
      sqliteTrigger(
        "classbook_session_link",
        `UPDATE OF meeting_link, meeting_url ON ${n.session}`,
        ["(NEW.meeting_link IS NOT OLD.meeting_link OR NEW.meeting_url IS NOT OLD.meeting_url)", live],
        [
          `UPDATE ${n.session} SET (meeting_link, meeting_url) = (SELECT v, v FROM (SELECT CASE WHEN NEW.meeting_link IS NOT OLD.meeting_link THEN NEW.meeting_link ELSE NEW.meeting_url END AS v)) WHERE id = NEW.id`,
        ],
      ),
    );
  }
  return steps;
}

function postgresTriggers(n: Names): Step[] {
  const mirror = n.has("current_attendees") ? ", current_attendees = taken" : "";
  const capacity = CAPACITY_COLUMNS.filter(n.has);
  const assign = capacity.map((c) => `NEW.${c} := seats;`).join(" ");
  const first = `COALESCE(${capacity.map((c) => `NEW.${c}`).join(", ")}, 10)`;
  const changed = capacity.map((c) => `WHEN NEW.${c} IS DISTINCT FROM OLD.${c} THEN NEW.${c}`).join(" ");
  const links = n.has("meeting_link") && n.has("meeting_url");
  const duration = "make_interval(mins => COALESCE(NULLIF(NEW.duration_minutes, 0), 60)::int)";
  const live = `COALESCE(current_setting('${PAUSE_SETTING}', true), '') <> 'on'`;
  return [
    {
      what: "function classbook_booking_seats",
      sql: `CREATE FUNCTION classbook_booking_seats() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint; taken bigint;
BEGIN
  FOR touched IN SELECT DISTINCT v FROM (VALUES (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.session_id END), (CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.session_id END)) t(v) WHERE v IS NOT NULL ORDER BY v LOOP
    -- The lock first: the sum must see what a concurrent booking of the same session committed.
    PERFORM 1 FROM ${n.session} WHERE id = touched FOR UPDATE;
    SELECT COALESCE(SUM(seats_reserved), 0) INTO taken FROM ${n.booking} WHERE session_id = touched AND status IN ${SEATED};
    UPDATE ${n.session} SET seats_taken = taken${mirror} WHERE id = touched;
  END LOOP;
  RETURN NULL;
END $$`,
      undo: "DROP FUNCTION IF EXISTS classbook_booking_seats() CASCADE",
    },
    {
      what: "trigger classbook_booking_seats",
      sql: `CREATE TRIGGER classbook_booking_seats AFTER INSERT OR DELETE OR UPDATE OF session_id, status, seats_reserved ON ${n.booking}
FOR EACH ROW WHEN (${live}) EXECUTE FUNCTION classbook_booking_seats()`,
      undo: null,
    },
    {
      what: "function classbook_session_signals",
      sql: `CREATE FUNCTION classbook_session_signals() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE seats bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    seats := ${first};
    ${assign}
    ${links ? "NEW.meeting_link := COALESCE(NULLIF(NEW.meeting_link, ''), NEW.meeting_url, ''); NEW.meeting_url := NEW.meeting_link;" : ""}
  ELSE
    IF ${capacity.map((c) => `NEW.${c} IS DISTINCT FROM OLD.${c}`).join(" OR ")} THEN
      seats := COALESCE(CASE ${changed} END, ${first});
      ${assign}
    END IF;
    ${
      links
        ? `IF NEW.meeting_link IS DISTINCT FROM OLD.meeting_link THEN NEW.meeting_url := NEW.meeting_link;
    ELSIF NEW.meeting_url IS DISTINCT FROM OLD.meeting_url THEN NEW.meeting_link := NEW.meeting_url; END IF;`
        : ""
    }
  END IF;
  IF NOT EXISTS (SELECT 1 FROM ${n.setting} WHERE name = 'source_timezone') THEN
    IF TG_OP = 'INSERT' THEN
      NEW.start_at_utc := COALESCE(NEW.start_at_utc, NEW.scheduled_start);
      NEW.end_at_utc := COALESCE(NEW.end_at_utc, NEW.start_at_utc + ${duration});
    ELSIF NEW.scheduled_start IS DISTINCT FROM OLD.scheduled_start OR NEW.duration_minutes IS DISTINCT FROM OLD.duration_minutes THEN
      NEW.start_at_utc := COALESCE(NEW.scheduled_start, NEW.start_at_utc);
      NEW.end_at_utc := NEW.start_at_utc + ${duration};
    END IF;
  ELSIF TG_OP = 'UPDATE' AND (NEW.scheduled_start IS DISTINCT FROM OLD.scheduled_start OR NEW.duration_minutes IS DISTINCT FROM OLD.duration_minutes)
    AND NEW.start_at_utc IS NOT DISTINCT FROM OLD.start_at_utc AND NEW.end_at_utc IS NOT DISTINCT FROM OLD.end_at_utc THEN
    -- The database cannot tell local time: the next run of the migration fills the UTC fields again.
    NEW.start_at_utc := NULL;
    NEW.end_at_utc := NULL;
  END IF;
  RETURN NEW;
END $$`,
      undo: "DROP FUNCTION IF EXISTS classbook_session_signals() CASCADE",
    },
    {
      what: "trigger classbook_session_signals",
      sql: `CREATE TRIGGER classbook_session_signals BEFORE INSERT OR UPDATE ON ${n.session}
FOR EACH ROW WHEN (${live}) EXECUTE FUNCTION classbook_session_signals()`,
      undo: null,
    },
  ];
}
