TABLE app_user
  id bigint NOT NULL IDENTITY
  username character varying(150) NOT NULL
  first_name character varying(150) NOT NULL DEFAULT ''::character varying
  last_name character varying(150) NOT NULL DEFAULT ''::character varying
  email character varying(254) NOT NULL DEFAULT ''::character varying
  is_staff boolean NOT NULL DEFAULT false
  is_superuser boolean NOT NULL DEFAULT false
  is_active boolean NOT NULL DEFAULT true
  date_joined timestamp with time zone
  CONSTRAINT app_user_pkey PRIMARY KEY (id)
  CONSTRAINT app_user_username_9d6296ff_uniq UNIQUE (username)
  CREATE INDEX app_user_email_4a499e_idx ON public.app_user USING btree (email)

TABLE booking
  id bigint NOT NULL IDENTITY
  booking_id text
  user_id bigint
  session_id bigint
  status text
  booked_at text
  confirmed_at text
  cancelled_at text
  cancellation_reason text
  cancellation_notes text
  original_session_id bigint
  rescheduled_at text
  attended boolean
  attended_at text
  student_notes text
  seats_booked bigint
  CONSTRAINT booking_pkey PRIMARY KEY (id)
  CREATE INDEX booking_booking_a182e4_idx ON public.booking USING btree (booking_id)
  CREATE INDEX booking_origina_9e7c82_idx ON public.booking USING btree (original_session_id)
  CREATE INDEX booking_session_b59e12_idx ON public.booking USING btree (session_id)
  CREATE INDEX booking_user_id_9e1008_idx ON public.booking USING btree (user_id, session_id)

TABLE booking_event
  id bigint NOT NULL IDENTITY
  at timestamp with time zone NOT NULL
  actor text NOT NULL
  actor_user_id bigint
  what text NOT NULL
  subject text NOT NULL
  subject_id bigint
  from_value text
  to_value text
  reason text
  overridden text
  CONSTRAINT booking_event_pkey PRIMARY KEY (id)
  CREATE INDEX booking_event_subject ON public.booking_event USING btree (subject, subject_id)

TABLE booking_import
  key_column text NOT NULL
  key text NOT NULL
  request text NOT NULL
  imported_at timestamp with time zone NOT NULL
  booking_id bigint
  waitlist_id bigint
  CONSTRAINT booking_import_pkey PRIMARY KEY (key_column, key)

TABLE booking_reminder
  id bigint NOT NULL IDENTITY
  booking_id bigint
  group_booking_id bigint
  one_on_one_booking_id bigint
  reminder_type text
  sent_at text
  sent_via text
  CONSTRAINT booking_reminder_pkey PRIMARY KEY (id)

TABLE booking_series
  id bigint NOT NULL IDENTITY
  type character varying(20) NOT NULL
  status character varying(20) NOT NULL DEFAULT 'active'::character varying
  frequency character varying(20) NOT NULL
  "interval" integer NOT NULL DEFAULT 1
  days_of_week character varying(20) NOT NULL DEFAULT ''::character varying
  occurrence_count integer
  until_date date
  default_meeting_link text NOT NULL DEFAULT ''::text
  default_meeting_id character varying(100) NOT NULL DEFAULT ''::character varying
  default_meeting_passcode character varying(100) NOT NULL DEFAULT ''::character varying
  course_id bigint NOT NULL
  student_user_id bigint NOT NULL
  teacher_id bigint NOT NULL
  CONSTRAINT booking_series_course_id_7cd36813_fk_course_id FOREIGN KEY (course_id) REFERENCES course(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT booking_series_interval_check CHECK (("interval" >= 0))
  CONSTRAINT booking_series_occurrence_count_check CHECK ((occurrence_count >= 0))
  CONSTRAINT booking_series_pkey PRIMARY KEY (id)
  CONSTRAINT booking_series_student_user_id_396bb8e6_fk_app_user_id FOREIGN KEY (student_user_id) REFERENCES app_user(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT booking_series_teacher_id_842b861e_fk_teacher_id FOREIGN KEY (teacher_id) REFERENCES teacher(id) DEFERRABLE INITIALLY DEFERRED
  CREATE INDEX booking_series_course_id_7cd36813 ON public.booking_series USING btree (course_id)
  CREATE INDEX booking_series_student_user_id_396bb8e6 ON public.booking_series USING btree (student_user_id)
  CREATE INDEX booking_series_teacher_id_842b861e ON public.booking_series USING btree (teacher_id)

TABLE booking_series_item
  id bigint NOT NULL IDENTITY
  occurrence_index integer NOT NULL
  booking_id bigint NOT NULL
  series_id bigint NOT NULL
  CONSTRAINT booking_series_item_booking_id_c9c94704_fk_live_clas FOREIGN KEY (booking_id) REFERENCES live_class_booking(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT booking_series_item_occurrence_index_check CHECK ((occurrence_index >= 0))
  CONSTRAINT booking_series_item_pkey PRIMARY KEY (id)
  CONSTRAINT booking_series_item_series_id_b8136286_fk_booking_series_id FOREIGN KEY (series_id) REFERENCES booking_series(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT booking_series_item_series_id_occurrence_index_cb66be9a_uniq UNIQUE (series_id, occurrence_index)
  CREATE INDEX booking_series_item_booking_id_c9c94704 ON public.booking_series_item USING btree (booking_id)
  CREATE INDEX booking_series_item_series_id_b8136286 ON public.booking_series_item USING btree (series_id)

TABLE bulk_load
  name text NOT NULL
  CONSTRAINT bulk_load_pkey PRIMARY KEY (name)

TABLE course
  id bigint NOT NULL IDENTITY
  title text NOT NULL
  slug text NOT NULL DEFAULT ''::text
  status character varying(20) NOT NULL DEFAULT 'active'::character varying
  booking_type character varying(20)
  requires_booking_approval boolean NOT NULL DEFAULT false
  CONSTRAINT course_pkey PRIMARY KEY (id)

TABLE course_teacher
  id bigint NOT NULL IDENTITY
  course_id bigint
  teacher_id bigint
  requires_booking_approval boolean
  CONSTRAINT course_teacher_pkey PRIMARY KEY (id)
  CREATE INDEX course_teac_course__3231fe_idx ON public.course_teacher USING btree (course_id)
  CREATE INDEX course_teac_teacher_af7460_idx ON public.course_teacher USING btree (teacher_id)

TABLE enrollment
  id bigint NOT NULL IDENTITY
  user_id bigint
  course_id bigint
  status character varying(20) NOT NULL DEFAULT 'active'::character varying
  CONSTRAINT enrollment_pkey PRIMARY KEY (id)
  CREATE INDEX enrollment_user_id_7f367f_idx ON public.enrollment USING btree (user_id, course_id)

TABLE lease
  name text NOT NULL
  token text NOT NULL
  holder text NOT NULL
  acquired_at timestamp with time zone NOT NULL
  expires_at timestamp with time zone NOT NULL
  CONSTRAINT lease_pkey PRIMARY KEY (name)

TABLE legacy_issue
  source_table text NOT NULL
  source_id bigint NOT NULL
  code text NOT NULL
  message text NOT NULL
  status text NOT NULL
  reason text
  source text NOT NULL
  run_id bigint
  given_student_user_id bigint
  given_session_id bigint
  given_teacher_id bigint
  given_course_id bigint
  given_timezone text
  given_status text
  given_start_at_utc text
  given_end_at_utc text
  given_timestamp text
  CONSTRAINT legacy_issue_pkey PRIMARY KEY (source_table, source_id)
  CREATE INDEX legacy_issue_status ON public.legacy_issue USING btree (status, code)

TABLE legacy_provenance
  source_table text NOT NULL
  source_id bigint NOT NULL
  source_uuid text
  outcome text NOT NULL
  target_id bigint
  created bigint NOT NULL
  source_hash text NOT NULL
  run_id bigint NOT NULL
  CONSTRAINT legacy_provenance_pkey PRIMARY KEY (source_table, source_id)
  CREATE INDEX legacy_provenance_target ON public.legacy_provenance USING btree (outcome, target_id)

TABLE legacy_run
  id bigint NOT NULL IDENTITY
  status text NOT NULL
  started_at timestamp with time zone NOT NULL
  finished_at timestamp with time zone
  actor text NOT NULL
  phase text NOT NULL
  last_id bigint NOT NULL
  ids text NOT NULL
  counts text NOT NULL
  CONSTRAINT legacy_run_pkey PRIMARY KEY (id)

TABLE legacy_series
  recurring_series_id text NOT NULL
  student_user_id bigint NOT NULL
  teacher_id bigint NOT NULL
  course_id bigint NOT NULL
  series_id bigint NOT NULL
  source_hash text NOT NULL
  run_id bigint NOT NULL
  CONSTRAINT legacy_series_pkey PRIMARY KEY (recurring_series_id, student_user_id, teacher_id, course_id)
  CREATE INDEX legacy_series_series ON public.legacy_series USING btree (series_id)

TABLE legacy_session_before
  run_id bigint NOT NULL
  session_id bigint NOT NULL
  before_values text NOT NULL
  after_values text NOT NULL
  CONSTRAINT legacy_session_before_pkey PRIMARY KEY (run_id, session_id)

TABLE live_class_booking
  id bigint NOT NULL IDENTITY
  booking_type character varying(20) NOT NULL
  start_at_utc timestamp with time zone NOT NULL
  end_at_utc timestamp with time zone NOT NULL
  status character varying(20) NOT NULL
  student_note text NOT NULL
  teacher_note text NOT NULL
  seats_reserved integer NOT NULL DEFAULT 1
  decision_at timestamp with time zone
  cancelled_at timestamp with time zone
  cancel_reason character varying(20) NOT NULL
  created_at timestamp with time zone NOT NULL
  updated_at timestamp with time zone NOT NULL
  cancelled_by_id bigint
  course_id bigint NOT NULL
  decided_by_id bigint
  session_id bigint
  student_user_id bigint NOT NULL
  teacher_id bigint NOT NULL
  CONSTRAINT live_class_booking_cancelled_by_id_f625e092_fk_app_user_id FOREIGN KEY (cancelled_by_id) REFERENCES app_user(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT live_class_booking_course_id_acdf47f5_fk_course_id FOREIGN KEY (course_id) REFERENCES course(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT live_class_booking_decided_by_id_53b1e86c_fk_app_user_id FOREIGN KEY (decided_by_id) REFERENCES app_user(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT live_class_booking_pkey PRIMARY KEY (id)
  CONSTRAINT live_class_booking_seats_reserved_check CHECK ((seats_reserved >= 0))
  CONSTRAINT live_class_booking_session_id_9ce64c07_fk_live_class_session_id FOREIGN KEY (session_id) REFERENCES live_class_session(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT live_class_booking_student_user_id_fc1c93de_fk_app_user_id FOREIGN KEY (student_user_id) REFERENCES app_user(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT live_class_booking_teacher_id_0be6eec4_fk_teacher_id FOREIGN KEY (teacher_id) REFERENCES teacher(id) DEFERRABLE INITIALLY DEFERRED
  CREATE INDEX live_class__booking_de9c69_idx ON public.live_class_booking USING btree (booking_type, status)
  CREATE INDEX live_class__student_a185fc_idx ON public.live_class_booking USING btree (student_user_id, start_at_utc)
  CREATE INDEX live_class__teacher_afb6c4_idx ON public.live_class_booking USING btree (teacher_id, start_at_utc)
  CREATE INDEX live_class_booking_cancelled_by_id_f625e092 ON public.live_class_booking USING btree (cancelled_by_id)
  CREATE INDEX live_class_booking_course_id_acdf47f5 ON public.live_class_booking USING btree (course_id)
  CREATE INDEX live_class_booking_decided_by_id_53b1e86c ON public.live_class_booking USING btree (decided_by_id)
  CREATE INDEX live_class_booking_session_id_9ce64c07 ON public.live_class_booking USING btree (session_id)
  CREATE INDEX live_class_booking_student_user_id_fc1c93de ON public.live_class_booking USING btree (student_user_id)
  CREATE INDEX live_class_booking_teacher_id_0be6eec4 ON public.live_class_booking USING btree (teacher_id)
  CREATE UNIQUE INDEX unique_group_booking ON public.live_class_booking USING btree (student_user_id, session_id, start_at_utc) WHERE ((booking_type)::text = 'group_session'::text)
  CREATE UNIQUE INDEX unique_one_on_one_booking ON public.live_class_booking USING btree (student_user_id, teacher_id, start_at_utc) WHERE ((booking_type)::text = 'one_on_one'::text)
  CREATE TRIGGER classbook_booking_seats AFTER INSERT OR DELETE OR UPDATE OF session_id, status, seats_reserved ON public.live_class_booking FOR EACH ROW WHEN ((COALESCE(current_setting('classbook.bulk_load'::text, true), ''::text) <> 'on'::text)) EXECUTE FUNCTION classbook_booking_seats()

TABLE live_class_session
  id bigint NOT NULL IDENTITY
  course_id bigint
  teacher_id bigint
  title text NOT NULL DEFAULT ''::text
  description text NOT NULL DEFAULT ''::text
  scheduled_start timestamp with time zone
  scheduled_end timestamp with time zone
  duration_minutes bigint DEFAULT 60
  status character varying(20) NOT NULL DEFAULT 'scheduled'::character varying
  meeting_link text NOT NULL DEFAULT ''::text
  meeting_id text NOT NULL DEFAULT ''::text
  max_attendees bigint
  start_at_utc timestamp with time zone
  end_at_utc timestamp with time zone
  timezone_snapshot character varying(64) NOT NULL DEFAULT ''::character varying
  meeting_provider character varying(20) NOT NULL DEFAULT ''::character varying
  meeting_passcode character varying(100) NOT NULL DEFAULT ''::character varying
  total_seats bigint
  capacity bigint
  seats_taken bigint NOT NULL DEFAULT 0
  enable_waitlist boolean NOT NULL DEFAULT false
  created_at timestamp with time zone
  updated_at timestamp with time zone
  CONSTRAINT live_class_session_pkey PRIMARY KEY (id)
  CREATE INDEX classbook_session_unfinished ON public.live_class_session USING btree (end_at_utc) WHERE ((status)::text = ANY ((ARRAY['scheduled'::character varying, 'live'::character varying, 'booking_closed'::character varying])::text[]))
  CREATE INDEX live_class__course__7a36bc_idx ON public.live_class_session USING btree (course_id)
  CREATE INDEX live_class__start_a_db20ec_idx ON public.live_class_session USING btree (start_at_utc)
  CREATE INDEX live_class__teacher_f77f54_idx ON public.live_class_session USING btree (teacher_id, start_at_utc)
  CREATE TRIGGER classbook_session_signals BEFORE INSERT OR UPDATE ON public.live_class_session FOR EACH ROW WHEN ((COALESCE(current_setting('classbook.bulk_load'::text, true), ''::text) <> 'on'::text)) EXECUTE FUNCTION classbook_session_signals()

TABLE notification_outbox
  id bigint NOT NULL IDENTITY
  created_at timestamp with time zone NOT NULL
  kind text NOT NULL
  user_id bigint
  payload text NOT NULL
  sent_at timestamp with time zone
  CONSTRAINT notification_outbox_pkey PRIMARY KEY (id)

TABLE one_on_one_booking
  id bigint NOT NULL IDENTITY
  booking_id text
  user_id bigint
  availability_slot_id bigint
  course_id bigint
  status text
  booked_at text
  confirmed_at text
  declined_at text
  declined_reason text
  cancelled_at text
  cancellation_reason text
  cancellation_notes text
  meeting_link text
  original_booking_id bigint
  rescheduled_at text
  attended boolean
  attended_at text
  student_notes text
  teacher_notes text
  is_recurring boolean
  recurring_series_id text
  recurring_cadence text
  next_booking_date text
  CONSTRAINT one_on_one_booking_pkey PRIMARY KEY (id)
  CREATE INDEX one_on_one__availab_f9e53a_idx ON public.one_on_one_booking USING btree (availability_slot_id)
  CREATE INDEX one_on_one__booking_37231d_idx ON public.one_on_one_booking USING btree (booking_id)
  CREATE INDEX one_on_one__origina_3eb989_idx ON public.one_on_one_booking USING btree (original_booking_id)
  CREATE INDEX one_on_one__user_id_c76f3b_idx ON public.one_on_one_booking USING btree (user_id, availability_slot_id)

TABLE schema_history
  id text NOT NULL
  applied_at timestamp with time zone NOT NULL
  checksum text NOT NULL
  undo text NOT NULL
  CONSTRAINT schema_history_pkey PRIMARY KEY (id)

TABLE session_waitlist
  id bigint NOT NULL IDENTITY
  status character varying(20) NOT NULL DEFAULT 'waiting'::character varying
  created_at timestamp with time zone NOT NULL
  offered_at timestamp with time zone
  accepted_at timestamp with time zone
  expired_at timestamp with time zone
  session_id bigint NOT NULL
  student_user_id bigint NOT NULL
  offer_expires_at timestamp with time zone
  CONSTRAINT session_waitlist_pkey PRIMARY KEY (id)
  CONSTRAINT session_waitlist_session_id_3ecb07ff_fk_live_class_session_id FOREIGN KEY (session_id) REFERENCES live_class_session(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT session_waitlist_session_id_student_user_id_f7fa75de_uniq UNIQUE (session_id, student_user_id)
  CONSTRAINT session_waitlist_student_user_id_1aef4c12_fk_app_user_id FOREIGN KEY (student_user_id) REFERENCES app_user(id) DEFERRABLE INITIALLY DEFERRED
  CREATE INDEX classbook_waitlist_live ON public.session_waitlist USING btree (session_id) WHERE ((status)::text = ANY ((ARRAY['waiting'::character varying, 'offered'::character varying])::text[]))
  CREATE INDEX session_waitlist_session_id_3ecb07ff ON public.session_waitlist USING btree (session_id)
  CREATE INDEX session_waitlist_student_user_id_1aef4c12 ON public.session_waitlist USING btree (student_user_id)

TABLE setting
  name text NOT NULL
  value text NOT NULL
  CONSTRAINT setting_pkey PRIMARY KEY (name)

TABLE teacher
  id bigint NOT NULL IDENTITY
  user_id bigint
  is_approved boolean NOT NULL DEFAULT false
  CONSTRAINT teacher_pkey PRIMARY KEY (id)
  CREATE INDEX teacher_user_id_50d17f_idx ON public.teacher USING btree (user_id)

TABLE teacher_availability
  id bigint NOT NULL IDENTITY
  teacher_id bigint
  course_id bigint
  slot_type text NOT NULL DEFAULT 'recurring'::text
  day_of_week bigint
  start_time text
  end_time text
  valid_from text
  valid_until text
  start_datetime text
  end_datetime text
  timezone text
  is_active boolean NOT NULL DEFAULT true
  is_blocked boolean NOT NULL DEFAULT false
  blocked_reason text NOT NULL DEFAULT ''::text
  CONSTRAINT teacher_availability_pkey PRIMARY KEY (id)
  CREATE INDEX classbook_slot_teacher_start ON public.teacher_availability USING btree (teacher_id, start_datetime)
  CREATE INDEX teacher_ava_teacher_144ce0_idx ON public.teacher_availability USING btree (teacher_id)

TABLE teacher_booking_policy
  id bigint NOT NULL IDENTITY
  requires_approval_for_one_on_one boolean NOT NULL DEFAULT false
  requires_approval_for_group boolean NOT NULL DEFAULT false
  min_notice_hours integer NOT NULL DEFAULT 24
  cancel_window_hours integer NOT NULL DEFAULT 24
  buffer_before_minutes integer NOT NULL DEFAULT 0
  buffer_after_minutes integer NOT NULL DEFAULT 0
  max_bookings_per_day integer
  course_id bigint
  teacher_id bigint NOT NULL
  CONSTRAINT teacher_booking_policy_buffer_after_minutes_check CHECK ((buffer_after_minutes >= 0))
  CONSTRAINT teacher_booking_policy_buffer_before_minutes_check CHECK ((buffer_before_minutes >= 0))
  CONSTRAINT teacher_booking_policy_cancel_window_hours_check CHECK ((cancel_window_hours >= 0))
  CONSTRAINT teacher_booking_policy_course_id_4fed71bc_fk_course_id FOREIGN KEY (course_id) REFERENCES course(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT teacher_booking_policy_max_bookings_per_day_check CHECK ((max_bookings_per_day >= 0))
  CONSTRAINT teacher_booking_policy_min_notice_hours_check CHECK ((min_notice_hours >= 0))
  CONSTRAINT teacher_booking_policy_pkey PRIMARY KEY (id)
  CONSTRAINT teacher_booking_policy_teacher_id_492ea8cc_fk_teacher_id FOREIGN KEY (teacher_id) REFERENCES teacher(id) DEFERRABLE INITIALLY DEFERRED
  CONSTRAINT teacher_booking_policy_teacher_id_course_id_f80ea3e1_uniq UNIQUE (teacher_id, course_id)
  CREATE UNIQUE INDEX classbook_one_default_policy ON public.teacher_booking_policy USING btree (teacher_id) WHERE (course_id IS NULL)
  CREATE INDEX teacher_booking_policy_course_id_4fed71bc ON public.teacher_booking_policy USING btree (course_id)
  CREATE INDEX teacher_booking_policy_teacher_id_492ea8cc ON public.teacher_booking_policy USING btree (teacher_id)

TABLE user_profile
  id bigint NOT NULL IDENTITY
  user_id bigint
  role character varying(20) NOT NULL DEFAULT 'student'::character varying
  timezone character varying(64) NOT NULL DEFAULT 'UTC'::character varying
  CONSTRAINT user_profile_pkey PRIMARY KEY (id)
  CREATE INDEX user_profil_user_id_4f95f8_idx ON public.user_profile USING btree (user_id)

CREATE OR REPLACE FUNCTION public.classbook_booking_seats()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE touched bigint; taken bigint;
BEGIN
  FOR touched IN SELECT DISTINCT v FROM (VALUES (CASE WHEN TG_OP = 'INSERT' THEN NULL ELSE OLD.session_id END), (CASE WHEN TG_OP = 'DELETE' THEN NULL ELSE NEW.session_id END)) t(v) WHERE v IS NOT NULL ORDER BY v LOOP
    -- The lock first: the sum must see what a concurrent booking of the same session committed.
    PERFORM 1 FROM "live_class_session" WHERE id = touched FOR UPDATE;
    SELECT COALESCE(SUM(seats_reserved), 0) INTO taken FROM "live_class_booking" WHERE session_id = touched AND status IN ('confirmed', 'attended');
    UPDATE "live_class_session" SET seats_taken = taken WHERE id = touched;
  END LOOP;
  RETURN NULL;
END $function$

CREATE OR REPLACE FUNCTION public.classbook_session_signals()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE seats bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    seats := COALESCE(NEW.capacity, NEW.total_seats, NEW.max_attendees, 10);
    NEW.capacity := seats; NEW.total_seats := seats; NEW.max_attendees := seats;
    
  ELSE
    IF NEW.capacity IS DISTINCT FROM OLD.capacity OR NEW.total_seats IS DISTINCT FROM OLD.total_seats OR NEW.max_attendees IS DISTINCT FROM OLD.max_attendees THEN
      seats := COALESCE(CASE WHEN NEW.capacity IS DISTINCT FROM OLD.capacity THEN NEW.capacity WHEN NEW.total_seats IS DISTINCT FROM OLD.total_seats THEN NEW.total_seats WHEN NEW.max_attendees IS DISTINCT FROM OLD.max_attendees THEN NEW.max_attendees END, COALESCE(NEW.capacity, NEW.total_seats, NEW.max_attendees, 10));
      NEW.capacity := seats; NEW.total_seats := seats; NEW.max_attendees := seats;
    END IF;
    
  END IF;
  IF NOT EXISTS (SELECT 1 FROM "setting" WHERE name = 'source_timezone') THEN
    IF TG_OP = 'INSERT' THEN
      NEW.start_at_utc := COALESCE(NEW.start_at_utc, NEW.scheduled_start);
      NEW.end_at_utc := COALESCE(NEW.end_at_utc, NEW.start_at_utc + make_interval(mins => COALESCE(NULLIF(NEW.duration_minutes, 0), 60)::int));
    ELSIF NEW.scheduled_start IS DISTINCT FROM OLD.scheduled_start OR NEW.duration_minutes IS DISTINCT FROM OLD.duration_minutes THEN
      NEW.start_at_utc := COALESCE(NEW.scheduled_start, NEW.start_at_utc);
      NEW.end_at_utc := NEW.start_at_utc + make_interval(mins => COALESCE(NULLIF(NEW.duration_minutes, 0), 60)::int);
    END IF;
  ELSIF TG_OP = 'UPDATE' AND (NEW.scheduled_start IS DISTINCT FROM OLD.scheduled_start OR NEW.duration_minutes IS DISTINCT FROM OLD.duration_minutes)
    AND NEW.start_at_utc IS NOT DISTINCT FROM OLD.start_at_utc AND NEW.end_at_utc IS NOT DISTINCT FROM OLD.end_at_utc THEN
    -- The database cannot tell local time: the next run of the migration fills the UTC fields again.
    NEW.start_at_utc := NULL;
    NEW.end_at_utc := NULL;
  END IF;
  RETURN NEW;
END $function$
