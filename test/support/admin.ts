/** A bookable school that has a row of every model the admin knows. */
import { createBooking } from "../../src/operations/booking.ts";
import { type Bookable, TODAY } from "./bookable.ts";
import { lessonRow, policyRow, seat, seatRow, waitRow } from "./bookings.ts";
import { seriesRow } from "./series.ts";

/** At least a row of every model. */
export async function fillModels(school: Bookable): Promise<void> {
  await school.run((context) => createBooking(context, seat("ana", "morning")));
  const booking = await school.put(
    "live_class_booking",
    lessonRow("ben", "2027-02-03 16:00:00", "2027-02-03 17:00:00", {
      status: "pending",
      student_note: "50% off_",
    }),
    seatRow("cleo", {
      status: "cancelled",
      cancel_reason: "student",
      cancelled_at: TODAY,
      cancelled_by_id: 1,
    }),
  );
  await school.put("session_waitlist", waitRow("dan"));
  await school.put("teacher_booking_policy", policyRow(), policyRow({ course_id: 2, min_notice_hours: 5 }));
  const series = await school.put("booking_series", seriesRow("ben"));
  await school.put("booking_series_item", { series_id: series, booking_id: booking, occurrence_index: 1 });
  // Newer databases name the teacher's user.
  const tom = school.database.layout.kind === "django" ? 2 : 1;
  await school.put("course_teacher", { course_id: 1, teacher_id: tom, requires_booking_approval: null });
  const uuid = "0123456789abcdef0123456789abcdef";
  const legacy = { user_id: 11, booked_at: TODAY, cancellation_reason: "", cancellation_notes: "" };
  await school.put("booking", {
    ...legacy,
    booking_id: uuid,
    session_id: 1,
    status: "confirmed",
    attended: true,
    student_notes: "",
    seats_booked: 1,
  });
  const lesson = await school.put("one_on_one_booking", {
    ...legacy,
    booking_id: uuid,
    availability_slot_id: 1,
    status: "pending",
    declined_reason: "",
    meeting_link: "",
    attended: false,
    student_notes: "",
    teacher_notes: "",
    is_recurring: false,
    recurring_cadence: "",
  });
  await school.put("booking_reminder", {
    one_on_one_booking_id: lesson,
    reminder_type: "24h",
    sent_at: TODAY,
    sent_via: "email",
  });
}
