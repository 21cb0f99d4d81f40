/** A run of `waitlist expire` that was taken for dead writes nothing more (SPEC 1). */
import { describe, expect, test } from "vitest";
import { findHolder } from "../../src/db/lease.ts";
import { expireQueues } from "../../src/operations/waitlist-expire.ts";
import { KINDS, makeBookable, OPERATOR, TODAY } from "../support/bookable.ts";
import { countQueues, putQueues, SETTLED } from "../support/queues.ts";

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  test("the lease is renewed in each session's transaction, and given back at the end", async () => {
    const school = await makeBookable(engine, layout);
    const { database } = school;
    const run = (onSession: () => void) =>
      expireQueues(
        database,
        { now: TODAY, actor: OPERATOR, offerHours: 24, rehearse: false },
        { session: null, limit: null, stopping: () => false, onSession },
      );
    try {
      await putQueues(school, 3);
      let robbed: Promise<unknown> | null = null;
      const rob = () => {
        robbed ??= database.db.updateTable("lease").set({ token: "another's" }).execute();
      };
      await expect(run(rob)).rejects.toMatchObject({ kind: "busy", code: "lost_lock" });
      expect(robbed).not.toBeNull();
      const { [SETTLED]: settled, ...untouched } = await countQueues(school);
      expect([settled, Object.values(untouched)]).toEqual([1, [2]]);
      expect(await findHolder(database, "waitlist")).toMatchObject({ pid: process.pid });
      await database.db.deleteFrom("lease").execute();
      expect(await run(() => {})).toMatchObject({ sessions: 2, finished: true });
      expect(await findHolder(database, "waitlist")).toBeNull();
    } finally {
      await school.remove();
    }
  });
});
