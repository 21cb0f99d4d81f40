/** The noun `waitlist` as scripts use it: exit codes, JSON, one line, the time of offers, the service (CLI.md, SPEC 4). */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { query } from "../support/databases.ts";
import { runHere } from "../support/run-here.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

let school: School;
beforeEach(async () => {
  school = await makeMigratedSchool();
});
afterEach(() => school.remove());

const NOW = "2026-11-20T09:00:00Z";
const LATER = "2026-11-21T09:00:00Z";

const run = (words: string, options: { now?: string; env?: Record<string, string>; width?: number } = {}) => {
  const { now = NOW, ...rest } = options;
  return runHere([...words.split(" "), "--db", school.file, "--now", now], rest);
};
const json = async (words: string, options: { now?: string; env?: Record<string, string> } = {}) => {
  const ran = await run(`${words} --json`, options);
  expect(ran.code, ran.err).toBe(0);
  return JSON.parse(ran.out);
};
const errorOf = (ran: { err: string }) => JSON.parse(ran.err).error;
const sql = (text: string) => {
  const { file } = school;
  return query({ engine: "sqlite", address: file, file, remove: async () => {} }, text);
};
/** Rosa and nadia wait for session 32: one more seat is offered to rosa. */
const offerRosa = () => run("session update 32 --capacity 7");

describe("list", () => {
  test("the model's fields, the place and what is overdue", async () => {
    await offerRosa();
    const rows = await json("waitlist list --session 32", { now: LATER });
    expect(rows).toMatchObject([
      {
        session_id: 32,
        student: "rosa",
        status: "offered",
        offered_at: NOW,
        offer_expires_at: LATER,
        position: null,
        overdue: true,
        title: "English B1",
        teacher: "noah",
      },
      { student: "nadia", status: "waiting", position: 1, overdue: false, accepted_at: null },
    ]);
    expect(await json("waitlist list --status waiting --student hugo --sort -created_at")).toHaveLength(2);
    expect(await json("waitlist list --teacher marta --status expired")).toMatchObject([{ session_id: 17 }]);
  });

  test("staff see all, a teacher those of own sessions, a student the own places", async () => {
    expect(await json("waitlist list --as office")).toHaveLength(9);
    const ofNoah = await json("waitlist list --as noah");
    expect(new Set(ofNoah.map((row: { teacher: string }) => row.teacher))).toEqual(new Set(["noah"]));
    expect(await json("waitlist list --as nadia")).toMatchObject([{ student: "nadia", position: 2 }]);
  });
});

describe("explain", () => {
  test("the arithmetic, who is ahead, and what has to happen", async () => {
    await offerRosa();
    const nadia = await json("waitlist explain --session 32 --student nadia");
    expect(nadia).toMatchObject({
      student: "nadia",
      position: 1,
      capacity: 7,
      taken: 4,
      pending: 2,
      offers: 1,
      open: 0,
      seats: "0 open = 7 seats − 4 taken − 2 pending − 1 offer",
      ahead: [{ student: "rosa", status: "offered", offer_expires_at: LATER }],
      ahead_count: 0,
    });
    expect(nadia.outlook[0]).toBe("1 seat has to free before nadia is offered one.");
    expect(nadia.outlook.join(" ")).toContain("1 offer holds a seat; the first runs out Sat 21 Nov 2026");
    const rosa = await json("waitlist explain --session 32 --student rosa");
    expect(rosa.outlook[0]).toMatch(/^A seat is held for rosa until Sat 21 Nov 2026 .*\(in 24 h\)\.$/);
    const late = await json("waitlist explain --session 32 --student nadia", { now: LATER });
    expect(late.outlook[0]).toBe(
      "A seat stands open for nadia: `classbook waitlist expire --session 32` offers it.",
    );
  });

  test("a student sees nobody else, and not the place of another", async () => {
    expect((await json("waitlist explain --session 20 --student hugo --as hugo")).ahead).toEqual([]);
    expect((await json("waitlist explain --session 20 --student hugo --as marta")).ahead).toHaveLength(2);
    const ran = await run("waitlist explain --session 20 --student hugo --as elif --json");
    expect([ran.code, errorOf(ran).code]).toEqual([3, "permission"]);
  });
});

describe("one place after the other", () => {
  test("join, offer, accept, leave, promote: each prints what is there then", async () => {
    const joined = await json("waitlist join --session 32 --student greta --override enrollment");
    expect(joined).toMatchObject({ student: "greta", status: "waiting", position: 3 });
    await offerRosa();
    const accepted = await json("waitlist accept --session 32 --student rosa --note thanks");
    expect(accepted).toMatchObject({
      outcome: "confirmed",
      status: "confirmed",
      student: "rosa",
      student_note: "thanks",
    });
    await run("session update 32 --capacity 8");
    expect(await json(`waitlist leave --session 32 --student nadia`)).toMatchObject({ status: "expired" });
    expect(await json("waitlist promote --session 32 --override enrollment")).toMatchObject({
      waitlist_id: joined.id,
      outcome: "confirmed",
      student: "greta",
    });
    expect(await json("waitlist list --session 32 --status waiting,offered")).toEqual([]);
    expect((await run("verify seats_taken capacity unique_group_booking")).code).toBe(0);
  });

  test("several entries: a line each, and 7 where some were refused", async () => {
    const ran = await run("waitlist leave 1 3 999 --json");
    expect(ran.code).toBe(7);
    expect(JSON.parse(ran.out)).toMatchObject([
      { id: 1, result: "done", status: "expired" },
      { id: 3, result: "refused", code: "status" },
      { id: 999, result: "not_found", code: "no_such_entry" },
    ]);
  });

  test.each([
    ["waitlist leave", "no entry is named"],
    ["waitlist leave 1 --session 20", "exclude each other"],
    ["waitlist accept --session 20", "--student is missing"],
    ["waitlist offer", "no entry is named"],
    ["waitlist offer 1 --session 20", "exclude each other"],
    ["waitlist join --session 20", "--student is missing"],
    ["waitlist promote", "--session is missing"],
    ["waitlist expire --limit 0 --session x --watch 0", '--session "x" is not an id; --limit "0"'],
    ["waitlist expire --watch 5 --dry-run", "exclude each other"],
  ])("%s: %s", async (words, says) => {
    const ran = await run(`${words} --json`);
    expect([ran.code, ran.out]).toEqual([2, ""]);
    expect(errorOf(ran).message).toContain(says);
  });
});

describe("how long an offer holds: flag > environment > config file > 24 h", () => {
  const expiry = async (flag: string, env: Record<string, string> = {}) => {
    const before = process.cwd();
    process.chdir(school.folder);
    try {
      const ran = await run(`session update 32 --capacity 7 --json`, { env });
      expect(ran.code, ran.err).toBe(0);
      await sql("update myApp_sessionwaitlist set status = 'waiting' where session_id = 32");
      const [entry] = (await json(`waitlist expire --session 32${flag}`, { env })).entries;
      return entry.offer_expires_at;
    } finally {
      process.chdir(before);
    }
  };
  const config = (value: string) =>
    writeFileSync(join(school.folder, "classbook.config.json"), JSON.stringify({ offer_ttl: value }));

  test("24 h where nobody says", async () => expect(await expiry("")).toBe(LATER));
  test("--ttl", async () => {
    config("3d");
    expect(await expiry(" --ttl 90m", { CLASSBOOK_OFFER_TTL: "2d" })).toBe("2026-11-20T10:30:00Z");
  });
  test("CLASSBOOK_OFFER_TTL", async () => {
    config("3d");
    expect(await expiry("", { CLASSBOOK_OFFER_TTL: "2d" })).toBe("2026-11-22T09:00:00Z");
  });
  test("offer_ttl", async () => {
    config("3d");
    expect(await expiry("")).toBe("2026-11-23T09:00:00Z");
  });
  test("every command that passes a seat on knows it", async () => {
    await run("session update 32 --capacity 7", { env: { CLASSBOOK_OFFER_TTL: "90m" } });
    expect(await json("waitlist list --status offered")).toMatchObject([
      { offer_expires_at: "2026-11-20T10:30:00Z" },
    ]);
  });
  test("never beyond the start of the session", async () =>
    expect(await expiry(" --ttl 366d")).toBe("2026-12-03T23:30:00Z"));
  test.each(["0h", "-1h", "24", "1w", "367d", "1.5h", "forever"])("%s is refused", async (ttl) => {
    const ran = await run(`waitlist expire --ttl=${ttl} --json`);
    expect([ran.code, errorOf(ran).code, errorOf(ran).message]).toEqual([
      2,
      "bad_ttl",
      expect.stringContaining(`"${ttl}"`),
    ]);
  });
});

describe("expire", () => {
  test("JSON with numbers and who it was; a rehearsal says the same and changes nothing", async () => {
    await offerRosa();
    const before = school.hash();
    const foreseen = await json("waitlist expire --dry-run", { now: LATER });
    expect(school.hash()).toBe(before);
    expect(foreseen).toMatchObject({ expired: 2, offered: 1, sessions: 2, skipped: 0, failed: 0 });
    expect(foreseen.entries).toMatchObject([
      { session_id: 32, student: "rosa", outcome: "expired", reason: "the offer ran out" },
      { session_id: 32, student: "nadia", outcome: "offered", offer_expires_at: "2026-11-22T09:00:00Z" },
      { session_id: 9001, student: "hugo", outcome: "expired", reason: "the session is over" },
    ]);
    expect(await json("waitlist expire", { now: LATER })).toEqual(foreseen);
    expect(await json("waitlist expire", { now: LATER })).toMatchObject({
      expired: 0,
      offered: 0,
      sessions: 0,
    });
  });

  test("one line, on a terminal and in a pipe; --quiet is silent where nothing was to be done", async () => {
    expect((await run("waitlist expire", { width: 100 })).out).toBe(
      "1 session: 1 expired, 0 offered, 0 skipped, 0 failed\n",
    );
    expect((await run("waitlist expire", { width: 100 })).out).toBe("Nothing to do.\n");
    expect((await run("waitlist expire")).out).toBe("Nothing to do.\n");
    expect((await run("waitlist expire --format csv")).out).toBe(
      "expired,offered,sessions,skipped,failed\r\n0,0,0,0,0\r\n",
    );
    expect(await run("waitlist expire --quiet")).toEqual({ code: 0, out: "", err: "" });
    expect(await json("waitlist expire --quiet")).toMatchObject({ expired: 0 });
  });

  test("5 busy, with who is at work, after it was waited for", async () => {
    await sql(
      "insert into classbook_lease values ('waitlist', 't', 'ana@elsewhere, process 1', '2026-01-01 00:00:00', '2999-01-01 00:00:00')",
    );
    const ran = await run("waitlist expire --json");
    expect([ran.code, ran.out, errorOf(ran).code]).toEqual([5, "", "locked"]);
    expect(errorOf(ran).message).toContain("ana@elsewhere, process 1");
    expect((await run("waitlist expire --dry-run")).code).toBe(0);
  });

  test("a service that could never do anything ends at once, as a single run does", async () => {
    const gone = (words: string) =>
      runHere([...words.split(" "), "--db", `${school.file}.not-there`, "--now", NOW]);
    expect(await gone("waitlist expire")).toMatchObject({ code: 4 });
    expect(await gone("waitlist expire --watch 1")).toMatchObject({ code: 4 });
    expect((await run("waitlist expire --session 9999 --watch 1")).code).toBe(4);
  });

  test("28: 7 where a session failed; it is named, the others are done", async () => {
    await offerRosa();
    await sql(
      "create trigger forbid before update on myApp_sessionwaitlist when new.session_id = 32 begin select raise(abort, 'not this one'); end",
    );
    const ran = await run("waitlist expire --json", { now: LATER });
    expect(ran.code).toBe(7);
    expect(ran.err).toContain("session 32 failed: not this one");
    expect(JSON.parse(ran.out)).toMatchObject({
      expired: 1,
      failed: 1,
      failures: [{ session_id: 32, message: "not this one" }],
    });
    expect(await run("waitlist expire --quiet", { now: LATER })).toMatchObject({
      code: 7,
      out: "0 sessions: 0 expired, 0 offered, 0 skipped, 1 failed\n",
    });
  });
});

describe("fairness", () => {
  test("waits in seconds, who was passed over and why, who went first", async () => {
    await offerRosa();
    await run("waitlist accept --session 32 --student rosa", { now: "2026-11-20T10:00:00Z" });
    await run("session update 32 --waitlist --capacity 8");
    await run("waitlist join --session 32 --student greta --override enrollment");
    await run("waitlist leave --session 32 --student nadia");
    await run("waitlist join --session 32 --student nadia", { now: "2026-11-20T09:30:00Z" });
    await sql(
      "update myApp_sessionwaitlist set status = 'waiting', offered_at = null where status = 'offered'",
    );
    expect((await run("waitlist promote --session 32 --student nadia --as office")).code).toBe(0);
    const fair = await json("waitlist fairness --session 32");
    expect(fair.all).toMatchObject({ entries: 3, accepted: 2, waiting: 1 });
    const joined = Date.parse("2026-10-24T22:25:00Z") / 1000;
    expect(Math.abs(fair.sessions[0].waited_max - (Date.parse(NOW) / 1000 - joined))).toBeLessThan(60);
    expect(fair.sessions[0]).toMatchObject({ session_id: 32, answered_min: 3600, answered_max: 3600 });
    expect(fair.passed_over).toMatchObject([
      { student: "greta", times: 1, reason: expect.stringMatching(/^entry \d+ went first$/) },
    ]);
    expect(fair.out_of_turn).toMatchObject([{ what: "created", session_id: 32, student: "nadia" }]);
  });

  test("a teacher sees own sessions, a student none", async () => {
    const all = await json("waitlist fairness --as noah");
    expect(all.sessions.map((one: { session_id: number }) => one.session_id)).toEqual([32]);
    const ran = await run("waitlist fairness --as hugo --json");
    expect([ran.code, errorOf(ran).code]).toEqual([3, "permission"]);
  });
});
