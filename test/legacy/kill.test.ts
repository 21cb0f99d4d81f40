/** Killed anywhere, and run again: the same end as undisturbed (LEGACY 3; SCENARIOS 30). Real processes, real signals. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Chance } from "../../fixtures/generate/chance.ts";
import type { WriteGeneratedOptions } from "../../fixtures/generate.ts";
import { listRuns } from "../../src/db/legacy-run.ts";
import { ENGINES, query, type Scratch } from "../support/databases.ts";
import { migrate, NOW, withDatabase } from "../support/migration.ts";
import { bundle, type Process, start } from "../support/processes.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { type Bytes, bytesOf } from "../support/snapshots.ts";
import { act, named, withPlace } from "../support/worlds.ts";

const BATCH = 20;
const generated: WriteGeneratedOptions = {
  generation: "D",
  group: 300,
  oneOnOne: 200,
  unified: 0,
  broken: 0.1,
  seed: 11,
};

const changes = [
  "update {booking} set status = 'no_show' where id % 3 = 0",
  "update {one_on_one_booking} set status = 'cancelled' where id % 4 = 0",
  "update {one_on_one_booking} set next_booking_date = '2026-06-05 10:00:00' where id % 5 = 0",
];

/** Where a run is killed: at the so-many-th batch of a phase, and a moment later. */
const KILLS = [
  ["open", 1],
  ["open", 1],
  ["sessions", 1],
  ["booking", 2],
  ["booking", 3],
  ["booking", 2],
  ["one_on_one_booking", 1],
  ["one_on_one_booking", 3],
  ["indexes", 1],
  ["indexes", 2],
  ["series", 1],
  ["seats", 1],
] as const;
const KILLS_OF_A_LATER_RUN = [
  ["booking", 4],
  ["one_on_one_booking", 2],
  ["series", 1],
] as const;

let runner: ReturnType<typeof bundle>;
let program: Program;

beforeAll(() => {
  runner = bundle("runner");
  program = buildProgram();
});

afterAll(() => {
  runner.remove();
  program.remove();
});

const run = (place: Scratch, ...more: string[]): Process =>
  start(runner.script, [place.address, String(BATCH), ...more]);

/** The command, as the runner would: the same clock, actor and batches. */
const command = (place: Scratch, ...more: string[]): string[] => [
  ...["legacy", "migrate", "--db", place.address, "--batch", String(BATCH), "--no-backup"],
  ...["--now", `${NOW.replace(" ", "T")}Z`, ...more],
];

async function undisturbed(place: Scratch): Promise<Bytes> {
  await withDatabase(place.address, (database) => migrate(database, { batch: BATCH }));
  return bytesOf(place);
}

/** Runs that came to their end: one that was killed with its last word said is not gone on with. */
async function countDone(place: Scratch): Promise<number> {
  return withDatabase(place.address, async (database) =>
    database.layout.has("legacy_run")
      ? (await listRuns(database)).filter(({ status }) => status === "done").length
      : 0,
  );
}

/** Goes on with what was interrupted. @param done runs that had come to their end before */
async function finish(place: Scratch, done: number): Promise<void> {
  if ((await countDone(place)) === done) expect(await run(place).ended).toMatchObject({ code: 0, err: "" });
}

/** Runs and kills, at each place once, as long as the run is not finished; returns how many were alive until then. */
async function killAt(
  place: Scratch,
  kills: readonly (readonly [line: string, times: number])[],
  chance: Chance,
): Promise<number> {
  let killed = 0;
  const done = await countDone(place);
  for (const [line, times] of kills) {
    if ((await countDone(place)) > done) break;
    const process = run(place);
    if (await process.saw(line, times)) {
      await new Promise((wake) => setTimeout(wake, chance.below(12)));
      process.child.kill("SIGKILL");
    }
    const { signal, code, err } = await process.ended;
    expect({ code, err: signal === null ? err : "" }).toEqual({ code: signal === null ? 0 : null, err: "" });
    if (signal === "SIGKILL") killed += 1;
  }
  return killed;
}

for (const engine of ENGINES) {
  describe(engine, () => {
    let wanted: Bytes;
    let wantedLater: Bytes;

    beforeAll(() =>
      withPlace(engine, generated, async (place) => {
        wanted = await undisturbed(place);
        await act(place, ...changes);
        wantedLater = await undisturbed(place);
      }),
    );

    test("killed in every phase and run again: all tables as undisturbed, and so with a later run", () =>
      withPlace(engine, generated, async (place) => {
        const chance = new Chance(20_261_120, 1, engine.length);
        expect(await killAt(place, KILLS, chance)).toBeGreaterThan(7);
        await finish(place, 0);
        expect(await bytesOf(place)).toEqual(wanted);
        await act(place, ...changes);
        expect(await killAt(place, KILLS_OF_A_LATER_RUN, chance)).toBeGreaterThan(1);
        await finish(place, 1);
        expect(await bytesOf(place)).toEqual(wantedLater);
      }));

    test("two at once: one works, the other is told who it is; a killed one's lock is taken over at once", () =>
      withPlace(engine, generated, async (place) => {
        const first = run(place, "booking");
        expect(await first.saw("holding")).toBe(true);
        const second = await program.run(command(place));
        expect(second).toMatchObject({ code: 5, out: "" });
        expect(second.err).toMatch(new RegExp(`another run is at work: \\S+, process ${first.child.pid},`));
        first.child.kill("SIGKILL");
        await first.ended;
        const [lease] = await query(place, named("select token, holder from {classbook_lease}"));
        expect(lease).toMatchObject({ token: /./, holder: expect.stringContaining(`${first.child.pid}`) });
        const third = run(place, "one_on_one_booking");
        expect(await third.saw("holding")).toBe(true);
        expect((await program.run(command(place))).code).toBe(5);
        third.child.stdin!.write("\n");
        expect(await third.ended).toMatchObject({ code: 0 });
        expect(await bytesOf(place)).toEqual(wanted);
      }));

    const [signal, code] = engine === "sqlite" ? (["SIGINT", 130] as const) : (["SIGTERM", 143] as const);
    test(`${signal} ends after the batch in flight with ${code}, and says how to go on`, () =>
      withPlace(engine, generated, async (place) => {
        const child = start(program.bin, command(place, "--batch", "1"));
        await begun(child, place);
        child.child.kill(signal);
        const ended = await child.ended;
        expect(ended).toMatchObject({ code, signal: null });
        const rows = /Stopped after (\d+) rows?; what was done is kept\. The same command goes on/.exec(
          ended.err,
        );
        expect(Number(rows?.[1])).toBeGreaterThan(0);
        expect(Number(rows?.[1])).toBeLessThan(500);
        const again = await program.run(command(place, "--json"));
        expect(again).toMatchObject({ code: 6, err: expect.not.stringContaining("Stopped") });
        expect(JSON.parse(again.out)).toMatchObject({ finished: true, resumed: true });
        expect(await bytesOf(place)).toEqual(wanted);
      }));
  });
}

describe("sqlite", () => {
  test("while the holder is in the middle of a transaction, the other is told who it is all the same", () =>
    withPlace("sqlite", generated, async (place) => {
      const holder = run(place, "booking");
      await holder.saw("holding");
      const writer = new BetterSqlite3(place.file!);
      writer.exec("begin immediate");
      const second = await program.run(command(place));
      expect(second).toMatchObject({ code: 5, err: expect.stringContaining(`process ${holder.child.pid},`) });
      writer.close();
      holder.child.kill("SIGKILL");
      await holder.ended;
    }));

  // How much more than the legacy database the disk holds: too little for the schema, for the first batches, for the rest.
  test.runIf(canMount())(
    "a full disk: one sentence, and with more space the same command goes on to the same end",
    async () => {
      const wanted = await withPlace("sqlite", generated, undisturbed);
      for (const spare of [40, 150, 300])
        await withPlace("sqlite", generated, async (place) => {
          const disk = await mountBeside(place, spare);
          try {
            const full = await program.run(command(disk.place));
            expect({ spare, ...full }).toMatchObject({ code: 1, out: "" });
            expect(full.err).toMatch(
              /^(Schema: .*\n)?classbook: the disk is full: .* could not grow\n {2}free some space and run the same command again: it goes on where it stopped\n$/,
            );
            execFileSync("mount", ["-o", "remount,size=64m", disk.folder]);
            expect((await program.run(command(disk.place))).code).toBe(6);
            expect(await bytesOf(disk.place)).toEqual(wanted);
          } finally {
            disk.unmount();
          }
        });
    },
  );

  test("a file that may not grow: one sentence, and without the limit the same command goes on to the same end", async () => {
    const wanted = await withPlace("sqlite", generated, undisturbed);
    await withPlace("sqlite", generated, async (place) => {
      const blocks = Math.ceil((statSync(place.file!).size + 200_000) / 512);
      const limited = await program.shell(`ulimit -f ${blocks}; classbook ${command(place).join(" ")}`);
      expect(limited).toMatchObject({ code: 1, out: "" });
      expect(limited.err).toMatch(
        /^(Schema: .*\n)?classbook: .*(disk I\/O error|disk is full).*\n {2}.*run the same command again/,
      );
      expect((await program.run(command(place))).code).toBe(6);
      expect(await bytesOf(place)).toEqual(wanted);
    });
  });
});

function canMount(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0;
}

/** The database on a small disk of its own. */
async function mountBeside(place: Scratch, spareKilobytes: number) {
  const folder = join(dirname(place.file!), "disk");
  mkdirSync(folder);
  const size = Math.ceil(statSync(place.file!).size / 1024) + spareKilobytes;
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}k`, "tmpfs", folder]);
  const file = join(folder, "school.sqlite3");
  copyFileSync(place.file!, file);
  const unmount = () => execFileSync("umount", ["-l", folder]);
  return { folder, place: { ...place, address: file, file }, unmount };
}

/** Until the run has taken over its first rows. */
async function begun({ child }: Process, place: Scratch): Promise<void> {
  while (child.exitCode === null) {
    const rows = await query(
      place,
      named("select phase from {classbook_legacy_run} where phase = 'booking'"),
    ).catch(
      () => [], // No table yet, or locked for a moment.
    );
    if (rows.length > 0) return;
    await new Promise((wake) => setTimeout(wake, 5));
  }
}
