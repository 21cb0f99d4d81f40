/** Where a setting comes from, the fixed clock, and --dry-run (CLI.md "Grammar"). */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { query } from "../support/databases.ts";
import { makeDjango } from "../support/django.ts";
import { buildProgram, type Program, type Ran, type RunOptions } from "../support/program.ts";
import { dumpSchema } from "../support/schema-dump.ts";
import { makeMigratedSchool, makeSchool, type School } from "../support/school.ts";

let program: Program;
let fresh: School;
let migrated: School;
let school: School;

beforeAll(async () => {
  program = buildProgram();
  fresh = makeSchool();
  migrated = await makeMigratedSchool();
});
afterAll(() => {
  for (const one of [fresh, migrated]) one.remove();
  program.remove();
});
beforeEach(() => {
  school = migrated.clone();
});
afterEach(() => school.remove());

const run = (words: string, options: RunOptions = {}): Promise<Ran> =>
  program.run(words.split(" "), { cwd: school.folder, ...options });

describe("precedence: flag > environment > project file > user file > default", () => {
  const databaseOf = async (words: string, env: Record<string, string> = {}) => {
    const ran = await run(`db status --fields database --format tsv ${words}`.trim(), { env });
    return ran.code === 0 ? ran.out.trim().split("\t")[1] : ran.err;
  };

  test("--db", async () => {
    for (const name of ["flag", "env", "project", "user", "xdg", "classbook"])
      writeFileSync(join(school.folder, `${name}.db`), readFileSync(school.file));
    const user = join(school.folder, ".config", "classbook");
    const xdg = join(school.folder, "xdg", "classbook");
    for (const folder of [user, xdg]) mkdirSync(folder, { recursive: true });
    const project = join(school.folder, "classbook.config.json");
    writeFileSync(project, '{"db": "project.db"}');
    writeFileSync(join(user, "config.json"), '{"db": "user.db"}');
    writeFileSync(join(xdg, "config.json"), '{"db": "xdg.db"}');

    const env = { CLASSBOOK_DB: "env.db" };
    expect(await databaseOf("--db flag.db", env)).toBe("flag.db");
    expect(await databaseOf("", env)).toBe("env.db");
    expect(await databaseOf("", { CLASSBOOK_DB: "" })).toBe("project.db");
    rmSync(project);
    expect(await databaseOf("")).toBe("user.db");
    expect(await databaseOf("", { XDG_CONFIG_HOME: join(school.folder, "xdg") })).toBe("xdg.db");
    rmSync(join(user, "config.json"));
    expect(await databaseOf("")).toBe("./classbook.db");
    rmSync(join(school.folder, "classbook.db"));
    expect(await databaseOf("")).toContain("there is no database at ./classbook.db");
  });

  test("the other settings, from environment and file", async () => {
    writeFileSync(
      join(school.folder, "classbook.config.json"),
      '{"db": "sample/school.sqlite3", "format": "json"}',
    );
    expect(JSON.parse((await run("db status")).out).database).toBe("sample/school.sqlite3");
    expect((await run("db status --fields layout", { env: { CLASSBOOK_FORMAT: "tsv" } })).out).toBe(
      "layout\tdjango\n",
    );
    expect((await run("db status", { env: { CLASSBOOK_TZ: "Nowhere/Land" } })).err).toContain(
      '"Nowhere/Land"',
    );
    expect((await run("db status", { env: { CLASSBOOK_APP_LABEL: "shop" } })).err).toContain('"shop"');
  });

  test.each([
    ["{db: 1}", /classbook\.config\.json is not JSON/],
    ['{"databse": "x.db"}', /classbook\.config\.json: there is no setting "databse"/],
    ['{"db": 3}', /db is 3, and has to be a text/],
  ])("a file that is wrong says so: %s", async (content, says) => {
    writeFileSync(join(school.folder, "classbook.config.json"), content);
    const ran = await run("db status");
    expect(ran.code).toBe(2);
    expect(ran.err).toMatch(says);
  });
});

describe("--now", () => {
  test.each([
    ["2027-03-01T10:00:00Z", "UTC", "2027-03-01T10:00:00Z"],
    ["2027-03-01T10:00:00.5+02:00", "UTC", "2027-03-01T08:00:00.500000Z"],
    ["2027-03-01 10:00", "Europe/Madrid", "2027-03-01T09:00:00Z"],
  ])("%s in %s is the clock of all that is written", async (now, zone, written) => {
    rmSync(school.file);
    const clock = ["--now", now, "--tz", zone, "--db", "new.db"];
    const options = { cwd: school.folder };
    expect((await program.run(["db", "migrate", ...clock], options)).code).toBe(0);
    const status = JSON.parse((await program.run(["db", "status", "--json", "--db", "new.db"], options)).out);
    for (const { applied_at } of status.migrations) expect(applied_at).toBe(written);
  });

  test("runs and safety copies have it, too", async () => {
    writeFileSync(school.file, readFileSync(fresh.file));
    await run("legacy migrate --now 2027-03-01T10:00:00Z --db sample/school.sqlite3", {
      env: { CLASSBOOK_AS: "marta" },
    });
    const { runs } = JSON.parse((await run("legacy status --json --db sample/school.sqlite3")).out);
    expect(runs).toMatchObject([{ started_at: "2027-03-01T10:00:00Z", actor: "marta (user 31)" }]);
    expect(readdirSync(join(school.folder, "sample"))).toContain("school.sqlite3.20270301-100000.backup");
  });
});

describe("--dry-run", () => {
  const everything = () => [
    school.hash(),
    readdirSync(school.folder).sort(),
    readdirSync(join(school.folder, "sample")).sort(),
  ];

  test.each([
    ["db migrate", 0, ""],
    ["db rollback", 0, "Would take back 0007_upkeep_indexes"],
    ["db backup", 0, "Would copy"],
    ["legacy migrate", 0, "Nothing was written"],
    ["legacy rollback", 0, "Would take back 307 bookings"],
    ["legacy report --to report.html", 0, "Would write report.html"],
    ["legacy issues resolve booking:9007 --teacher 1", 0, "1 row would be taken up again"],
    ["legacy issues skip --code missing_user --reason gone", 0, "3 rows would be skipped"],
    ["legacy issues retry", 0, "29 rows would be taken up again"],
    ["legacy issues export issues.ndjson", 0, "Would write 29 rows to issues.ndjson"],
    ["legacy issues import -", 0, "1 row would be taken up again or skipped"],
    ["verify --fix", 6, "seats_taken 99 → "],
    ["verify --fix --yes", 6, "seats_taken 99 → "],
    ["import --from sample/school.sqlite3 --db new.db", 2, "cannot be rehearsed"],
  ])("%s says what it would do, and changes nothing", async (words, code, says) => {
    const sqlite = new BetterSqlite3(school.file);
    sqlite.exec("update myApp_liveclasssession set seats_taken = 99 where id = 1");
    sqlite.close();
    const before = everything();
    const db = words.includes("--db") ? "" : " --db sample/school.sqlite3";
    const input = '{"source_table":"booking","source_id":9007,"given":{"teacher_id":1}}\n';
    const ran = await run(`${words} --dry-run --format table${db}`, { input });
    expect(ran.code, ran.err).toBe(code);
    expect(ran.out + ran.err).toContain(says);
    expect(everything()).toEqual(before);
  });

  test("on a database that was never touched", async () => {
    writeFileSync(school.file, readFileSync(fresh.file));
    const before = everything();
    for (const words of ["db migrate --dry-run", "legacy migrate --dry-run", "legacy plan"]) {
      const ran = await run(`${words} --db sample/school.sqlite3`);
      expect([words, ran.code, everything()]).toEqual([words, 0, before]);
    }
  });

  test("on PostgreSQL", async () => {
    const place = await makeDjango("postgres", { generation: "B" });
    try {
      const state = async () => [
        await dumpSchema(place),
        await query(place, 'select * from "myApp_liveclasssession" order by id'),
      ];
      const before = await state();
      for (const words of ["db migrate --dry-run", "legacy migrate --dry-run", "legacy plan"]) {
        const ran = await run(`${words} --db ${place.address}`);
        expect([words, ran.code]).toEqual([words, 0]);
      }
      expect(await state()).toEqual(before);
    } finally {
      await place.remove();
    }
  });
});
