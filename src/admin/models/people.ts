/** The people and courses that bookings speak of: read here, written by the nouns of their own. */
import { COURSE_BOOKING_TYPES } from "../../domain/course.ts";
import { ENROLLMENT_STATUSES } from "../../domain/student.ts";
import { columns, id, type Model, reference, word } from "../model.ts";

const nullable = { nullable: true };

export const user: Model = {
  name: "User",
  table: "app_user",
  summary: "accounts: students, teachers, staff",
  one: "user",
  many: "users",
  access: "read-only",
  noun: "student",
  columns: [
    id,
    ...columns("text", ["username", "email", "first_name", "last_name"]),
    ...columns("flag", ["is_active", "is_staff", "is_superuser"]),
    ...columns("app-time", ["date_joined", "last_login"], nullable),
  ],
  shown: ["id", "username", "email", "first_name", "last_name", "is_active", "is_staff"],
  filters: ["is_active", "is_staff", "is_superuser", "date_joined", "last_login"],
  search: ["username", "email", "first_name", "last_name"],
  order: ["username"],
  dates: "date_joined",
  related: [
    { key: "profile", model: "UserProfile", by: "user_id" },
    { key: "teacher", model: "Teacher", by: "user_id" },
    { key: "enrollments", model: "Enrollment", by: "user_id" },
    { key: "bookings", model: "LiveClassBooking", by: "student_user_id" },
    { key: "series", model: "BookingSeries", by: "student_user_id" },
    { key: "waitlist", model: "SessionWaitlist", by: "student_user_id" },
    { key: "legacy_bookings", model: "Booking", by: "user_id" },
    { key: "legacy_lessons", model: "OneOnOneBooking", by: "user_id" },
  ],
};

export const userProfile: Model = {
  name: "UserProfile",
  table: "user_profile",
  summary: "roles and time zones of accounts",
  one: "profile",
  many: "profiles",
  access: "read-only",
  noun: null,
  columns: [
    id,
    reference("user_id", "app_user", nullable),
    word("role", ["student", "admin", "partner", "instructor"]),
    ...columns("text", ["timezone"]),
  ],
  shown: ["id", "user", "role", "timezone"],
  filters: ["role", "user_id", "timezone"],
  search: ["user", "timezone"],
  order: ["-id"],
  dates: null,
  related: [],
};

export const teacher: Model = {
  name: "Teacher",
  table: "teacher",
  summary: "who teaches",
  one: "teacher",
  many: "teachers",
  access: "read-only",
  noun: "teacher",
  columns: [id, reference("user_id", "app_user", nullable), ...columns("flag", ["is_approved"])],
  shown: ["id", "user", "user_id", "is_approved"],
  filters: ["is_approved", "user_id"],
  search: ["user"],
  order: ["-id"],
  dates: null,
  related: [
    { key: "policies", model: "TeacherBookingPolicy", by: "teacher_id" },
    { key: "slots", model: "TeacherAvailability", by: "teacher_id" },
    { key: "courses", model: "CourseTeacher", by: "teacher_id" },
    { key: "sessions", model: "LiveClassSession", by: "teacher_id" },
    { key: "bookings", model: "LiveClassBooking", by: "teacher_id" },
    { key: "series", model: "BookingSeries", by: "teacher_id" },
  ],
};

export const course: Model = {
  name: "Course",
  table: "course",
  summary: "what is taught, and how it is booked",
  one: "course",
  many: "courses",
  access: "read-only",
  noun: "course",
  columns: [
    id,
    ...columns("text", ["title", "slug", "status"]),
    word("booking_type", COURSE_BOOKING_TYPES, nullable),
    ...columns("flag", ["requires_booking_approval"]),
  ],
  shown: ["id", "title", "slug", "status", "booking_type", "requires_booking_approval"],
  filters: ["status", "booking_type", "requires_booking_approval"],
  search: ["title", "slug"],
  order: ["-id"],
  dates: null,
  related: [
    { key: "teachers", model: "CourseTeacher", by: "course_id" },
    { key: "policies", model: "TeacherBookingPolicy", by: "course_id" },
    { key: "enrollments", model: "Enrollment", by: "course_id" },
    { key: "sessions", model: "LiveClassSession", by: "course_id" },
    { key: "bookings", model: "LiveClassBooking", by: "course_id" },
    { key: "series", model: "BookingSeries", by: "course_id" },
  ],
};

export const courseTeacher: Model = {
  name: "CourseTeacher",
  table: "course_teacher",
  summary: "who teaches which course",
  one: "course teacher",
  many: "course teachers",
  access: "read-only",
  noun: null,
  columns: [
    id,
    reference("course_id", "course", nullable),
    reference("teacher_id", "teacher", nullable),
    ...columns("flag", ["requires_booking_approval"], nullable),
  ],
  shown: ["id", "course", "teacher", "requires_booking_approval"],
  filters: ["course_id", "teacher_id", "requires_booking_approval"],
  search: ["course", "teacher"],
  order: ["-id"],
  dates: null,
  related: [],
};

export const enrollment: Model = {
  name: "Enrollment",
  table: "enrollment",
  summary: "who is enrolled in which course",
  one: "enrollment",
  many: "enrollments",
  access: "read-only",
  noun: null,
  columns: [
    id,
    reference("user_id", "app_user", nullable),
    reference("course_id", "course", nullable),
    word("status", ENROLLMENT_STATUSES),
  ],
  shown: ["id", "user", "course", "status"],
  filters: ["status", "user_id", "course_id"],
  search: ["user", "course"],
  order: ["-id"],
  dates: null,
  related: [],
};
