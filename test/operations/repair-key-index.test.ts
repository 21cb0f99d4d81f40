/** The constraint of a key: what stands under its name has to be it, or it is made (SPEC 2, 6). */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Bookable, KINDS, makeBookable } from "../support/bookable.ts";
import { seatRow } from "../support/bookings.ts";
import { bookingsOf, fix, found, KEY, plantSeats } from "../support/duplicates.ts";
import { byHand } from "../support/fault.ts";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const columns = "student_user_id, session_id, start_at_utc";
  const OTHERS = [
    ["not unique", `create index ${KEY} on {live_class_booking} (${columns})`],
    ["of other columns", `create unique index ${KEY} on {live_class_booking} (${columns}, id)`],
    [
      "of other rows",
      `create unique index ${KEY} on {live_class_booking} (id) where booking_type <> 'group_session'`,
    ],
    [
      "of the rows that are none",
      `create unique index ${KEY} on {live_class_booking} (${columns}) where booking_type <> 'group_session'`,
    ],
    [
      "in capitals",
      `create unique index ${KEY} on {live_class_booking} (${columns}) where booking_type = 'GROUP_SESSION'`,
    ],
  ] as const;

  test.each(OTHERS)("an index of the name that is %s hides nothing", async (_, create) => {
    await plantSeats(school, { status: "attended" }, { status: "confirmed" });
    await byHand(school, create);
    expect(await found(school, [KEY, "schema"])).toEqual([
      ["schema", 1],
      [KEY, 2],
    ]);
    await fix(school);
    expect(await bookingsOf(school)).toEqual([1]);
    expect(await found(school)).toEqual([]);
    await expect(school.put("live_class_booking", seatRow("ana", { id: 7 }))).rejects.toThrow(/unique/i);
  });

  test("an index of the name that is another is told and made anew by the key's own check, too", async () => {
    await byHand(school, `drop index ${KEY}`, OTHERS[0][1]);
    expect(await found(school, [KEY])).toEqual([[KEY, 1]]);
    expect(await fix(school, [KEY])).toEqual([`create the constraint ${KEY}`]);
    expect(await found(school)).toEqual([]);
  });

  test("while duplicates are left, the index that is no key stays", async () => {
    await plantSeats(school, { status: "attended" }, { status: "confirmed" });
    await byHand(school, OTHERS[0][1]);
    expect(await fix(school, ["schema"])).toEqual([]);
    expect(await found(school, ["schema"])).toEqual([["schema", 1]]);
  });

  if (engine === "postgres")
    describe("an index that was never finished", () => {
      const invalidate = (name: string) =>
        `update pg_index set indisvalid = false where indexrelid = '${name}'::regclass`;

      test("is no key", async () => {
        await byHand(school, invalidate(KEY));
        expect(await found(school, [KEY, "schema"])).toEqual([
          ["schema", 1],
          [KEY, 1],
        ]);
        await fix(school);
        expect(await found(school)).toEqual([]);
      });

      test("is made anew where it is a plain one", async () => {
        await byHand(school, invalidate("classbook_session_unfinished"));
        expect(await fix(school, ["schema"])).toEqual([
          "mend: index classbook_session_unfinished was never finished: it is invalid, and no query uses it",
        ]);
        expect(await found(school)).toEqual([]);
      });

      test("a constraint of the key's name is made the index", async () => {
        await byHand(
          school,
          `drop index ${KEY}`,
          `alter table {live_class_booking} add constraint ${KEY} unique (${columns})`,
        );
        expect(await found(school, ["schema"])).toEqual([["schema", 1]]);
        await fix(school, ["schema"]);
        expect(await found(school)).toEqual([]);
      });
    });
});
