/** What `session timeline --student` says at its end: why somebody has no seat. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deleteBooking } from "../../src/operations/booking-deletion.ts";
import { deleteEntry, deleteSession } from "../../src/operations/session-deletion.ts";
import { cancelSession } from "../../src/operations/session-end.ts";
import { seatAnswer, sessionTimeline } from "../../src/operations/session-timeline.ts";
import { leaveWaitlist } from "../../src/operations/waitlist-entry.ts";
import { explainEntry } from "../../src/operations/waitlist-view.ts";
import { ACTORS, type Bookable, KINDS, makeBookable, SESSIONS, STUDENTS } from "../support/bookable.ts";
import { type StudentName, seat, seatRow } from "../support/bookings.ts";
import { schoolDay } from "../support/school-day.ts";

const { queued, evening } = SESSIONS;
const at = (hour: string) => ({ now: `2026-11-21 ${hour}:00` });

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  let day: ReturnType<typeof schoolDay>;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    day = schoolDay(school);
  });
  afterEach(() => school.remove());

  const answer = (name: StudentName, now = "2026-11-21 12:00:00") =>
    school.look(
      async (c) => {
        const student = { id: STUDENTS[name], username: name };
        const steps = await sessionTimeline(c, { session: queued, student: student.id });
        return (await seatAnswer(c, { session: queued, student, steps }, "UTC")).join(" ");
      },
      { now },
    );
  const entryOf = async (name: StudentName) =>
    (await day.all()).session_waitlist.find((row) => row.student_user_id === STUDENTS[name])!.id as number;

  test("who has a seat, asks for one, waits, or never came", async () => {
    await day.book(seat("ana", "queued"), at("09:00"));
    const id = await school.put(
      "live_class_booking",
      seatRow("ben", { session_id: queued, status: "pending" }),
    );
    await day.book(seat("cleo", "queued"), at("09:20"));
    expect(await answer("ana")).toMatch(/^ana has a seat: booking \d+ is confirmed\.$/);
    expect(await answer("ben")).toContain(`ben's booking ${id} waits for approval`);
    expect(await answer("cleo")).toContain("1 seat has to free before cleo is offered one");
    expect(await answer("eva")).toBe(
      "eva never had a booking or a place here: a request that was refused leaves nothing.",
    );
  });

  test("declined, cancelled, moved away, deleted: when, by whom and why", async () => {
    const asked = await school.put(
      "live_class_booking",
      seatRow("ana", { session_id: queued, status: "pending" }),
    );
    await day.decline(asked, { ...at("09:00"), actor: ACTORS.tom });
    expect(await answer("ana")).toBe(
      `ana's booking ${asked} was declined, Sat 21 Nov 2026 09:00 UTC, by tom (user 2).`,
    );
    const { booking: ben } = await day.book(seat("ben", "queued"), at("09:10"));
    await day.cancel(ben!.id, { ...at("09:20"), actor: ACTORS.ben });
    expect(await answer("ben")).toBe(
      `ben's booking ${ben!.id} was cancelled, Sat 21 Nov 2026 09:20 UTC, by ben (user 12); reason: student.`,
    );
    const { booking: cleo } = await day.book(seat("cleo", "queued"), at("09:30"));
    const { booking: there } = await day.move(cleo!.id, { session_id: evening }, at("09:40"));
    expect(await answer("cleo")).toBe(
      `cleo's booking ${cleo!.id} was moved to booking ${there.id} in session ${evening} (Mon 1 Feb 2027 10:30 UTC), Sat 21 Nov 2026 09:40 UTC, by shell:root.`,
    );
    const { booking: dan } = await day.book(seat("dan", "queued"), at("09:50"));
    await school.run((c) => deleteBooking(c, { id: dan!.id }), at("10:00"));
    expect(await answer("dan")).toContain(`dan's booking ${dan!.id} was deleted, Sat 21 Nov 2026 10:00`);
  });

  test("nobody joins the queue of a session that is called off, began or is gone", async () => {
    await day.book(seat("ana", "queued"), at("09:00"));
    await day.book(seat("ben", "queued"), at("09:10"));
    await day.book(seat("cleo", "queued"), at("09:20"));
    await day.book(seat("dan", "queued"), at("09:25"));
    const left = await entryOf("dan");
    await school.run((c) => leaveWaitlist(c, left), at("09:30"));
    const again = "The place ended. dan can join again, at the end of the queue.";
    expect(await answer("dan")).toBe(again);
    expect(await answer("dan", "2027-02-02 10:00:00")).toBe(
      "The place ended. The session began: it gives no more seats.",
    );
    await school.run((c) => cancelSession(c, { id: queued }), at("10:00"));
    const off = "The session was cancelled: it gives no more seats.";
    expect(await answer("cleo")).toBe(`The place ended. ${off}`);
    expect(await answer("ana")).toMatch(new RegExp(`^ana's booking \\d+ was cancelled.* ${off}$`));
    const id = await entryOf("cleo");
    const explained = await school.look((c) => explainEntry(c, id, "UTC"), at("12:00"));
    expect(explained.outlook).toEqual([`The place ended. ${off}`]);
    await school.run((c) => deleteEntry(c, { id }), at("10:10"));
    expect(await answer("cleo")).toMatch(
      /^cleo's place in the queue \(entry \d+\) was deleted, .*gives no more/,
    );
    await school.run((c) => deleteSession(c, { id: queued }), at("10:20"));
    expect(await answer("dan")).toMatch(/was deleted.* The session is gone: it gives no more seats\.$/);
  });
});
