/** Duplicates under a key that is to be unique: who is kept, and what is left to people (LEGACY 2.7, SPEC 6). */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CHECK_CODES } from "../../src/db/checks.ts";
import { repairInvariants } from "../../src/operations/verify-repair.ts";
import { type Bookable, KINDS, makeBookable, OPERATOR, TODAY } from "../support/bookable.ts";
import { contents, seatRow } from "../support/bookings.ts";
import { query } from "../support/databases.ts";
import { bookingsOf, fix, found, KEY, plantSeats } from "../support/duplicates.ts";
import { byHand } from "../support/fault.ts";
import { seriesRow } from "../support/series.ts";

const ACTING = { now: TODAY, offerHours: 24, actor: OPERATOR };

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const table = (name: "live_class_booking" | "booking_series_item") =>
    `"${school.database.layout.name(name)}"`;

  test("a word that is no status loses to every one that is; of two such the earlier stays", async () => {
    await plantSeats(
      school,
      { status: "refunded", created_at: "2026-01-01 09:00:00" },
      { status: "attended", created_at: "2026-01-03 09:00:00" },
      { status: "Confirmed", created_at: "2026-01-02 09:00:00" },
    );
    await fix(school, [KEY]);
    expect(await bookingsOf(school)).toEqual([2]);
    await byHand(school, `drop index ${KEY}`, "delete from {live_class_booking}");
    await school.put(
      "live_class_booking",
      seatRow("ana", { id: 4, status: "", created_at: "2026-01-02 09:00:00" }),
      seatRow("ana", { id: 5, status: "refunded", created_at: "2026-01-01 09:00:00" }),
    );
    await fix(school, [KEY]);
    expect(await bookingsOf(school)).toEqual([5]);
  });

  test("rows that lack a part of the key share it with none", async () => {
    await byHand(
      school,
      ...(engine === "postgres"
        ? ["alter table {live_class_booking} alter column student_user_id drop not null", `drop index ${KEY}`]
        : [`drop index ${KEY}`]),
    );
    if (engine === "sqlite") {
      // SQLite drops no NOT NULL: the column that may be empty is another of the key.
      await school.put("live_class_booking", seatRow("ana", { id: 1, session_id: null }));
      await school.put("live_class_booking", seatRow("ana", { id: 2, session_id: null }));
    } else {
      await school.put("live_class_booking", seatRow("ana", { id: 1, student_user_id: null }));
      await school.put("live_class_booking", seatRow("ben", { id: 2, student_user_id: null }));
    }
    await school.put("live_class_booking", seatRow("cleo", { id: 3 }), seatRow("cleo", { id: 4 }));
    expect(await found(school, [KEY])).toEqual([[KEY, 2]]);
    expect(await fix(school, [KEY])).toEqual([
      "quarantine booking 4 (confirmed), keep 3 (confirmed)",
      `create the constraint ${KEY}`,
    ]);
    expect(await bookingsOf(school)).toEqual([1, 2, 3]);
  });

  test.each(["", "on delete cascade"])("what another table names is left to people: %s", async (rule) => {
    await plantSeats(school, { status: "attended" }, { status: "confirmed" });
    await school.put("live_class_booking", seatRow("ben", { id: 3 }), seatRow("ben", { id: 4 }));
    const key = engine === "postgres" ? "bigint" : "integer";
    const pays = "shop_payment";
    await byHand(
      school,
      `create table ${pays} (id integer primary key, booking_id ${key} references {live_class_booking} (id) ${rule})`,
      `insert into ${pays} values (1, 2), (2, 2)`,
    );
    expect(await fix(school, [KEY])).toEqual([
      "quarantine booking 4 (confirmed), keep 3 (confirmed)",
      "left: leave booking 2 (confirmed) beside 1 (attended): 2 rows of shop_payment name it",
    ]);
    expect(await bookingsOf(school)).toEqual([1, 2, 3]);
    expect(await query(school.place, `select booking_id from ${pays}`)).toHaveLength(2);
    expect(await found(school, [KEY])).toEqual([[KEY, 2]]);

    // Nothing is repaired any more, and it is said again why.
    expect(await fix(school, [KEY])).toEqual([
      "left: leave booking 2 (confirmed) beside 1 (attended): 2 rows of shop_payment name it",
    ]);
    await query(school.place, `delete from ${pays}`);
    expect(await fix(school, [KEY])).toHaveLength(2);
    expect(await bookingsOf(school)).toEqual([1, 3]);
    expect(await found(school, [KEY])).toEqual([]);
    await query(school.place, `drop table ${pays}`);
  });

  if (engine === "sqlite")
    describe("one instant in two spellings", () => {
      const rows = [
        seatRow("ana", { id: 1, status: "confirmed", created_at: "2026-01-02 09:00:00" }),
        seatRow("ana", {
          id: 2,
          start_at_utc: "2027-02-01T10:00:00Z",
          created_at: "2026-01-01T23:00:00-10:00",
        }),
      ];

      test("is one key, though the index stands", async () => {
        await school.put("live_class_booking", ...rows);
        expect(await found(school, [KEY])).toEqual([[KEY, 2]]);
        // The second was made at 9:00 on January 2nd, too.
        expect(await fix(school, [KEY])).toEqual(["quarantine booking 2 (confirmed), keep 1 (confirmed)"]);
        expect(await found(school)).toEqual([]);
      });

      test("is set aside before it is written in the one form", async () => {
        await byHand(school, `drop index ${KEY}`);
        await school.put("live_class_booking", { ...rows[0]!, created_at: "2026-01-03 09:00:00" }, rows[1]!);
        await repairInvariants(school.database, CHECK_CODES, ACTING);
        expect(await bookingsOf(school)).toEqual([2]);
        expect(await found(school)).toEqual([]);
      });

      test.each([true, false])(
        "is no duplicate by the repair of its form; the index is there: %s",
        async (stands) => {
          if (!stands) await byHand(school, `drop index ${KEY}`);
          await school.put("live_class_booking", rows[0]!, { ...rows[1]!, created_at: rows[0]!.created_at });
          expect(await fix(school, ["time_form"])).toEqual([
            'left: leave booking 2: start_at_utc is "2027-02-01T10:00:00Z", and booking 1 has the same student, place and 2027-02-01 10:00:00',
          ]);
          expect(await found(school, ["time_form"])).toEqual([["time_form", 1]]);
        },
      );
    });

  describe("places in series", () => {
    const items = async () =>
      (
        await query(
          school.place,
          `select series_id, booking_id, occurrence_index from ${table("booking_series_item")} order by series_id, occurrence_index`,
        )
      )
        .map(Object.values)
        .map((values) => values.map(Number));
    const happened = async (subject: string) =>
      (await contents(school.database.db)).booking_event
        .filter((event) => event.subject === subject)
        .map(({ subject_id, what }) => [Number(subject_id), what]);
    const series = (id: number, count: number) =>
      seriesRow("ana", { id, type: "group_series", occurrence_count: count });
    const item = (id: number, series_id: number, booking_id: number, occurrence_index: number) => ({
      ...{ id, series_id, booking_id, occurrence_index },
    });

    test("are handed over, and said", async () => {
      await plantSeats(school, { status: "confirmed" }, { status: "attended" });
      await school.put("booking_series", series(900, 1));
      await school.put("booking_series_item", item(1, 900, 1, 1));
      await fix(school, [KEY]);
      expect(await items()).toEqual([[900, 2, 1]]);
      expect(await happened("booking_series_item")).toEqual([[1, "updated"]]);
      expect(await happened("live_class_booking")).toEqual([
        [1, "left_series"],
        [2, "joined_series"],
        [1, "set_aside"],
      ]);
    });

    test("go where the booking that stays has its own: later ones move up", async () => {
      await plantSeats(school, { status: "confirmed" }, { status: "attended" });
      await school.put(
        "live_class_booking",
        seatRow("ana", { id: 3, start_at_utc: "2027-02-08 10:00:00", end_at_utc: "2027-02-08 11:00:00" }),
      );
      await school.put("booking_series", series(900, 3), series(901, 1));
      await school.put(
        "booking_series_item",
        ...[item(1, 900, 1, 1), item(2, 900, 2, 2), item(3, 900, 3, 3), item(4, 901, 1, 1)],
      );
      await fix(school, [KEY]);
      expect(await items()).toEqual([
        [900, 2, 1],
        [900, 3, 2],
      ]);
      expect((await happened("booking_series_item")).toSorted()).toEqual([
        [1, "deleted"],
        [2, "renumbered"],
        [3, "renumbered"],
        [4, "deleted"],
      ]);
      expect(await happened("booking_series")).toEqual([
        [900, "occurrence_removed"],
        [901, "occurrence_removed"],
      ]);
      expect(await found(school, ["series_gaps", "series_item_without_booking"])).toEqual([]);
    });
  });

  test("the earlier is the earlier instant, whatever its spelling", async () => {
    if (engine === "postgres") return;
    await plantSeats(
      school,
      { created_at: "2026-01-02 09:00:00" },
      { created_at: "2026-01-02T10:00:00+02:00" },
      { created_at: "nobody knows" },
    );
    await fix(school, [KEY]);
    expect(await bookingsOf(school)).toEqual([2]);
  });
});
