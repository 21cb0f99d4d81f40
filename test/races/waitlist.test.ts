/** SCENARIOS.md 2: many runs of `waitlist expire` at once, killed ones, and the service, in real processes. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bookable, KINDS, makeBookable, SESSIONS, TODAY } from "../support/bookable.ts";
import { waitRow } from "../support/bookings.ts";
import { start } from "../support/processes.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { countQueues, countTold, putQueues, SETTLED } from "../support/queues.ts";

const AT_ONCE = 10;
const QUEUES = 1_000;

let program: Program;
beforeAll(() => {
  program = buildProgram();
});
afterAll(() => program.remove());

describe.each(KINDS)("$engine $layout", ({ engine, layout }) => {
  const withSchool = async (work: (school: Bookable) => Promise<void>) => {
    const school = await makeBookable(engine, layout);
    if (layout === "native") school.database.sqlite?.pragma("journal_mode = wal");
    try {
      await work(school);
    } finally {
      await school.remove();
    }
  };
  const words = (school: Bookable, ...more: string[]) => [
    "waitlist",
    "expire",
    ...more,
    "--db",
    school.place.address,
    "--now",
    TODAY,
  ];
  const done = { [SETTLED]: QUEUES };
  const told = {
    expired: 2 * QUEUES,
    offered: 2 * QUEUES,
    waitlist_expired: 2 * QUEUES,
    waitlist_offered: 2 * QUEUES,
    twice: 0,
  };

  test("2: ten runs at once: every seat is offered once, in order", () =>
    withSchool(async (school) => {
      await putQueues(school, QUEUES);
      const runs = await Promise.all(
        Array.from({ length: AT_ONCE }, () => program.run(words(school, "--json"))),
      );
      // Whoever came last may have waited in vain.
      for (const { code, err } of runs) expect([0, 5], err).toContain(code);
      const reports = runs.filter(({ code }) => code === 0).map(({ out }) => JSON.parse(out));
      const sum = (field: string) => reports.reduce((all, report) => all + report[field], 0);
      expect(["expired", "offered", "sessions", "skipped", "failed"].map(sum)).toEqual([
        2 * QUEUES,
        2 * QUEUES,
        QUEUES,
        0,
        0,
      ]);
      expect(await countQueues(school)).toEqual(done);
      expect(await countTold(school)).toEqual(told);
    }));

  test("a run that is killed leaves whole sessions behind, and the next ends in the same state", () =>
    withSchool(async (school) => {
      await putQueues(school, QUEUES);
      let halves = 0;
      for (const share of [0.1, 0.5]) {
        let reached = false;
        let over = false;
        const look = async () => {
          while (!reached && !over) reached = ((await countQueues(school))[SETTLED] ?? 0) >= share * QUEUES;
        };
        const looking = look();
        const ran = await program.run(words(school), {
          signal: { name: "SIGKILL", when: () => reached },
        });
        over = true;
        await looking;
        expect(ran.signal === "SIGKILL" || ran.code === 0, ran.err).toBe(true);
        // A queue is as it was, or up to date: never in between.
        const states = Object.keys(await countQueues(school));
        expect(states.length).toBeLessThanOrEqual(2);
        if (states.length === 2) halves += 1;
      }
      expect(halves).toBeGreaterThan(0);
      const last = await program.run(words(school, "--json"));
      expect(last.code, last.err).toBe(0);
      expect(await countQueues(school)).toEqual(done);
      expect(await countTold(school)).toEqual(told);
    }));

  test("Ctrl-C ends it between two sessions: it says what was done, and the next run goes on", () =>
    withSchool(async (school) => {
      await putQueues(school, QUEUES);
      let reached = false;
      let over = false;
      const look = async () => {
        while (!reached && !over) reached = ((await countQueues(school))[SETTLED] ?? 0) > 10;
      };
      const looking = look();
      const ran = await program.run(words(school, "--json"), {
        signal: { name: "SIGINT", when: () => reached },
      });
      over = true;
      await looking;
      const { sessions, finished } = JSON.parse(ran.out);
      expect([ran.code, finished, ran.err]).toEqual([
        130,
        false,
        expect.stringContaining("the next run goes on"),
      ]);
      expect(await countQueues(school)).toMatchObject({ [SETTLED]: sessions });
      expect(JSON.parse((await program.run(words(school, "--json"))).out).sessions).toBe(QUEUES - sessions);
    }));

  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("--watch runs, sleeps and runs again, until %s", (signal, code) =>
    withSchool(async (school) => {
      const overdue = (student: "ana" | "ben") =>
        school.put(
          "session_waitlist",
          waitRow(student, { status: "offered", offered_at: "2026-11-01 09:00:00" }),
        );
      await overdue("ana");
      const service = start(program.bin, words(school, "--watch", "1", "--format", "table"));
      const line = "2026-11-20T09:00:00Z  1 session: 1 expired, 0 offered, 0 skipped, 0 failed";
      expect(await service.saw(line)).toBe(true);
      await overdue("ben");
      expect(await service.saw(line, 2)).toBe(true);
      service.child.kill(signal);
      expect(await service.ended).toMatchObject({ code, err: "" });
    }),
  );

  // One engine's word for it is enough: the waiting takes its time.
  if (engine === "sqlite" && layout === "native")
    test("--watch says that a run failed, and goes on", () =>
      withSchool(async (school) => {
        const { db } = school.database;
        await db
          .insertInto("lease")
          .values({
            name: "waitlist",
            token: "t",
            holder: "ana@elsewhere, process 1",
            acquired_at: TODAY,
            expires_at: "2999-01-01 00:00:00" as typeof TODAY,
          })
          .execute();
        await school.put(
          "session_waitlist",
          waitRow("ana", { status: "offered", session_id: SESSIONS.queued }),
        );
        const service = start(program.bin, words(school, "--watch", "1", "--format", "table"));
        setTimeout(() => void db.deleteFrom("lease").execute(), 12_000);
        expect(
          await service.saw("2026-11-20T09:00:00Z  1 session: 1 expired, 0 offered, 0 skipped, 0 failed"),
        ).toBe(true);
        service.child.kill("SIGTERM");
        const { code, err } = await service.ended;
        expect([code, err]).toEqual([143, expect.stringContaining("another run is at work: ana@elsewhere")]);
      }));
});
