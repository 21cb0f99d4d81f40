/** What `classbook __complete` answers for a line that is being typed (CLI.md: commands, flags, their words, ids). */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { Argument, type Command, type Option } from "commander";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { complete } from "../../src/cli/completion.ts";
import { NOUNS } from "../../src/cli/nouns.ts";
import { wordsOf } from "../../src/cli/options.ts";
import { SETTING_NAMES } from "../../src/cli/settings.ts";
import { CHECK_CODES } from "../../src/db/checks.ts";
import { openDatabase, prepareNew } from "../../src/db/open.ts";
import { migrateSchema } from "../../src/db/schema.ts";
import { OVERRIDABLE } from "../../src/domain/rules.ts";
import { allCommands } from "../support/commands.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { makeDjango } from "../support/django.ts";
import { NOW } from "../support/migration.ts";
import { buildProgram, type Program } from "../support/program.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

/** No setting of the person who runs the tests. */
const env = { XDG_CONFIG_HOME: "/nowhere" };

/** The words offered for a line; what follows its last space is being typed. */
async function offered(line: string, more: Record<string, string> = {}): Promise<string[]> {
  const { candidates } = await complete(line.split(" "), { ...env, ...more });
  return candidates.map(({ word }) => word);
}

describe("commands and flags", () => {
  test("nouns, verbs, and verbs below them, each with its summary", async () => {
    expect(await offered("")).toEqual(Object.keys(NOUNS));
    expect(await offered("bo")).toEqual(["booking"]);
    expect(await offered("legacy issues s")).toEqual(["show", "skip"]);
    const { candidates } = await complete(["booking", "app"], env);
    expect(candidates).toEqual([{ word: "approve", about: "confirm requests" }]);
  });

  test("every command of the tree is offered, and no other", async () => {
    const paths = (await allCommands()).map(({ path }) => path);
    for (const path of paths) {
      const line = path.join(" ");
      expect(await offered(line), line).toContain(path.at(-1));
    }
    expect(await offered("__")).toEqual([]);
    expect(await offered("nothing ")).toEqual([]);
    expect(await offered("nothing of the kind")).toEqual([]);
  });

  test("flags of the command and of all commands, those on the line left out", async () => {
    expect(await offered("booking approve --te")).toEqual(["--teacher"]);
    expect(await offered("booking approve --teacher marta --te")).toEqual([]);
    expect(await offered("booking approve --dr")).toEqual(["--dry-run"]);
    expect(await offered("student create --course 1 --cou")).toEqual(["--course"]);
    expect(await offered("legacy issues --stat")).toEqual(["--status"]);
    expect(await offered("--js")).toEqual(["--json"]);
  });

  test("where nothing else can stand, the command's flags", async () => {
    expect(await offered("db migrate ")).toEqual(["--no-backup"]);
  });
});

describe("words", () => {
  test.each([
    ["--format ", ["table", "tsv", "csv", "ndjson", "json"]],
    ["booking list --format=n", ["--format=ndjson"]],
    ["--layout d", ["django"]],
    ["booking list --type o", ["one_on_one"]],
    ["booking list --status att", ["attended"]],
    ["booking list --status attended,n", ["attended,no_show"]],
    ["booking list --status=attended,n", ["--status=attended,no_show"]],
    ["booking create --override ", [...OVERRIDABLE]],
    ["verify ", ["list", ...CHECK_CODES]],
    ["verify capacity seat", ["seat_numbers", "seats_taken"]],
    ["legacy issues resolve --code no_", ["no_course"]],
    ["slot create --weekday s", ["sat", "sun"]],
    ["session update 1 --provider z", ["zoom"]],
    ["completion ", ["bash", "zsh", "fish"]],
    ["config show ", SETTING_NAMES],
    ["config set format c", ["csv"]],
    ["config set tz Europe/Mad", ["Europe/Madrid"]],
    ["--tz America/New_Y", ["America/New_York"]],
    ["booking list --fields student_user_id,start", ["student_user_id,start_at_utc"]],
    ["legacy find booking:1 --fields outc", ["outcome"]],
    ["audit list --subject book", ["booking_series", "booking_series_item"]],
  ])("%s", async (line, words) => {
    expect(await offered(line)).toEqual(words);
  });

  test("files are left to the shell", async () => {
    for (const line of ["--db ", "import --from x", "db backup --to ", "booking import "])
      expect((await complete(line.split(" "), env)).files, line).toBe(true);
  });

  /** Metavariables whose value is one of a list, as a rule. */
  const LISTED = /^(TYPE|STATUS|LIST|RULES|CODE|TABLE|DAY|WORD|CHECK|SHELL|SETTING|LAYOUT|FORMAT)$/;
  const FREE = ["--fields <LIST>", "course --status <WORD>", "audit --what <WORD>", "course --slug <WORD>"];

  test("a flag or argument that takes one of a list of words has them", async () => {
    const wordless = (await allCommands()).flatMap(({ path, command }) =>
      declaredOf(command)
        .filter((declared) => LISTED.test(metavariable(declared)) && wordsOf(declared).length === 0)
        .map((declared) => (declared instanceof Argument ? `${path[0]} ${declared.name()}` : declared.flags))
        .filter((flags) => !FREE.includes(flags) && !FREE.includes(`${path[0]} ${flags}`)),
    );
    expect([...new Set(wordless)], "declare them by wordOption or wordArgument (src/cli/options.ts)").toEqual(
      [],
    );
  });

  const declaredOf = (command: Command): (Option | Argument)[] => [
    ...command.options,
    ...command.registeredArguments,
  ];
  const metavariable = (declared: Option | Argument) =>
    declared instanceof Argument ? declared.name() : (/[<[]([A-Z]+)/.exec(declared.flags)?.[1] ?? "");
});

describe.each(ENGINES)("names in the database, on %s", (engine) => {
  let place: Scratch;
  beforeAll(async () => {
    place = await scratch(engine);
    const database = await openDatabase(place.address, { create: true });
    await prepareNew(database);
    await migrateSchema(database, { now: NOW });
    await database.close();
    const put = (text: string) => query(place, text);
    await put(
      "insert into app_user (id, username, email) values (1, 'ana', 'a@x'), (2, 'aroha', 'b@x'), (3, 'ben', 'c@x'), (4, 'o''hara; rm', 'd@x')",
    );
    await put("insert into teacher (id, user_id) values (7, 3)");
    await put("insert into course (id, title) values (5, 'Spanish A2')");
    for (const [id, title, status] of [
      [11, "Verbs", "completed"],
      [12, "Nouns\u001b[31m", "scheduled"],
      [120, "Songs", "scheduled"],
    ])
      await put(
        `insert into live_class_session (id, course_id, teacher_id, title, status, scheduled_start) values (${id}, 5, 7, '${title}', '${status}', '2026-12-01 10:00:00')`,
      );
    for (const [id, status] of [
      [1, "confirmed"],
      [2, "pending"],
      [13, "confirmed"],
      [14, "pending"],
    ])
      await put(
        `insert into live_class_booking (id, booking_type, course_id, teacher_id, student_user_id, start_at_utc, end_at_utc, status, session_id, seats_reserved, student_note, teacher_note, cancel_reason, created_at, updated_at)
         values (${id}, 'group_session', 5, 7, 1, '2026-12-01 10:0${Number(id) % 10}:00', '2026-12-01 11:00:00', '${status}', 11, 1, '', '', '', '2026-11-01 10:00:00', '2026-11-01 10:00:00')`,
      );
  });
  afterAll(() => place.remove());

  const at = (line: string) => offered(line, { CLASSBOOK_DB: place.address });

  test("bookings: those that wait for a decision first", async () => {
    expect(await at("booking show ")).toEqual(["14", "2", "13", "1"]);
    expect(await at("booking show 1")).toEqual(["14", "1", "13"]);
    expect(await at("booking approve 2 1")).toEqual(["14", "1", "13"]);
    expect(await at("booking show x")).toEqual([]);
  });

  test("sessions with their titles, as data", async () => {
    expect(await at("session show ")).toEqual(["120", "12", "11"]);
    expect(await at("booking create --session 12")).toEqual(["12", "120"]);
    const { candidates } = await complete(["session", "show", "12"], { ...env, CLASSBOOK_DB: place.address });
    expect(candidates[0]!.about).toMatch(/^Nouns.* · 2026-12-01 10:00:00 · scheduled$/);
  });

  test("users and teachers by the beginning of their names; nothing that a shell would run", async () => {
    expect(await at("booking create --student a")).toEqual(["ana", "aroha"]);
    expect(await at("--as ")).toEqual(["ana", "aroha", "ben"]);
    expect(await at("student show ana ar")).toEqual(["aroha"]);
    expect(await at("slot list --teacher ")).toEqual(["ben"]);
    expect(await at("legacy issues resolve --teacher ")).toEqual(["7"]);
    expect(await at("policy set --course ")).toEqual(["5"]);
  });

  test("--db on the line names the database", async () => {
    expect(await offered(`booking show --db ${place.address} 1`)).toEqual(["14", "1", "13"]);
    expect(await offered(`--db=${place.address} course show `)).toEqual(["5"]);
  });
});

test.each(ENGINES)("names in an app's own database, on %s", async (engine) => {
  const place = await makeDjango(engine, { generation: "D" });
  const at = (line: string) => offered(line, { CLASSBOOK_DB: place.address });
  const [session] = await query(place, 'select max(id) as id from "myApp_liveclasssession"');
  expect(await at("session show ")).toContain(String(session!.id));
  const [user] = await query(place, "select username from auth_user order by username limit 1");
  expect(await at(`booking create --student ${user!.username}`)).toContain(user!.username);
  expect(await at("waitlist leave ")).toEqual([]);
  expect(await at("audit show ")).toEqual([]);
  await place.remove();
});

describe("it is silent, and leaves nothing behind", () => {
  let program: Program;
  let school: School;
  let folder: string;
  beforeAll(async () => {
    program = buildProgram();
    school = await makeMigratedSchool();
    folder = mkdtempSync(join(tmpdir(), "classbook-completion-"));
    writeFileSync(join(folder, "empty.db"), "");
    writeFileSync(join(folder, "text.db"), "no database\n".repeat(200));
    mkdirSync(join(folder, "folder.db"));
    const foreign = new BetterSqlite3(join(folder, "foreign.db"));
    foreign.exec("create table t (x)");
    foreign.close();
  });
  afterAll(() => {
    program.remove();
    school.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    "nowhere.db",
    "empty.db",
    "text.db",
    "folder.db",
    "foreign.db",
    "/nowhere/at/all.db",
    "postgres://u:p@127.0.0.1:1/x",
    "mysql://u:p@h/x",
    "",
  ])("where the database is %s", async (address) => {
    const before = readdirSync(folder);
    const ran = await program.run(["__complete", "booking", "show", "--db", address, ""], { cwd: folder });
    expect(ran).toMatchObject({ code: 0, out: "", err: "" });
    expect(readdirSync(folder)).toEqual(before);
  });

  test("without a database, with a broken config file, with a wrong setting", async () => {
    expect(await program.run(["__complete", "booking", "show", ""], { cwd: folder })).toMatchObject({
      code: 0,
      out: "",
      err: "",
    });
    const config = join(folder, "classbook.config.json");
    writeFileSync(config, "{");
    expect(await program.run(["__complete", "boo"], { cwd: folder })).toMatchObject({ code: 0, err: "" });
    const env = { CLASSBOOK_DB: school.file, CLASSBOOK_TZ: "Nowhere" };
    const ran = await program.run(["__complete", "course", "show", ""], { cwd: folder, env });
    expect(ran).toMatchObject({ code: 0, err: "", out: expect.stringContaining("1\t") });
    rmSync(config);
  });

  test("a file that another process holds is not waited for", async () => {
    const copy = school.clone();
    const other = new BetterSqlite3(copy.file);
    other.exec("begin exclusive");
    const ran = await program.run(["__complete", "booking", "show", "--db", copy.file, ""]);
    expect(ran).toMatchObject({ code: 0, out: "", err: "" });
    other.close();
    copy.remove();
  });

  test("a database in WAL mode has no more files than before", async () => {
    const file = join(folder, "own.db");
    expect((await program.run(["db", "migrate", "--db", file])).code).toBe(0);
    const before = readdirSync(folder);
    await program.run(["__complete", "booking", "show", "--db", file, ""]);
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  test("words that no command line can have", async () => {
    for (const words of [
      [],
      ["--"],
      ["-"],
      ["--db"],
      ["--db", "--db", ""],
      ["booking", "--nonsense", ""],
      ["\u0000"],
      ["--help", ""],
      ["__complete", ""],
    ])
      expect(
        await program.run(["__complete", ...words.filter((word) => word !== "\u0000")]),
        words.join(" "),
      ).toMatchObject({ code: 0, err: "" });
  });
});
