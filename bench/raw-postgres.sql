-- The plainest thing that could move the same rows: one INSERT … SELECT from the legacy tables, in psql
-- as it comes. No zone arithmetic (recurring lessons get their confirmation time), no duplicates, no
-- provenance, no checks beyond the joins.
BEGIN;
INSERT INTO "myApp_liveclassbooking" (booking_type, course_id, teacher_id, session_id, student_user_id, start_at_utc, end_at_utc, status,
  student_note, teacher_note, seats_reserved, decision_at, decided_by_id, cancelled_by_id, cancelled_at, cancel_reason, created_at, updated_at)
SELECT 'group_session', s.course_id, s.teacher_id, s.id, b.user_id, COALESCE(s.start_at_utc, s.scheduled_start),
  COALESCE(s.end_at_utc, s.scheduled_start + make_interval(mins => COALESCE(NULLIF(s.duration_minutes, 0), 60))),
  CASE WHEN b.status = 'confirmed' AND b.attended THEN 'attended' ELSE b.status END, b.student_notes,
  CASE WHEN b.status = 'cancelled' THEN b.cancellation_notes ELSE '' END, COALESCE(NULLIF(b.seats_booked, 0), 1), b.confirmed_at, NULL::int,
  CASE b.cancellation_reason WHEN 'student' THEN b.user_id WHEN 'teacher' THEN t.user_id END, b.cancelled_at, b.cancellation_reason, b.booked_at,
  GREATEST(b.booked_at, b.confirmed_at, b.cancelled_at, b.rescheduled_at, b.attended_at)
FROM "myApp_booking" b JOIN "myApp_liveclasssession" s ON s.id = b.session_id JOIN auth_user u ON u.id = b.user_id
JOIN "myApp_course" c ON c.id = s.course_id JOIN "myApp_teacher" t ON t.id = s.teacher_id
WHERE b.status <> 'waitlisted'
UNION ALL
SELECT 'one_on_one', COALESCE(b.course_id, a.course_id), a.teacher_id, NULL, b.user_id,
  COALESCE(a.start_datetime, b.next_booking_date, b.confirmed_at, b.booked_at), COALESCE(a.end_datetime, b.next_booking_date, b.confirmed_at, b.booked_at),
  CASE WHEN b.status = 'confirmed' AND b.attended THEN 'attended' ELSE b.status END, b.student_notes,
  b.teacher_notes || b.cancellation_notes || b.meeting_link, 1, b.confirmed_at, NULL::int,
  CASE b.cancellation_reason WHEN 'student' THEN b.user_id WHEN 'teacher' THEN t.user_id END, b.cancelled_at, b.cancellation_reason, b.booked_at,
  GREATEST(b.booked_at, b.confirmed_at, b.cancelled_at, b.rescheduled_at, b.attended_at)
FROM "myApp_oneononebooking" b JOIN "myApp_teacheravailability" a ON a.id = b.availability_slot_id JOIN auth_user u ON u.id = b.user_id
JOIN "myApp_teacher" t ON t.id = a.teacher_id
WHERE COALESCE(b.course_id, a.course_id) IN (SELECT id FROM "myApp_course")
-- Without zone arithmetic some recurring lessons fall together.
ON CONFLICT DO NOTHING;
COMMIT;
