/** `session timeline`: what happened to a session in order, from the record and from what the app left in the rows. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordEvent } from "../../src/db/audit.ts";
import { deleteRows } from "../../src/db/bulk.ts";
import { changeNotes } from "../../src/operations/booking-notes.ts";
import { deleteSession } from "../../src/operations/session-deletion.ts";
import { getSession } from "../../src/operations/session-details.ts";
import { sessionTimeline } from "../../src/operations/session-timeline.ts";
import { updateSession } from "../../src/operations/session-update.ts";
import { acceptOffer, leaveWaitlist } from "../../src/operations/waitlist-entry.ts";
import { expireQueues } from "../../src/operations/waitlist-expire.ts";
import {
  ACTORS,
  type Bookable,
  KINDS,
  makeBookable,
  OPERATOR,
  SESSIONS,
  STUDENTS,
} from "../support/bookable.ts";
import { seat, seatRow, waitRow } from "../support/bookings.ts";
import { schoolDay } from "../support/school-day.ts";
import { act } from "../support/worlds.ts";

const { queued } = SESSIONS;
const at = (hour: string) => ({ now: `2026-11-21 ${hour}:00` });

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  let day: ReturnType<typeof schoolDay>;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
    day = schoolDay(school);
  });
  afterEach(() => school.remove());

  const steps = (now: string, student: number | null = null) =>
    school.look((c) => sessionTimeline(c, { session: queued, student }), { now });
  const told = async (now: string, student: number | null = null) =>
    (await steps(now, student)).map(
      (step) => `${step.student ?? "session"} ${step.what} → ${step.open} open`,
    );

  test("bookings, the queue, offers, edits, in order, with the seats after each", async () => {
    const { booking } = await day.book(seat("ana", "queued"), at("09:00"));
    await day.book(seat("ben", "queued"), at("09:10"));
    await day.book(seat("cleo", "queued"), at("09:20"));
    await day.book(seat("dan", "queued"), at("09:30"));
    await day.cancel(booking!.id, { ...at("10:00"), actor: ACTORS.ana });
    await school.run((c) => updateSession(c, { id: queued, capacity: 3 }), at("11:00"));
    const dan = (await day.all()).session_waitlist.find((row) => row.student_user_id === STUDENTS.dan)!;
    await school.run((c) => acceptOffer(c, { id: dan.id as number }), at("12:00"));
    await expireQueues(
      school.database,
      { now: "2026-11-22 10:00:00" as never, actor: OPERATOR, offerHours: 24, rehearse: false },
      { session: null, limit: null, stopping: () => false, onSession: () => {} },
    );
    expect(await told("2026-11-23 09:00:00")).toEqual([
      "ana created → 1 open",
      "ben created → 0 open",
      "cleo joined → 0 open",
      "dan joined → 0 open",
      "ana cancelled → 1 open",
      "cleo offered → 0 open",
      "session updated → 1 open",
      "dan offered → 0 open",
      "dan created → 0 open",
      "dan accepted → 0 open",
      "cleo expired → 1 open",
    ]);
    const last = (await steps("2026-11-23 09:00:00")).at(-1)!;
    const session = await school.look((c) => getSession(c, queued), { now: "2026-11-23 09:00:00" });
    expect(last).toMatchObject({
      taken: session.taken,
      pending: session.pending,
      offers: session.offers,
      open: session.open,
      actor: "shell:root",
      reason: "the offer ran out",
    });
  });

  test("one student: the own steps, the session's, and where the seats went meanwhile", async () => {
    await day.book(seat("ana", "queued"), at("09:00"));
    const { booking } = await day.book(seat("ben", "queued"), at("09:10"));
    await day.book(seat("cleo", "queued"), at("09:20"));
    await day.book(seat("dan", "queued"), at("09:30"));
    await day.cancel(booking!.id, at("10:00"));
    expect(await told("2026-11-21 12:00:00", STUDENTS.dan)).toEqual([
      "dan joined → 0 open",
      "ben cancelled → 1 open",
      "cleo offered → 0 open",
    ]);
  });

  test("what the app did is told by the rows: no event, nobody who did it unless the row says", async () => {
    await school.put(
      "live_class_booking",
      seatRow("ana", {
        session_id: queued,
        status: "cancelled",
        created_at: "2026-11-01 08:00:00",
        decision_at: "2026-11-01 09:00:00",
        decided_by_id: 2,
        cancelled_at: "2026-11-03 08:00:00",
        cancelled_by_id: STUDENTS.ana,
        cancel_reason: "student",
      }),
    );
    await school.put(
      "session_waitlist",
      waitRow("cleo", {
        created_at: "2026-11-02 08:00:00",
        status: "offered",
        offered_at: "2026-11-03 08:00:01",
      }),
    );
    const seen = (await steps("2026-11-20 09:00:00")).map(({ at, what, actor, event_id, reason, open }) => [
      at.slice(8, 13),
      what,
      actor,
      event_id,
      reason,
      open,
    ]);
    expect(seen).toEqual([
      ["01 08", "created", null, null, null, 1],
      ["01 09", "confirmed", "tom", null, null, 1],
      ["02 08", "joined", null, null, null, 1],
      ["03 08", "cancelled", "ana", null, "student", 2],
      ["03 08", "offered", null, null, null, 1],
    ]);
  });

  test("a place that was left and taken again, a booking that is gone", async () => {
    const { booking } = await day.book(seat("ana", "queued"), at("09:00"));
    await day.book(seat("ben", "queued"), at("09:10"));
    await day.book(seat("cleo", "queued"), at("09:20"));
    const entry = (await day.all()).session_waitlist[0]!.id as number;
    await school.run((c) => leaveWaitlist(c, entry), at("09:30"));
    await day.book(seat("cleo", "queued"), at("09:40"));
    await school.run((c) => changeNotes(c, { id: booking!.id, teacher_note: "ill" }), at("09:45"));
    await school.run(async (c) => {
      await deleteRows(c.trx, "live_class_booking", [booking!.id]);
      await recordEvent(c.database, c.trx, {
        at: c.now,
        actor: c.actor,
        what: "deleted",
        subject: "live_class_booking",
        subject_id: booking!.id,
        from: { ...booking, session_id: queued },
        to: null,
      });
    }, at("09:50"));
    expect(await told("2026-11-21 12:00:00")).toEqual([
      "ana created → 1 open",
      "ben created → 0 open",
      "cleo joined → 0 open",
      "cleo left → 0 open",
      "cleo joined → 0 open",
      "ana updated → 0 open",
      "ana deleted → 1 open",
    ]);
  });

  test("a session that was deleted, for staff and for whose it was", async () => {
    await day.book(seat("ana", "queued"), at("09:00"));
    await day.book(seat("ben", "queued"), at("09:10"));
    await day.book(seat("cleo", "queued"), at("09:20"));
    await school.run((c) => deleteSession(c, { id: queued }), at("10:00"));
    const seen = await told("2026-11-21 12:00:00");
    expect(seen.slice(0, 3)).toEqual([
      "ana created → 1 open",
      "ben created → 0 open",
      "cleo joined → 0 open",
    ]);
    expect(seen.slice(3).toSorted()).toEqual([
      "ana deleted → 1 open",
      "ben deleted → 2 open",
      "cleo deleted → 2 open",
      "session deleted → 2 open",
    ]);
    expect(await told("2026-11-21 12:00:00", STUDENTS.cleo)).toContain("cleo joined → 0 open");
    const seenBy = (actor: (typeof ACTORS)["ana"]) =>
      school.look((c) => sessionTimeline(c, { session: queued, student: null }), { actor });
    await expect(seenBy(ACTORS.ana)).rejects.toMatchObject({ code: "permission" });
    await expect(
      school.look((c) => sessionTimeline(c, { session: 999, student: null })),
    ).rejects.toMatchObject({ code: "no_such_session" });
  });

  test("what nobody wrote a time to is said as what the rows say now, and counts from where it is known", async () => {
    const { booking } = await day.book(seat("ana", "queued"), at("09:00"));
    await school.run((c) => updateSession(c, { id: queued, capacity: 3 }), at("09:05"));
    await day.book(seat("ben", "queued"), at("09:10"));
    const byApp = (text: string) =>
      act(
        school.place,
        text.replace(/\{(\w+)\}/g, (_, table) => `"${school.database.layout.name(table)}"`),
      );
    await byApp(`update {live_class_booking} set status = 'cancelled' where id = ${booking!.id}`);
    await byApp(`update {live_class_session} set total_seats = 5 where id = ${queued}`);
    const seen = await steps("2026-11-21 12:00:00");
    expect(seen.map(({ what, student, open, reason }) => [student, what, open, reason])).toEqual([
      ["ana", "created", 1, null],
      ["ana", "cancelled", 2, "nothing says when"],
      [null, "updated", 3, null],
      [null, "updated", 5, "nothing says when"],
      ["ben", "created", 4, null],
    ]);
    const session = await school.look((c) => getSession(c, queued));
    expect(seen.at(-1)).toMatchObject({ taken: session.taken, open: session.open });
  });

  test("whoever joins again keeps the history of the first time", async () => {
    await day.book(seat("ana", "queued"), at("09:00"));
    await day.book(seat("ben", "queued"), at("09:10"));
    const entry = await school.put(
      "session_waitlist",
      waitRow("cleo", { created_at: "2026-11-01 08:00:00" }),
    );
    await school.run((c) => leaveWaitlist(c, entry), at("09:30"));
    await day.book(seat("cleo", "queued"), at("09:40"));
    expect(
      (await told("2026-11-21 12:00:00", STUDENTS.cleo)).filter((line) => line.startsWith("cleo")),
    ).toEqual(["cleo joined → 2 open", "cleo left → 0 open", "cleo joined → 0 open"]);
  });

  test("for staff and the session's teacher", async () => {
    const look = (actor: keyof typeof ACTORS) =>
      school.look((c) => sessionTimeline(c, { session: queued, student: null }), { actor: ACTORS[actor] });
    expect(await look("tom")).toEqual([]);
    expect(await look("paula")).toEqual([]);
    for (const other of ["tina", "ana"] as const)
      await expect(look(other)).rejects.toMatchObject({ code: "permission" });
    await expect(
      school.look((c) => sessionTimeline(c, { session: 999, student: null })),
    ).rejects.toMatchObject({ code: "no_such_session" });
  });
});
