/** Whatever happens to a session: its timeline agrees with its rows, and what it told once stays told. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deleteBooking } from "../../src/operations/booking-deletion.ts";
import { changeNotes } from "../../src/operations/booking-notes.ts";
import { deleteEntry } from "../../src/operations/session-deletion.ts";
import { sessionTimeline } from "../../src/operations/session-timeline.ts";
import { type Bookable, KINDS, makeBookable, SESSIONS } from "../support/bookable.ts";
import { seat, seatRow, waitRow } from "../support/bookings.ts";
import { schoolDay } from "../support/school-day.ts";
import { tellStory } from "../support/timeline-story.ts";
import { act } from "../support/worlds.ts";

const { queued } = SESSIONS;
const at = (hour: string) => ({ now: `2026-11-21 ${hour}:00` });

const SEEDS = [1, 2, 3, 4, 12, 23];

/** Numbers that look random and are the same each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  test.each(SEEDS)("story %i", async (seed) => {
    const school = await makeBookable(engine, layout);
    try {
      const told = await tellStory(school, randomOf(seed), 30);
      for (const [n, { now, steps, seats }] of told.entries()) {
        const last = steps.at(-1);
        if (last !== undefined) {
          const { capacity, taken, pending, offers, at } = last;
          expect({ now, capacity, taken, pending }).toEqual({ now, ...seats, offers: undefined });
          if (at === now) expect({ now, offers }).toEqual({ now, offers: seats.offers });
        }
        const before = told[n - 1]?.steps ?? [];
        expect({ now, steps: steps.slice(0, before.length) }).toEqual({ now, steps: before });
      }
    } finally {
      await school.remove();
    }
  });

  describe("what happened before the first event stays as it was told", () => {
    let school: Bookable;
    let day: ReturnType<typeof schoolDay>;
    beforeEach(async () => {
      school = await makeBookable(engine, layout);
      day = schoolDay(school);
    });
    afterEach(() => school.remove());

    const steps = (now: string) =>
      school.look((c) => sessionTimeline(c, { session: queued, student: null }), { now });

    const app = (more: Record<string, unknown>) =>
      school.put(
        "live_class_booking",
        seatRow("ana", { session_id: queued, created_at: "2026-11-01 08:00:00", ...more }),
      );
    const DECIDED = { decision_at: "2026-11-01 09:00:00", decided_by_id: 2 };
    const brief = async (now: string) =>
      (await steps(now)).map(({ what, to_value, open, actor }) => [
        what,
        to_value?.status ?? null,
        open,
        actor,
      ]);
    const REQUESTED = ["created", "pending", 1, null];
    const CONFIRMED = ["confirmed", "confirmed", 1, "tom"];

    test("a request, after an edit that says nothing of its status", async () => {
      const id = await app({ status: "pending" });
      expect(await brief("2026-11-20 10:00:00")).toEqual([REQUESTED]);
      await school.run((c) => changeNotes(c, { id, teacher_note: "ill" }), at("09:00"));
      await day.cancel(id, at("09:00"));
      expect(await brief("2026-11-21 12:00:00")).toEqual([
        REQUESTED,
        ["updated", null, 1, "shell:root"],
        ["cancelled", "cancelled", 2, "shell:root"],
      ]);
    });

    test("a request that the app confirmed", async () => {
      const id = await app(DECIDED);
      expect(await brief("2026-11-20 10:00:00")).toEqual([REQUESTED, CONFIRMED]);
      await day.cancel(id, at("09:00"));
      expect((await brief("2026-11-21 12:00:00")).slice(0, 2)).toEqual([REQUESTED, CONFIRMED]);
    });

    test("a booking and a place that were deleted", async () => {
      const booking = await app(DECIDED);
      const entry = await school.put(
        "session_waitlist",
        waitRow("cleo", {
          created_at: "2026-11-02 08:00:00",
          status: "offered",
          offered_at: "2026-11-03 08:00:00",
        }),
      );
      const before = await steps("2026-11-20 10:00:00");
      expect(before.map(({ what }) => what)).toEqual(["created", "confirmed", "joined", "offered"]);
      await school.run((c) => deleteEntry(c, { id: entry }), at("09:00"));
      await school.run((c) => deleteBooking(c, { id: booking }), at("09:10"));
      const after = await steps("2026-11-21 12:00:00");
      expect(after.slice(0, 4)).toEqual(before);
      expect(after.slice(4).map(({ what, open }) => [what, open])).toEqual([
        ["deleted", 1],
        ["deleted", 2],
      ]);
    });

    test("what nobody wrote a time to, before an event, a rebooking or a deletion", async () => {
      const { booking } = await day.book(seat("ana", "queued"), at("08:00"));
      const { id } = booking!;
      const byApp = (status: string) =>
        act(
          school.place,
          `update "${school.database.layout.name("live_class_booking")}" set status = '${status}' where id = ${id}`,
        );
      await byApp("pending");
      await day.cancel(id, at("09:00"));
      const expected = ["created", "pending", "cancelled"];
      const told = async () => (await steps("2026-11-21 12:00:00")).map(({ what }) => what);
      expect(await told()).toEqual(expected);
      await day.book(seat("ana", "queued"), at("09:10"));
      await byApp("no_show");
      expect(await told()).toEqual([...expected, "rebooked", "no_show"]);
      await school.run((c) => deleteBooking(c, { id }), at("09:20"));
      expect(await told()).toEqual([...expected, "rebooked", "no_show", "deleted"]);
    });
  });
});
