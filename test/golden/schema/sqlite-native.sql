CREATE TABLE "app_user" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "username" varchar(150) NOT NULL,
  "first_name" varchar(150) NOT NULL DEFAULT '',
  "last_name" varchar(150) NOT NULL DEFAULT '',
  "email" varchar(254) NOT NULL DEFAULT '',
  "is_staff" bool NOT NULL DEFAULT 0,
  "is_superuser" bool NOT NULL DEFAULT 0,
  "is_active" bool NOT NULL DEFAULT 1,
  "date_joined" datetime NULL
)

CREATE INDEX "app_user_email_4a499e_idx" ON "app_user" ("email")

CREATE UNIQUE INDEX "app_user_username_9d6296ff_uniq" ON "app_user" ("username")

CREATE TABLE "booking" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "booking_id" text NULL,
  "user_id" bigint NULL,
  "session_id" bigint NULL,
  "status" text NULL,
  "booked_at" text NULL,
  "confirmed_at" text NULL,
  "cancelled_at" text NULL,
  "cancellation_reason" text NULL,
  "cancellation_notes" text NULL,
  "original_session_id" bigint NULL,
  "rescheduled_at" text NULL,
  "attended" bool NULL,
  "attended_at" text NULL,
  "student_notes" text NULL,
  "seats_booked" bigint NULL
)

CREATE INDEX "booking_booking_a182e4_idx" ON "booking" ("booking_id")

CREATE INDEX "booking_origina_9e7c82_idx" ON "booking" ("original_session_id")

CREATE INDEX "booking_session_b59e12_idx" ON "booking" ("session_id")

CREATE INDEX "booking_user_id_9e1008_idx" ON "booking" ("user_id", "session_id")

CREATE TABLE "booking_event" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "at" datetime NOT NULL,
  "actor" text NOT NULL,
  "actor_user_id" bigint NULL,
  "what" text NOT NULL,
  "subject" text NOT NULL,
  "subject_id" bigint NULL,
  "from_value" text NULL,
  "to_value" text NULL,
  "reason" text NULL,
  "overridden" text NULL
)

CREATE INDEX "booking_event_subject" ON "booking_event" ("subject", "subject_id")

CREATE TABLE "booking_import" (
  "key_column" text NOT NULL,
  "key" text NOT NULL,
  "request" text NOT NULL,
  "imported_at" datetime NOT NULL,
  "booking_id" bigint NULL,
  "waitlist_id" bigint NULL,
  PRIMARY KEY ("key_column",
  "key")
) WITHOUT ROWID

CREATE TABLE "booking_reminder" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "booking_id" bigint NULL,
  "group_booking_id" bigint NULL,
  "one_on_one_booking_id" bigint NULL,
  "reminder_type" text NULL,
  "sent_at" text NULL,
  "sent_via" text NULL
)

CREATE TABLE "booking_series" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "type" varchar(20) NOT NULL,
  "status" varchar(20) NOT NULL DEFAULT 'active',
  "frequency" varchar(20) NOT NULL,
  "interval" integer unsigned NOT NULL DEFAULT 1 CHECK ("interval" >= 0),
  "days_of_week" varchar(20) NOT NULL DEFAULT '',
  "occurrence_count" integer unsigned NULL CHECK ("occurrence_count" >= 0),
  "until_date" date NULL,
  "default_meeting_link" text NOT NULL DEFAULT '',
  "default_meeting_id" varchar(100) NOT NULL DEFAULT '',
  "default_meeting_passcode" varchar(100) NOT NULL DEFAULT '',
  "course_id" bigint NOT NULL REFERENCES "course" ("id") DEFERRABLE INITIALLY DEFERRED,
  "student_user_id" bigint NOT NULL REFERENCES "app_user" ("id") DEFERRABLE INITIALLY DEFERRED,
  "teacher_id" bigint NOT NULL REFERENCES "teacher" ("id") DEFERRABLE INITIALLY DEFERRED
)

CREATE INDEX "booking_series_course_id_7cd36813" ON "booking_series" ("course_id")

CREATE INDEX "booking_series_student_user_id_396bb8e6" ON "booking_series" ("student_user_id")

CREATE INDEX "booking_series_teacher_id_842b861e" ON "booking_series" ("teacher_id")

CREATE TABLE "booking_series_item" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "occurrence_index" integer unsigned NOT NULL CHECK ("occurrence_index" >= 0),
  "booking_id" bigint NOT NULL REFERENCES "live_class_booking" ("id") DEFERRABLE INITIALLY DEFERRED,
  "series_id" bigint NOT NULL REFERENCES "booking_series" ("id") DEFERRABLE INITIALLY DEFERRED
)

CREATE INDEX "booking_series_item_booking_id_c9c94704" ON "booking_series_item" ("booking_id")

CREATE INDEX "booking_series_item_series_id_b8136286" ON "booking_series_item" ("series_id")

CREATE UNIQUE INDEX "booking_series_item_series_id_occurrence_index_cb66be9a_uniq" ON "booking_series_item" ("series_id", "occurrence_index")

CREATE TABLE "bulk_load" (
  "name" text NOT NULL,
  PRIMARY KEY ("name")
) WITHOUT ROWID

CREATE TABLE "course" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "title" text NOT NULL,
  "slug" text NOT NULL DEFAULT '',
  "status" varchar(20) NOT NULL DEFAULT 'active',
  "booking_type" varchar(20) NULL,
  "requires_booking_approval" bool NOT NULL DEFAULT 0
)

CREATE TABLE "course_teacher" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "course_id" bigint NULL,
  "teacher_id" bigint NULL,
  "requires_booking_approval" bool NULL
)

CREATE INDEX "course_teac_course__3231fe_idx" ON "course_teacher" ("course_id")

CREATE INDEX "course_teac_teacher_af7460_idx" ON "course_teacher" ("teacher_id")

CREATE TABLE "enrollment" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "user_id" bigint NULL,
  "course_id" bigint NULL,
  "status" varchar(20) NOT NULL DEFAULT 'active'
)

CREATE INDEX "enrollment_user_id_7f367f_idx" ON "enrollment" ("user_id", "course_id")

CREATE TABLE "lease" (
  "name" text NOT NULL,
  "token" text NOT NULL,
  "holder" text NOT NULL,
  "acquired_at" datetime NOT NULL,
  "expires_at" datetime NOT NULL,
  PRIMARY KEY ("name")
) WITHOUT ROWID

CREATE TABLE "legacy_issue" (
  "source_table" text NOT NULL,
  "source_id" bigint NOT NULL,
  "code" text NOT NULL,
  "message" text NOT NULL,
  "status" text NOT NULL,
  "reason" text NULL,
  "source" text NOT NULL,
  "run_id" bigint NULL,
  "given_student_user_id" bigint NULL,
  "given_session_id" bigint NULL,
  "given_teacher_id" bigint NULL,
  "given_course_id" bigint NULL,
  "given_timezone" text NULL,
  "given_status" text NULL,
  "given_start_at_utc" text NULL,
  "given_end_at_utc" text NULL,
  "given_timestamp" text NULL,
  PRIMARY KEY ("source_table",
  "source_id")
) WITHOUT ROWID

CREATE INDEX "legacy_issue_status" ON "legacy_issue" ("status", "code")

CREATE TABLE "legacy_provenance" (
  "source_table" text NOT NULL,
  "source_id" bigint NOT NULL,
  "source_uuid" text NULL,
  "outcome" text NOT NULL,
  "target_id" bigint NULL,
  "created" bigint NOT NULL,
  "source_hash" text NOT NULL,
  "run_id" bigint NOT NULL,
  PRIMARY KEY ("source_table",
  "source_id")
) WITHOUT ROWID

CREATE INDEX "legacy_provenance_target" ON "legacy_provenance" ("outcome", "target_id")

CREATE TABLE "legacy_run" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "status" text NOT NULL,
  "started_at" datetime NOT NULL,
  "finished_at" datetime NULL,
  "actor" text NOT NULL,
  "phase" text NOT NULL,
  "last_id" bigint NOT NULL,
  "ids" text NOT NULL,
  "counts" text NOT NULL
)

CREATE TABLE "legacy_series" (
  "recurring_series_id" text NOT NULL,
  "student_user_id" bigint NOT NULL,
  "teacher_id" bigint NOT NULL,
  "course_id" bigint NOT NULL,
  "series_id" bigint NOT NULL,
  "source_hash" text NOT NULL,
  "run_id" bigint NOT NULL,
  PRIMARY KEY ("recurring_series_id",
  "student_user_id",
  "teacher_id",
  "course_id")
) WITHOUT ROWID

CREATE INDEX "legacy_series_series" ON "legacy_series" ("series_id")

CREATE TABLE "legacy_session_before" (
  "run_id" bigint NOT NULL,
  "session_id" bigint NOT NULL,
  "before_values" text NOT NULL,
  "after_values" text NOT NULL,
  PRIMARY KEY ("run_id",
  "session_id")
) WITHOUT ROWID

CREATE TABLE "live_class_booking" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "booking_type" varchar(20) NOT NULL,
  "start_at_utc" datetime NOT NULL,
  "end_at_utc" datetime NOT NULL,
  "status" varchar(20) NOT NULL,
  "student_note" text NOT NULL,
  "teacher_note" text NOT NULL,
  "seats_reserved" integer unsigned NOT NULL DEFAULT 1 CHECK ("seats_reserved" >= 0),
  "decision_at" datetime NULL,
  "cancelled_at" datetime NULL,
  "cancel_reason" varchar(20) NOT NULL,
  "created_at" datetime NOT NULL,
  "updated_at" datetime NOT NULL,
  "cancelled_by_id" bigint NULL REFERENCES "app_user" ("id") DEFERRABLE INITIALLY DEFERRED,
  "course_id" bigint NOT NULL REFERENCES "course" ("id") DEFERRABLE INITIALLY DEFERRED,
  "decided_by_id" bigint NULL REFERENCES "app_user" ("id") DEFERRABLE INITIALLY DEFERRED,
  "session_id" bigint NULL REFERENCES "live_class_session" ("id") DEFERRABLE INITIALLY DEFERRED,
  "student_user_id" bigint NOT NULL REFERENCES "app_user" ("id") DEFERRABLE INITIALLY DEFERRED,
  "teacher_id" bigint NOT NULL REFERENCES "teacher" ("id") DEFERRABLE INITIALLY DEFERRED
)

CREATE INDEX "live_class__booking_de9c69_idx" ON "live_class_booking" ("booking_type", "status")

CREATE INDEX "live_class__student_a185fc_idx" ON "live_class_booking" ("student_user_id", "start_at_utc")

CREATE INDEX "live_class__teacher_afb6c4_idx" ON "live_class_booking" ("teacher_id", "start_at_utc")

CREATE INDEX "live_class_booking_cancelled_by_id_f625e092" ON "live_class_booking" ("cancelled_by_id")

CREATE INDEX "live_class_booking_course_id_acdf47f5" ON "live_class_booking" ("course_id")

CREATE INDEX "live_class_booking_decided_by_id_53b1e86c" ON "live_class_booking" ("decided_by_id")

CREATE INDEX "live_class_booking_session_id_9ce64c07" ON "live_class_booking" ("session_id")

CREATE INDEX "live_class_booking_student_user_id_fc1c93de" ON "live_class_booking" ("student_user_id")

CREATE INDEX "live_class_booking_teacher_id_0be6eec4" ON "live_class_booking" ("teacher_id")

CREATE UNIQUE INDEX "unique_group_booking" ON "live_class_booking" ("student_user_id", "session_id", "start_at_utc") WHERE "booking_type" = 'group_session'

CREATE UNIQUE INDEX "unique_one_on_one_booking" ON "live_class_booking" ("student_user_id", "teacher_id", "start_at_utc") WHERE "booking_type" = 'one_on_one'

CREATE TRIGGER classbook_booking_delete AFTER DELETE ON "live_class_booking" FOR EACH ROW WHEN OLD.session_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "bulk_load")
BEGIN
  UPDATE "live_class_session" SET seats_taken = (SELECT COALESCE(SUM(seats_reserved), 0) FROM "live_class_booking" WHERE session_id = OLD.session_id AND status IN ('confirmed', 'attended')) WHERE id = OLD.session_id;
END

CREATE TRIGGER classbook_booking_insert AFTER INSERT ON "live_class_booking" FOR EACH ROW WHEN NEW.session_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "bulk_load")
BEGIN
  UPDATE "live_class_session" SET seats_taken = (SELECT COALESCE(SUM(seats_reserved), 0) FROM "live_class_booking" WHERE session_id = NEW.session_id AND status IN ('confirmed', 'attended')) WHERE id = NEW.session_id;
END

CREATE TRIGGER classbook_booking_update AFTER UPDATE OF session_id, status, seats_reserved ON "live_class_booking" FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM "bulk_load")
BEGIN
  UPDATE "live_class_session" SET seats_taken = (SELECT COALESCE(SUM(seats_reserved), 0) FROM "live_class_booking" WHERE session_id = OLD.session_id AND status IN ('confirmed', 'attended')) WHERE id = OLD.session_id;
  UPDATE "live_class_session" SET seats_taken = (SELECT COALESCE(SUM(seats_reserved), 0) FROM "live_class_booking" WHERE session_id = NEW.session_id AND status IN ('confirmed', 'attended')) WHERE id = NEW.session_id;
END

CREATE TABLE "live_class_session" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "course_id" bigint NULL,
  "teacher_id" bigint NULL,
  "title" text NOT NULL DEFAULT '',
  "description" text NOT NULL DEFAULT '',
  "scheduled_start" datetime NULL,
  "scheduled_end" datetime NULL,
  "duration_minutes" bigint NULL DEFAULT 60,
  "status" varchar(20) NOT NULL DEFAULT 'scheduled',
  "meeting_link" text NOT NULL DEFAULT '',
  "meeting_id" text NOT NULL DEFAULT '',
  "max_attendees" bigint NULL,
  "start_at_utc" datetime NULL,
  "end_at_utc" datetime NULL,
  "timezone_snapshot" varchar(64) NOT NULL DEFAULT '',
  "meeting_provider" varchar(20) NOT NULL DEFAULT '',
  "meeting_passcode" varchar(100) NOT NULL DEFAULT '',
  "total_seats" bigint NULL,
  "capacity" bigint NULL,
  "seats_taken" bigint NOT NULL DEFAULT 0,
  "enable_waitlist" bool NOT NULL DEFAULT 0,
  "created_at" datetime NULL,
  "updated_at" datetime NULL
)

CREATE INDEX "classbook_session_unfinished" ON "live_class_session" ("end_at_utc") WHERE "status" IN ('scheduled', 'live', 'booking_closed')

CREATE INDEX "live_class__course__7a36bc_idx" ON "live_class_session" ("course_id")

CREATE INDEX "live_class__start_a_db20ec_idx" ON "live_class_session" ("start_at_utc")

CREATE INDEX "live_class__teacher_f77f54_idx" ON "live_class_session" ("teacher_id", "start_at_utc")

CREATE TRIGGER classbook_session_capacity AFTER UPDATE OF capacity, total_seats, max_attendees ON "live_class_session" FOR EACH ROW WHEN (NEW.capacity IS NOT OLD.capacity OR NEW.total_seats IS NOT OLD.total_seats OR NEW.max_attendees IS NOT OLD.max_attendees) AND NOT EXISTS (SELECT 1 FROM "bulk_load")
BEGIN
  UPDATE "live_class_session" SET capacity = COALESCE(CASE WHEN NEW.capacity IS NOT OLD.capacity THEN NEW.capacity WHEN NEW.total_seats IS NOT OLD.total_seats THEN NEW.total_seats WHEN NEW.max_attendees IS NOT OLD.max_attendees THEN NEW.max_attendees END, COALESCE(NEW.capacity, NEW.total_seats, NEW.max_attendees, 10)), total_seats = COALESCE(CASE WHEN NEW.capacity IS NOT OLD.capacity THEN NEW.capacity WHEN NEW.total_seats IS NOT OLD.total_seats THEN NEW.total_seats WHEN NEW.max_attendees IS NOT OLD.max_attendees THEN NEW.max_attendees END, COALESCE(NEW.capacity, NEW.total_seats, NEW.max_attendees, 10)), max_attendees = COALESCE(CASE WHEN NEW.capacity IS NOT OLD.capacity THEN NEW.capacity WHEN NEW.total_seats IS NOT OLD.total_seats THEN NEW.total_seats WHEN NEW.max_attendees IS NOT OLD.max_attendees THEN NEW.max_attendees END, COALESCE(NEW.capacity, NEW.total_seats, NEW.max_attendees, 10)) WHERE id = NEW.id;
END

CREATE TRIGGER classbook_session_insert AFTER INSERT ON "live_class_session" FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM "bulk_load")
BEGIN
  UPDATE "live_class_session" SET capacity = COALESCE(NEW.capacity, NEW.total_seats, NEW.max_attendees, 10), total_seats = COALESCE(NEW.capacity, NEW.total_seats, NEW.max_attendees, 10), max_attendees = COALESCE(NEW.capacity, NEW.total_seats, NEW.max_attendees, 10) WHERE id = NEW.id;
END

CREATE TRIGGER classbook_session_insert_utc AFTER INSERT ON "live_class_session" FOR EACH ROW WHEN NOT EXISTS (SELECT 1 FROM "bulk_load") AND NOT EXISTS (SELECT 1 FROM "setting" WHERE name = 'source_timezone')
BEGIN
  UPDATE "live_class_session" SET start_at_utc = COALESCE(NEW.start_at_utc, CASE WHEN date(substr(NEW.scheduled_start, 1, 10)) = substr(NEW.scheduled_start, 1, 10) AND substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)) NOT GLOB '*:*[+-]*' THEN strftime('%Y-%m-%d %H:%M:%S', substr(NEW.scheduled_start, 1, 10) || ' ' || substr(NEW.scheduled_start, 12, 8) || CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END) || CASE WHEN substr(NEW.scheduled_start, 20, 1) <> '.' OR substr(rtrim(substr(substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) = '000000' THEN '' ELSE '.' || substr(rtrim(substr(substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) END END), end_at_utc = COALESCE(NEW.end_at_utc, CASE WHEN date(substr(NEW.start_at_utc, 1, 10)) = substr(NEW.start_at_utc, 1, 10) AND substr(NEW.start_at_utc, 1, length(NEW.start_at_utc) - length(CASE WHEN NEW.start_at_utc GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.start_at_utc, -6) ELSE '' END)) NOT GLOB '*:*[+-]*' THEN strftime('%Y-%m-%d %H:%M:%S', substr(NEW.start_at_utc, 1, 10) || ' ' || substr(NEW.start_at_utc, 12, 8) || CASE WHEN NEW.start_at_utc GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.start_at_utc, -6) ELSE '' END, printf('+%d minutes', COALESCE(NULLIF(NEW.duration_minutes, 0), 60))) || CASE WHEN substr(NEW.start_at_utc, 20, 1) <> '.' OR substr(rtrim(substr(substr(NEW.start_at_utc, 1, length(NEW.start_at_utc) - length(CASE WHEN NEW.start_at_utc GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.start_at_utc, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) = '000000' THEN '' ELSE '.' || substr(rtrim(substr(substr(NEW.start_at_utc, 1, length(NEW.start_at_utc) - length(CASE WHEN NEW.start_at_utc GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.start_at_utc, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) END END, CASE WHEN date(substr(NEW.scheduled_start, 1, 10)) = substr(NEW.scheduled_start, 1, 10) AND substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)) NOT GLOB '*:*[+-]*' THEN strftime('%Y-%m-%d %H:%M:%S', substr(NEW.scheduled_start, 1, 10) || ' ' || substr(NEW.scheduled_start, 12, 8) || CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END, printf('+%d minutes', COALESCE(NULLIF(NEW.duration_minutes, 0), 60))) || CASE WHEN substr(NEW.scheduled_start, 20, 1) <> '.' OR substr(rtrim(substr(substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) = '000000' THEN '' ELSE '.' || substr(rtrim(substr(substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) END END) WHERE id = NEW.id;
END

CREATE TRIGGER classbook_session_local_time AFTER UPDATE OF scheduled_start, duration_minutes ON "live_class_session" FOR EACH ROW WHEN (NEW.scheduled_start IS NOT OLD.scheduled_start OR NEW.duration_minutes IS NOT OLD.duration_minutes) AND NEW.start_at_utc IS OLD.start_at_utc AND NEW.end_at_utc IS OLD.end_at_utc AND NOT EXISTS (SELECT 1 FROM "bulk_load") AND EXISTS (SELECT 1 FROM "setting" WHERE name = 'source_timezone')
BEGIN
  UPDATE "live_class_session" SET start_at_utc = NULL, end_at_utc = NULL WHERE id = NEW.id;
END

CREATE TRIGGER classbook_session_time AFTER UPDATE OF scheduled_start, duration_minutes ON "live_class_session" FOR EACH ROW WHEN (NEW.scheduled_start IS NOT OLD.scheduled_start OR NEW.duration_minutes IS NOT OLD.duration_minutes) AND NOT EXISTS (SELECT 1 FROM "bulk_load") AND NOT EXISTS (SELECT 1 FROM "setting" WHERE name = 'source_timezone')
BEGIN
  UPDATE "live_class_session" SET start_at_utc = COALESCE(CASE WHEN date(substr(NEW.scheduled_start, 1, 10)) = substr(NEW.scheduled_start, 1, 10) AND substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)) NOT GLOB '*:*[+-]*' THEN strftime('%Y-%m-%d %H:%M:%S', substr(NEW.scheduled_start, 1, 10) || ' ' || substr(NEW.scheduled_start, 12, 8) || CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END) || CASE WHEN substr(NEW.scheduled_start, 20, 1) <> '.' OR substr(rtrim(substr(substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) = '000000' THEN '' ELSE '.' || substr(rtrim(substr(substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) END END, NEW.start_at_utc), end_at_utc = COALESCE(CASE WHEN date(substr(NEW.scheduled_start, 1, 10)) = substr(NEW.scheduled_start, 1, 10) AND substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)) NOT GLOB '*:*[+-]*' THEN strftime('%Y-%m-%d %H:%M:%S', substr(NEW.scheduled_start, 1, 10) || ' ' || substr(NEW.scheduled_start, 12, 8) || CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END, printf('+%d minutes', COALESCE(NULLIF(NEW.duration_minutes, 0), 60))) || CASE WHEN substr(NEW.scheduled_start, 20, 1) <> '.' OR substr(rtrim(substr(substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) = '000000' THEN '' ELSE '.' || substr(rtrim(substr(substr(NEW.scheduled_start, 1, length(NEW.scheduled_start) - length(CASE WHEN NEW.scheduled_start GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.scheduled_start, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) END END, CASE WHEN date(substr(NEW.start_at_utc, 1, 10)) = substr(NEW.start_at_utc, 1, 10) AND substr(NEW.start_at_utc, 1, length(NEW.start_at_utc) - length(CASE WHEN NEW.start_at_utc GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.start_at_utc, -6) ELSE '' END)) NOT GLOB '*:*[+-]*' THEN strftime('%Y-%m-%d %H:%M:%S', substr(NEW.start_at_utc, 1, 10) || ' ' || substr(NEW.start_at_utc, 12, 8) || CASE WHEN NEW.start_at_utc GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.start_at_utc, -6) ELSE '' END, printf('+%d minutes', COALESCE(NULLIF(NEW.duration_minutes, 0), 60))) || CASE WHEN substr(NEW.start_at_utc, 20, 1) <> '.' OR substr(rtrim(substr(substr(NEW.start_at_utc, 1, length(NEW.start_at_utc) - length(CASE WHEN NEW.start_at_utc GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.start_at_utc, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) = '000000' THEN '' ELSE '.' || substr(rtrim(substr(substr(NEW.start_at_utc, 1, length(NEW.start_at_utc) - length(CASE WHEN NEW.start_at_utc GLOB '*:*[+-][0-9][0-9]:[0-9][0-9]' THEN substr(NEW.start_at_utc, -6) ELSE '' END)), 21, 6), 'Zz') || '000000', 1, 6) END END, NEW.end_at_utc) WHERE id = NEW.id;
END

CREATE TABLE "notification_outbox" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "created_at" datetime NOT NULL,
  "kind" text NOT NULL,
  "user_id" bigint NULL,
  "payload" text NOT NULL,
  "sent_at" datetime NULL
)

CREATE TABLE "one_on_one_booking" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "booking_id" text NULL,
  "user_id" bigint NULL,
  "availability_slot_id" bigint NULL,
  "course_id" bigint NULL,
  "status" text NULL,
  "booked_at" text NULL,
  "confirmed_at" text NULL,
  "declined_at" text NULL,
  "declined_reason" text NULL,
  "cancelled_at" text NULL,
  "cancellation_reason" text NULL,
  "cancellation_notes" text NULL,
  "meeting_link" text NULL,
  "original_booking_id" bigint NULL,
  "rescheduled_at" text NULL,
  "attended" bool NULL,
  "attended_at" text NULL,
  "student_notes" text NULL,
  "teacher_notes" text NULL,
  "is_recurring" bool NULL,
  "recurring_series_id" text NULL,
  "recurring_cadence" text NULL,
  "next_booking_date" text NULL
)

CREATE INDEX "one_on_one__availab_f9e53a_idx" ON "one_on_one_booking" ("availability_slot_id")

CREATE INDEX "one_on_one__booking_37231d_idx" ON "one_on_one_booking" ("booking_id")

CREATE INDEX "one_on_one__origina_3eb989_idx" ON "one_on_one_booking" ("original_booking_id")

CREATE INDEX "one_on_one__user_id_c76f3b_idx" ON "one_on_one_booking" ("user_id", "availability_slot_id")

CREATE TABLE "schema_history" (id text primary key not null, applied_at datetime not null, checksum text not null, undo text not null)

CREATE TABLE "session_waitlist" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "status" varchar(20) NOT NULL DEFAULT 'waiting',
  "created_at" datetime NOT NULL,
  "offered_at" datetime NULL,
  "accepted_at" datetime NULL,
  "expired_at" datetime NULL,
  "session_id" bigint NOT NULL REFERENCES "live_class_session" ("id") DEFERRABLE INITIALLY DEFERRED,
  "student_user_id" bigint NOT NULL REFERENCES "app_user" ("id") DEFERRABLE INITIALLY DEFERRED
  ,
  "offer_expires_at" datetime NULL)

CREATE INDEX "classbook_waitlist_live" ON "session_waitlist" ("session_id") WHERE "status" IN ('waiting', 'offered')

CREATE INDEX "session_waitlist_session_id_3ecb07ff" ON "session_waitlist" ("session_id")

CREATE UNIQUE INDEX "session_waitlist_session_id_student_user_id_f7fa75de_uniq" ON "session_waitlist" ("session_id", "student_user_id")

CREATE INDEX "session_waitlist_student_user_id_1aef4c12" ON "session_waitlist" ("student_user_id")

CREATE TABLE "setting" (
  "name" text NOT NULL,
  "value" text NOT NULL,
  PRIMARY KEY ("name")
) WITHOUT ROWID

CREATE TABLE "teacher" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "user_id" bigint NULL,
  "is_approved" bool NOT NULL DEFAULT 0
)

CREATE INDEX "teacher_user_id_50d17f_idx" ON "teacher" ("user_id")

CREATE TABLE "teacher_availability" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "teacher_id" bigint NULL,
  "course_id" bigint NULL,
  "slot_type" text NOT NULL DEFAULT 'recurring',
  "day_of_week" bigint NULL,
  "start_time" text NULL,
  "end_time" text NULL,
  "valid_from" text NULL,
  "valid_until" text NULL,
  "start_datetime" text NULL,
  "end_datetime" text NULL,
  "timezone" text NULL,
  "is_active" bool NOT NULL DEFAULT 1,
  "is_blocked" bool NOT NULL DEFAULT 0,
  "blocked_reason" text NOT NULL DEFAULT ''
)

CREATE INDEX "classbook_slot_teacher_start" ON "teacher_availability" ("teacher_id", "start_datetime")

CREATE INDEX "teacher_ava_teacher_144ce0_idx" ON "teacher_availability" ("teacher_id")

CREATE TABLE "teacher_booking_policy" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "requires_approval_for_one_on_one" bool NOT NULL DEFAULT 0,
  "requires_approval_for_group" bool NOT NULL DEFAULT 0,
  "min_notice_hours" integer unsigned NOT NULL DEFAULT 24 CHECK ("min_notice_hours" >= 0),
  "cancel_window_hours" integer unsigned NOT NULL DEFAULT 24 CHECK ("cancel_window_hours" >= 0),
  "buffer_before_minutes" integer unsigned NOT NULL DEFAULT 0 CHECK ("buffer_before_minutes" >= 0),
  "buffer_after_minutes" integer unsigned NOT NULL DEFAULT 0 CHECK ("buffer_after_minutes" >= 0),
  "max_bookings_per_day" integer unsigned NULL CHECK ("max_bookings_per_day" >= 0),
  "course_id" bigint NULL REFERENCES "course" ("id") DEFERRABLE INITIALLY DEFERRED,
  "teacher_id" bigint NOT NULL REFERENCES "teacher" ("id") DEFERRABLE INITIALLY DEFERRED
)

CREATE UNIQUE INDEX "classbook_one_default_policy" ON "teacher_booking_policy" ("teacher_id") WHERE "course_id" IS NULL

CREATE INDEX "teacher_booking_policy_course_id_4fed71bc" ON "teacher_booking_policy" ("course_id")

CREATE INDEX "teacher_booking_policy_teacher_id_492ea8cc" ON "teacher_booking_policy" ("teacher_id")

CREATE UNIQUE INDEX "teacher_booking_policy_teacher_id_course_id_f80ea3e1_uniq" ON "teacher_booking_policy" ("teacher_id", "course_id")

CREATE TABLE "user_profile" (
  "id" integer NOT NULL PRIMARY KEY AUTOINCREMENT,
  "user_id" bigint NULL,
  "role" varchar(20) NOT NULL DEFAULT 'student',
  "timezone" varchar(64) NOT NULL DEFAULT 'UTC'
)

CREATE INDEX "user_profil_user_id_4f95f8_idx" ON "user_profile" ("user_id")
