/** Times that a tool wrote with `T`, `Z` or an offset are filtered and ordered as the moments that they are. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listRows } from "../../src/admin/browse.ts";
import { modelNamed } from "../../src/admin/registry.ts";
import type { LogicalTable } from "../../src/db/layout.ts";
import { writeSetting } from "../../src/db/legacy-run.ts";
import { type Bookable, KINDS, makeBookable, TODAY } from "../support/bookable.ts";
import { lessonRow } from "../support/bookings.ts";
import { query } from "../support/databases.ts";
import { runHere } from "../support/run-here.ts";

/** In the order of the moments. */
const SPELT = [
  "2026-12-01 09:00:00",
  "2026-12-01T10:00:00Z",
  "2026-12-01T12:00:00+01:00",
  "2026-12-01 12:00:00",
  "2026-12-01T07:00:00-06:00",
  "2026-12-02 03:30:00+13:30",
  "2026-12-01 15:00:00.000001",
];

// A timestamp of PostgreSQL is one.
describe.each(KINDS.filter(({ engine }) => engine === "sqlite"))("$layout", ({ engine, layout }) => {
  let school: Bookable;
  let made: number[];
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    made = [];
    for (let nth = SPELT.length - 1; nth >= 0; nth -= 1)
      made[nth] = await school.put(
        "live_class_booking",
        lessonRow("ben", `2027-01-${10 + nth} 10:00:00`, `2027-01-${10 + nth} 11:00:00`),
      );
    for (const [nth, start] of SPELT.entries())
      await sqlOn(
        "live_class_booking",
        (name) =>
          `update ${name} set start_at_utc = '${start}', created_at = '${start}' where id = ${made[nth]}`,
      );
  });
  afterEach(() => school.remove());

  const sqlOn = (table: LogicalTable, text: (name: string) => string) =>
    query(school.place, text(`"${school.database.layout.name(table)}"`));
  const ids = async (words: string): Promise<unknown[]> => {
    const { code, out, err } = await runHere([
      ...words.split(" "),
      ...["--json", "--tz", "UTC", "--now", TODAY, "--db", school.place.address],
    ]);
    expect([code, err]).toEqual([0, ""]);
    return JSON.parse(out).map(({ id }: { id: unknown }) => id);
  };

  test("a range is of moments", async () => {
    const range = (from: number, until: number) => made.slice(from, until);
    const bounds: [string, string, number, number][] = [
      ["2026-12-01T11:00:00Z", "2026-12-01T14:00:00Z", 2, 5],
      ["2026-12-01T14:00:00Z", "2026-12-02T00:00:00Z", 5, 7],
      ["2026-12-01T15:00:00Z", "2026-12-02T00:00:00Z", 6, 7],
      ["0001-01-01T00:00:00Z", "2026-12-01T10:00:01Z", 0, 2],
      ["2026-12-01T13:00:00Z", "9999-12-31T23:59:59Z", 4, 7],
    ];
    for (const [from, until, first, end] of bounds) {
      expect(
        await ids(`admin LiveClassBooking list --order id --start-after ${from} --start-before ${until}`),
      ).toEqual(range(first, end).toSorted((a, b) => a - b));
      expect(await ids(`booking list --sort id --from ${from} --to ${until}`)).toEqual(
        range(first, end).toSorted((a, b) => a - b),
      );
    }
  });

  test("an order is of moments, on every page", async () => {
    for (const order of ["start_at_utc", "created_at"]) {
      expect(await ids(`admin LiveClassBooking list --order ${order}`)).toEqual(made);
      expect(await ids(`admin LiveClassBooking list --order -${order} --limit 3 --page 2`)).toEqual(
        made.toReversed().slice(3, 6),
      );
      expect(await ids(`booking list --sort ${order}`)).toEqual(made);
      expect(await ids(`booking list --sort -${order} --limit 3`)).toEqual(made.toReversed().slice(0, 3));
    }
  });

  test("what nobody can read comes last, and is in no range", async () => {
    await sqlOn(
      "live_class_booking",
      (name) => `update ${name} set start_at_utc = 'soon' where id = ${made[0]}`,
    );
    expect(await ids("admin LiveClassBooking list --order start_at_utc")).toEqual([
      ...made.slice(1),
      made[0],
    ]);
    expect(await ids("admin LiveClassBooking list --start-after 2000-01-01 --order start_at_utc")).toEqual(
      made.slice(1),
    );
  });

  test("times of the app are local where they name no zone", async () => {
    await writeSetting(school.database.db, "source_timezone", "Asia/Kolkata");
    const sessions = await ids("admin LiveClassSession list --order id");
    for (const [nth, start] of [
      "2026-12-01 15:30:00",
      "2026-12-01T10:30:00Z",
      "2026-12-01T16:30:00",
    ].entries())
      await sqlOn(
        "live_class_session",
        (name) => `update ${name} set scheduled_start = '${start}' where id = ${sessions[nth]}`,
      );
    const between = async (from: string, until: string) => {
      const rows = await school.look((context) =>
        listRows(context, modelNamed("LiveClassSession"), {
          where: [
            { column: "scheduled_start", is: "from", value: from },
            { column: "scheduled_start", is: "before", value: until },
          ],
          search: null,
          order: [{ by: "id", descending: false }],
          limit: null,
          offset: 0,
        }),
      );
      return rows.map(({ id }) => id);
    };
    expect(await between("2026-12-01 10:15:00", "2026-12-01 10:45:00")).toEqual([sessions[1]]);
    expect(await between("2026-12-01 10:00:00", "2026-12-01 11:00:00.000001")).toEqual(sessions.slice(0, 3));
  });
});
