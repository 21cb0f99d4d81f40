/** `series advance`, cron's command (SPEC 5): series without a lesson to come are completed. */
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSeries, type SeriesRequest } from "../../src/operations/series.ts";
import { advanceSeries } from "../../src/operations/series-advance.ts";
import { cancelSeries, pauseSeries } from "../../src/operations/series-change.ts";
import { skipOccurrence } from "../../src/operations/series-occurrence.ts";
import { ACTORS, type Bookable, KINDS, makeBookable } from "../support/bookable.ts";
import { contents, refusal } from "../support/bookings.ts";
import { putSeries, seriesFor, seriesRow } from "../support/series.ts";

/** Of a run that came to its end. */
const ran = (series: number[], failures: object[] = []) => ({
  completed: series.length,
  series,
  failures,
  finished: true,
});

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const create = (asked: SeriesRequest) => school.run((c) => createSeries(c, asked));
  const statusOf = async (id: number) =>
    (await contents(school.database.db)).booking_series.find((series) => series.id === id)!.status;
  const advance = (now: string, limit: number | null = null, rehearse = false) =>
    advanceSeries(
      school.database,
      { now: now as never, actor: ACTORS.shell, offerHours: 24, rehearse },
      { limit, stopping: () => false },
    );

  test("series without a lesson to come, once; those that are going on or paused are left", async () => {
    const over = await create(seriesFor("ana", { count: 1 }));
    const coming = await create(seriesFor("ben", { from: "2026-12-01", count: 2 }));
    const paused = await create(seriesFor("cleo", { from: "2026-12-22", count: 1 }));
    await school.run((c) => pauseSeries(c, paused.id));
    const skipped = await create(seriesFor("dan", { from: "2027-01-05", count: 1 }));
    await school.run((c) => skipOccurrence(c, { series: skipped.id, occurrence_index: 1 }));
    // To the very end of the lesson it is going on.
    expect((await advance("2026-11-24 16:59:59")).series).toEqual([skipped.id]);
    expect((await advance("2026-11-24 17:00:00", null, true)).series).toEqual([over.id]);
    expect(await statusOf(over.id)).toBe("active");
    expect(await advance("2026-11-24 17:00:00")).toEqual(ran([over.id]));
    expect(await advance("2026-11-24 17:00:00")).toEqual(ran([]));
    expect([await statusOf(over.id), await statusOf(coming.id), await statusOf(paused.id)]).toEqual([
      "completed",
      "active",
      "paused",
    ]);
    const after = { now: "2026-11-24 17:00:00" };
    expect(await refusal(school, (c) => cancelSeries(c, { id: over.id }), after)).toBe("status");
    const { booking_event } = await contents(school.database.db);
    expect(
      booking_event.filter(({ what }) => what === "completed").map(({ subject_id }) => subject_id),
    ).toEqual([skipped.id, over.id]);
  });

  test("in pages, and no more than asked for", async () => {
    const ids: number[] = [];
    for (let n = 0; n < 5; n += 1)
      ids.push(await putSeries(school, "ana", [{ start: `2026-11-0${n + 1} 16:00:00`, status: "attended" }]));
    expect((await advance("2027-01-01 00:00:00", 2)).series).toEqual(ids.slice(0, 2));
    expect((await advance("2027-01-01 00:00:00")).series).toEqual(ids.slice(2));
  });

  test("broken ones are named, and the others are done", async () => {
    const empty = await school.put("booking_series", seriesRow("ana"));
    const over = await putSeries(school, "ben", [{ start: "2026-11-03 16:00:00", status: "attended" }]);
    const failure = {
      id: empty,
      code: "broken_series",
      message: expect.stringMatching(/it has no occurrences$/),
    };
    expect(await advance("2027-01-01 00:00:00")).toEqual(ran([over], [failure]));
  });

  test("one that the database refuses does not stop the others", async () => {
    const [first, second, third] = [
      await putSeries(school, "ana", [{ start: "2026-11-03 16:00:00", status: "attended" }]),
      await putSeries(school, "ben", [{ start: "2026-11-03 18:00:00", status: "attended" }]),
      await putSeries(school, "cleo", [{ start: "2026-11-03 20:00:00", status: "attended" }]),
    ];
    const { db, engine: kind } = school.database;
    const table = sql.table("booking_series");
    if (kind === "sqlite")
      await sql`create trigger stubborn before update on ${table} when new.id = ${sql.lit(second)}
        begin select raise(abort, 'stubborn'); end`.execute(db);
    else {
      await sql`create function stubborn() returns trigger language plpgsql as $$ begin
        if new.id = ${sql.lit(second)} then raise exception 'stubborn'; end if; return new; end $$`.execute(
        db,
      );
      await sql`create trigger stubborn before update on ${table} for each row execute function stubborn()`.execute(
        db,
      );
    }
    const done = await advance("2027-01-01 00:00:00");
    expect(done).toMatchObject({
      completed: 2,
      series: [first, third],
      failures: [{ id: second }],
    });
    expect(done.failures[0]!.message).toContain("stubborn");
    await sql`drop trigger stubborn ${kind === "sqlite" ? sql`` : sql`on ${table}`}`.execute(db);
    if (kind === "postgres") await sql`drop function stubborn`.execute(db);
  });
});
