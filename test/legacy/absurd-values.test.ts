/** Values that no app should have written: plan, migrate and verify agree on each, and nothing is lost. */
import { describe, test } from "vitest";
import { booking, lesson, once, session } from "../../fixtures/edge-cases/world.ts";
import { type Absurdity, expectHandled } from "../support/absurd.ts";
import { rowsOnly } from "../support/delta.ts";

const world = rowsOnly({
  live_class_session: [session()],
  booking: [booking(), booking({ id: 2, user_id: 2 })],
  teacher_availability: [once()],
  one_on_one_booking: [lesson()],
});

/** SQLite lets any value into any column, but for the app's checks, which a hand can switch off. */
const sqlite = (rest: Omit<Absurdity, "engine">): Absurdity => ({
  ...rest,
  engine: "sqlite",
  by: ["pragma ignore_check_constraints = on", ...rest.by],
});

/** PostgreSQL takes a whole number of 64 bits once the column was widened by hand. */
const postgres = (rest: Omit<Absurdity, "engine">, table: string, column: string): Absurdity => ({
  ...rest,
  engine: "postgres",
  by: [
    `alter table {${table}} alter ${column} type bigint, drop constraint "myApp_${table.replaceAll("_", "")}_${column}_check"`,
    ...rest.by,
  ],
});

const both = (rest: Omit<Absurdity, "engine">, table: string, column: string): Absurdity[] => [
  sqlite(rest),
  postgres(rest, table, column),
];

const HUGE = ["3000000000", "9007199254740993", "9223372036854775807", "-2"];

const seats: Absurdity[] = [
  ...HUGE.flatMap((value) =>
    both(
      {
        what: `${value} seats`,
        by: [`update {booking} set seats_booked = ${value} where id = 1`],
        gives: { "booking:1": "bad_value", "booking:2": { seats_reserved: 1 } },
      },
      "booking",
      "seats_booked",
    ),
  ),
  ...["9e99", "-9e99", "9e999", "2.5", "'12abc'", "x'32'"].map((value) =>
    sqlite({
      what: `${value} seats`,
      by: [`update {booking} set seats_booked = ${value} where id = 1`],
      gives: { "booking:1": "bad_value", "booking:2": { seats_reserved: 1 } },
    }),
  ),
  ...(["sqlite", "postgres"] as const).map(
    (engine): Absurdity => ({
      what: "seats whose sum is more than an integer column holds",
      engine,
      by: ["update {booking} set seats_booked = 2147483647"],
      gives: {
        "booking:1": { seats_reserved: 2_147_483_647 },
        "booking:2": { seats_reserved: 2_147_483_647 },
      },
      session: { seats_taken: engine === "sqlite" ? 4_294_967_294 : 2_147_483_647 },
    }),
  ),
];

const capacities: Absurdity[] = [
  ...["9e99", "9e999", "9007199254740993", "'many'", "3000000000", "12.5", "-5"].map((value) =>
    sqlite({
      what: `a capacity of ${value}`,
      by: [`update {live_class_session} set capacity = ${value}, total_seats = 12`],
      gives: { "booking:1": { seats_reserved: 1 } },
      session: { capacity: 12, total_seats: 12 },
    }),
  ),
  postgres(
    {
      what: "no capacity, and a max_attendees of 3000000000",
      by: [
        "alter table {live_class_session} alter total_seats drop not null",
        "update {live_class_session} set capacity = null, total_seats = null, max_attendees = 3000000000",
      ],
      gives: { "booking:1": { seats_reserved: 1 } },
      session: { capacity: 10, total_seats: 10 },
    },
    "live_class_session",
    "max_attendees",
  ),
];

const durations: Absurdity[] = [
  ...["99999999999999", "-99999999999999", "9007199254740993"].flatMap((minutes) =>
    both(
      {
        what: `a session of ${minutes} minutes`,
        by: [`update {live_class_session} set duration_minutes = ${minutes}`],
        gives: { "booking:1": "bad_timestamp", "one_on_one_booking:1": { outcome: "migrated" } },
        session: { start_at_utc: "2026-03-10 16:00:00", end_at_utc: null },
      },
      "live_class_session",
      "duration_minutes",
    ),
  ),
  ...both(
    {
      what: "a session of -30 minutes",
      by: ["update {live_class_session} set duration_minutes = -30"],
      gives: { "booking:1": "bad_time_range", "booking:2": "bad_time_range" },
      session: { start_at_utc: "2026-03-10 16:00:00", end_at_utc: "2026-03-10 15:30:00" },
    },
    "live_class_session",
    "duration_minutes",
  ),
  ...["9e99", "-9e99", "9e999"].map((minutes) =>
    sqlite({
      what: `a session of ${minutes} minutes`,
      by: [`update {live_class_session} set duration_minutes = ${minutes}`],
      gives: { "booking:1": "bad_timestamp" },
      session: { end_at_utc: null },
    }),
  ),
  ...(
    [
      ["0.5", "2026-03-10 16:00:30"],
      ["1e-7", "2026-03-10 16:00:00.000006"],
      ["'soon'", "2026-03-10 17:00:00"],
      ["4000000000", "9631-06-27 10:40:00"],
    ] as const
  ).map(([minutes, end]) =>
    sqlite({
      what: `a session of ${minutes} minutes`,
      by: [`update {live_class_session} set duration_minutes = ${minutes}`],
      gives: { "booking:1": { end_at_utc: end } },
      session: { end_at_utc: end },
    }),
  ),
];

describe.each(["sqlite", "postgres"])("%s", (engine) => {
  test.each([...seats, ...capacities, ...durations].filter((one) => one.engine === engine))(
    "$what",
    (absurdity) => expectHandled(world, absurdity),
  );
});
