/** `admin` on the sample: every model in every format, exports, completion; and what is damaged. */
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MODEL_NAMES } from "../../src/admin/model.ts";
import { MODELS } from "../../src/admin/registry.ts";
import { complete } from "../../src/cli/completion.ts";
import { FORMATS } from "../../src/cli/output.ts";
import { fillModels } from "../support/admin.ts";
import { makeBookable } from "../support/bookable.ts";
import { listCommands } from "../support/commands.ts";
import { query } from "../support/databases.ts";
import { makeDjango } from "../support/django.ts";
import { runHere } from "../support/run-here.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

describe("what is damaged is shown as it is (SQLite)", () => {
  test.each(["native", "django"] as const)("%s", async (layout) => {
    const school = await makeBookable("sqlite", layout);
    try {
      await fillModels(school);
      const name = `"${school.database.layout.name("live_class_booking")}"`;
      const put = (text: string) => query(school.place, text);
      await put(
        `update ${name} set status = 'odd\u001b[31m', seats_reserved = '12abc', decision_at = '2026-13-45 10:00:00', teacher_note = x'ff00', created_at = 42, cancelled_at = '2026-06-31T10:00:00Z' where id = 1`,
      );
      const run = (words: string, width?: number) =>
        runHere(
          ["admin", ...words.split(" "), "--db", school.place.address],
          width === undefined ? {} : { width },
        );
      const damagedRow = {
        status: "odd\u001b[31m",
        seats_reserved: "12abc",
        decision_at: "2026-13-45 10:00:00",
        teacher_note: "x'ff00'",
        created_at: 42,
        cancelled_at: "2026-06-31T10:00:00Z",
      };
      expect(JSON.parse((await run("LiveClassBooking show 1 --json")).out)).toMatchObject(damagedRow);
      for (const words of ["list --order id", "export"]) {
        const { out, code } = await run(`LiveClassBooking ${words} --json`);
        expect(code).toBe(0);
        expect(JSON.parse(out)[0]).toMatchObject(damagedRow);
      }
      for (const words of ["list --order status", "list --order -created_at", "show 1"]) {
        const { out, code } = await run(`LiveClassBooking ${words}`, 200);
        expect(code).toBe(0);
        expect(out).not.toContain("\u001b[31m");
        expect(out).toContain("odd\\x1b[31m");
      }
      expect((await run("LiveClassBooking show 1", 200)).out).toContain(
        "decision_at      2026-13-45 10:00:00",
      );
    } finally {
      await school.remove();
    }
  });
});

test("an app of the first generation, which lacks columns and a table", async () => {
  const place = await makeDjango("sqlite", { generation: "A", options: { unreadable: true } });
  try {
    const run = (...words: string[]) => runHere([...words, "--db", place.address]);
    expect(await run("admin", "Booking", "list")).toMatchObject({ code: 6 });
    expect(await run("db", "migrate", "--no-backup")).toMatchObject({ code: 0 });
    for (const { name } of MODELS) {
      const { code, out, err } = await run("admin", name, "list", "--limit", "3", "--fields", "id");
      expect(code, err).toBe(name === "OneOnOneBooking" ? 6 : 0);
      if (out === "") continue;
      const shown = await run("admin", name, "show", ...out.trim().split("\n"));
      expect(shown.code, shown.err).toBe(0);
    }
    const [course] = JSON.parse((await run("admin", "Course", "list", "--json")).out);
    expect(course).toMatchObject({ booking_type: null, requires_booking_approval: null });
  } finally {
    await place.remove();
  }
});

describe("on the sample", () => {
  let school: School;
  let folder: string;
  beforeAll(async () => {
    school = await makeMigratedSchool();
    folder = mkdtempSync(join(tmpdir(), "classbook-admin-"));
  });
  afterAll(() => {
    school.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (words: string, width?: number) =>
    runHere([...words.split(" "), "--db", school.file], width === undefined ? {} : { width });

  test("every model in all formats", async () => {
    for (const { name } of MODELS.filter((model) => model.name !== "BookingEvent"))
      for (const format of FORMATS) {
        for (const words of ["list --limit 3", "show 1"]) {
          const { code, out, err } = await run(`admin ${name} ${words} --format ${format} --tz UTC`, 120);
          expect([code, out === ""], `${name} ${words} ${format} ${err}`).toEqual([0, false]);
          if (format === "json") JSON.parse(out);
        }
        const { code } = await run(`admin ${name} export --limit 3 --format ${format}`);
        expect(code).toBe(format === "table" ? 2 : 0);
      }
  });

  test("what is deleted through the admin stays so when the migration is run again", async () => {
    const own = school.clone();
    try {
      const now = "--now 2026-11-20T09:00:00Z --json";
      const here = (words: string) => runHere([...`${words} ${now}`.split(" "), "--db", own.file]);
      for (const words of [
        "LiveClassBooking delete 303 305",
        "BookingSeries delete 5",
        "BookingSeriesItem delete 1 3 8",
        "SessionWaitlist delete 8",
      ])
        expect((await here(`admin ${words} --yes`)).code, words).toBe(0);
      const items = (await here("admin BookingSeriesItem list --order id")).out;
      expect((await here("legacy migrate --no-backup")).code).toBe(6);
      expect((await here("admin BookingSeriesItem list --order id")).out).toBe(items);
      expect((await here("admin BookingSeries list --search leo")).out).toBe("[]\n");
      const issues = JSON.parse((await here("legacy issues --code diverged")).out) as { source_id: number }[];
      expect(issues.map((issue) => issue.source_id).toSorted((a, b) => a - b)).toEqual([57, 59, 195]);
      const failed = JSON.parse((await here("legacy verify")).out).checks;
      expect(failed.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
    } finally {
      own.remove();
    }
  });

  test("every model's examples work as its help shows them", async () => {
    const commands = (await listCommands()).filter(({ name }) => name.startsWith("admin "));
    expect(commands.length).toBeGreaterThanOrEqual(3 * MODELS.length);
    for (const { name, examples } of commands) {
      expect(examples, name).not.toEqual([]);
      for (const line of examples) {
        let input = "";
        for (const part of line.split(" | ")) {
          const words = part.replace("--db sample/school.sqlite3", `--db ${school.file}`).split(" ").slice(1);
          const { code, out, err } = await runHere(words, { input });
          expect(code, `${part}: ${err}`).toBe(0);
          input = out;
        }
      }
    }
  });

  test("a file in the format of its ending, and nothing of it where it cannot be made", async () => {
    for (const format of ["csv", "tsv", "ndjson", "json"]) {
      const file = join(folder, `bookings.${format}`);
      expect(await run(`admin LiveClassBooking export --out ${file}`)).toMatchObject({
        code: 0,
        out: "",
        err: `312 bookings in ${file}\n`,
      });
      expect(readFileSync(file, "utf8")).toBe(
        (await run(`admin LiveClassBooking export --format ${format}`)).out,
      );
    }
    const closed = join(folder, "bookings.csv");
    chmodSync(closed, 0o600);
    expect(await run(`admin LiveClassBooking export --out ${closed}`)).toMatchObject({ code: 0 });
    expect(statSync(closed).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, "bookings.tsv")).mode & 0o777).toBe(0o666 & ~process.umask());
    const before = readdirSync(folder);
    const nowhere = join(folder, "nowhere", "x.csv");
    expect(await run(`admin LiveClassBooking export --out ${nowhere}`)).toMatchObject({ code: 2 });
    expect(await run(`admin LiveClassBooking export --out ${folder}`)).toMatchObject({ code: 2 });
    expect(existsSync(nowhere)).toBe(false);
    const device = await run("admin LiveClassBooking export --out /dev/null");
    expect([device.code, device.err]).toEqual([2, expect.stringContaining("/dev/null is not a file")]);
    expect(statSync("/dev/null").isFile()).toBe(false);
    expect(readdirSync(folder)).toEqual(before);
    expect(await run("admin LiveClassBooking export --out x.csv --format table")).toMatchObject({ code: 2 });
  });

  test("a model that is not there, with what was meant", async () => {
    expect(await run("admin LiveClasBooking list --status pending")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/there is no model "LiveClasBooking"\n {2}did you mean LiveClassBooking\?/),
    });
    expect((await run("admin nothing")).err).toContain("models: LiveClassBooking, TeacherBookingPolicy");
    expect((await run("admin --nothing")).err).toContain("unknown option '--nothing'");
    expect((await run("admin liveclassbooking lst")).err).toContain("list");
  });

  test("completion knows models, flags, words, fields and ids", async () => {
    const offered = async (line: string) => {
      const { candidates } = await complete(line.split(" "), {
        XDG_CONFIG_HOME: "/nowhere",
        CLASSBOOK_DB: school.file,
      });
      return candidates.map(({ word }) => word);
    };
    expect(await offered("admin ")).toEqual(MODEL_NAMES);
    expect(await offered("admin liveclass")).toEqual(["LiveClassBooking", "LiveClassSession"]);
    expect(await offered("admin live_class_booking e")).toEqual(["export", "edit"]);
    expect(await offered("admin LiveClassBooking list --status pending,can")).toEqual(["pending,cancelled"]);
    expect(await offered("admin myApp_liveclassbooking list --start-a")).toEqual(["--start-after"]);
    expect(await offered("admin LiveClassBooking list --session 5")).toEqual(["5"]);
    expect(await offered("admin LiveClassBooking list --cancelled-by off")).toEqual(["office"]);
    expect(await offered("admin TeacherBookingPolicy list --course n")).toEqual([]);
    expect(await offered("admin TeacherBookingPolicy list --order teacher")).toEqual([
      "teacher_id",
      "teacher",
    ]);
    expect(await offered("admin User show --fields use")).toEqual(["username"]);
    expect(await offered("admin User show 4")).toContain("4");
    expect(await offered("admin BookingSeries show ")).toContain("4");
    expect((await complete("admin User export --out ".split(" "), {})).files).toBe(true);
  });
});
