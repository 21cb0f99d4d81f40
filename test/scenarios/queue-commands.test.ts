/** SCENARIOS.md 2, 4–10, 18 and 28 as an operator and cron live them: command lines, by number. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Bookable, KINDS, makeBookable, SESSIONS, STUDENTS } from "../support/bookable.ts";
import { forbid } from "../support/queues.ts";
import { runHere } from "../support/run-here.ts";
import { act } from "../support/worlds.ts";

const TODAY = "2026-11-20T09:00:00Z";
const TOMORROW = "2026-11-21T09:00:00Z";
const { queued } = SESSIONS;

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  let school: Bookable;
  beforeEach(async () => {
    school = await makeBookable(engine, layout);
  });
  afterEach(() => school.remove());

  const classbook = async (words: string, now = TODAY) => {
    const line = `${words} --json --now ${now} --db ${school.place.address}`;
    const { code, out, err } = await runHere(line.split(" "));
    return {
      code,
      said: out === "" ? null : JSON.parse(out),
      error: code === 3 ? JSON.parse(err).error.code : null,
    };
  };
  const done = async (words: string, now?: string) => {
    const { code, said, error } = await classbook(words, now);
    expect([code, error], words).toEqual([0, null]);
    return said;
  };
  const book = (student: string, now?: string) =>
    done(`booking create --session ${queued} --student ${student}`, now);
  const accept = (student: string, now?: string) =>
    classbook(`waitlist accept --session ${queued} --student ${student}`, now);
  const expire = (now?: string) => done("waitlist expire", now);
  const queue = async (status: string, now?: string): Promise<string[]> => {
    const rows = await done(`waitlist list --session ${queued} --status ${status}`, now);
    return rows.map((row: { student: string }) => row.student);
  };
  /** Ana and ben have the two seats, the others wait. @returns ana's booking */
  const full = async (...waiting: string[]): Promise<number> => {
    const { id } = await book("ana");
    await book("ben");
    for (const [turn, student] of waiting.entries())
      expect(await book(student)).toMatchObject({ outcome: "waitlisted", position: turn + 1 });
    return id;
  };
  const byHand = (text: string) =>
    act(
      school.place,
      text.replace(/\{(\w+)\}/g, (_, table) => `"${school.database.layout.name(table)}"`),
    );

  test("2: cron's runs over seats that a hand freed: each is offered once", async () => {
    await full("cleo", "dan", "eva");
    await byHand(`update {live_class_booking} set status = 'cancelled' where session_id = ${queued}`);
    const both = await Promise.all([expire(), expire()]);
    expect(both.map(({ offered }) => offered).toSorted()).toEqual([0, 2]);
    expect(await queue("offered")).toEqual(["cleo", "dan"]);
  });

  test("4: before cron comes a newcomer gets no seat of the queue's", async () => {
    const ana = await full("cleo");
    await byHand(`update {live_class_booking} set status = 'cancelled' where id = ${ana}`);
    expect(await book("dan")).toMatchObject({ outcome: "waitlisted", position: 2 });
    expect(await classbook(`waitlist join --session ${queued} --student eva`)).toMatchObject({ code: 0 });
    expect(await expire()).toMatchObject({ offered: 1, sessions: 1 });
    expect(await queue("offered")).toEqual(["cleo"]);
  });

  test("5, 6: cron is dead: the offer that ends now is refused, the seat counts as open, and cron passes it on", async () => {
    await done(`booking cancel ${await full("cleo", "dan")}`);
    expect(await accept("cleo", TOMORROW)).toMatchObject({ code: 3, error: "offer-expired" });
    expect(await done(`session show ${queued}`, TOMORROW)).toMatchObject({ open: 1, offers: 0 });
    expect(await expire("2026-11-21T08:59:59.999999Z")).toMatchObject({ expired: 0 });
    expect(await expire(TOMORROW)).toMatchObject({ expired: 1, offered: 1, sessions: 1 });
    expect(await queue("offered", TOMORROW)).toEqual(["dan"]);
    expect(await accept("dan", "2026-11-22T08:59:59.999999Z")).toMatchObject({ code: 0 });
  });

  test("7: the booking of an accepted offer is cancelled: the seat is the next student's", async () => {
    await done(`booking cancel ${await full("cleo", "dan")}`);
    const { said } = await accept("cleo");
    await done(`booking cancel ${said.id}`);
    expect(await queue("offered")).toEqual(["dan"]);
    expect(await queue("accepted")).toEqual(["cleo"]);
  });

  test("8: the head cannot be offered the seat: named with the reason, the place kept", async () => {
    const ana = await full("cleo", "dan");
    await byHand(
      `update {app_user} set is_active = ${engine === "sqlite" ? 0 : "false"} where id = ${STUDENTS.cleo}`,
    );
    await byHand(`update {live_class_booking} set status = 'cancelled' where id = ${ana}`);
    const ran = await expire();
    expect(ran).toMatchObject({ offered: 1, skipped: 1 });
    expect(ran.entries).toMatchObject([
      { student: "dan", outcome: "offered" },
      { student: "cleo", outcome: "skipped", reason: "inactive account" },
    ]);
    expect(await done(`waitlist explain --session ${queued} --student cleo`)).toMatchObject({
      position: 1,
      bar: "inactive account",
    });
    expect(await done(`waitlist fairness --session ${queued}`)).toMatchObject({
      passed_over: [{ student: "cleo", reason: "inactive account", times: 1 }],
    });
  });

  test("9: at the same instant the lower entry comes first", async () => {
    await full("dan", "cleo"); // All at TODAY.
    await done(`session update ${queued} --capacity 3`);
    expect(await queue("offered")).toEqual(["dan"]);
  });

  test("10: the session began or was cancelled: no offers, the queue is over", async () => {
    const ana = await full("cleo", "dan");
    await byHand(`update {live_class_booking} set status = 'cancelled' where id = ${ana}`);
    expect(await expire("2027-02-02T10:00:00Z")).toMatchObject({ expired: 2, offered: 0, sessions: 1 });
    expect(await queue("expired")).toEqual(["cleo", "dan"]);
    expect(
      await classbook(`waitlist join --session ${queued} --student eva`, "2027-02-02T10:00:00Z"),
    ).toMatchObject({
      code: 3,
      error: "session-open",
    });
  });

  test("18: who expired joins again, at the end", async () => {
    await done(`booking cancel ${await full("cleo", "dan")}`);
    await expire(TOMORROW);
    expect(await done(`waitlist join --session ${queued} --student cleo`, TOMORROW)).toMatchObject({
      position: 1,
      status: "waiting",
      offered_at: null,
      expired_at: null,
    });
    await done(`waitlist join --session ${queued} --student eva`, TOMORROW);
    expect(await queue("waiting", TOMORROW)).toEqual(["cleo", "eva"]);
  });

  test("28: a session fails, the others are done: exit 7", async () => {
    await done(`booking cancel ${await full("cleo")}`);
    await forbid(school, queued);
    await school.put("session_waitlist", {
      session_id: SESSIONS.evening,
      student_user_id: STUDENTS.dan,
      status: "waiting",
      created_at: "2026-11-20 09:00:00",
    });
    const { code, said } = await classbook("waitlist expire", TOMORROW);
    expect([code, said.offered, said.failed]).toEqual([7, 1, 1]);
    expect(said.failures).toMatchObject([{ session_id: queued }]);
  });
});
