/** How the rows of each editable model are written. */
import type { Doing } from "./doing.ts";
import { bookings } from "./doings/booking.ts";
import { policies } from "./doings/policy.ts";
import { series, seriesItems } from "./doings/series.ts";
import { sessions } from "./doings/session.ts";
import { slots } from "./doings/slot.ts";
import { waitlist } from "./doings/waitlist.ts";
import type { ModelName } from "./model.ts";

export const DOINGS: Partial<Record<ModelName, Doing>> = {
  LiveClassBooking: bookings,
  TeacherBookingPolicy: policies,
  BookingSeries: series,
  BookingSeriesItem: seriesItems,
  SessionWaitlist: waitlist,
  LiveClassSession: sessions,
  TeacherAvailability: slots,
};
