/** The five formats, fields, colours, and text from the database as what it is: data (CLI.md "Output", scenario 32). */
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram, type Program, type Ran, type RunOptions } from "../support/program.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

let program: Program;
let school: School;

beforeAll(async () => {
  program = buildProgram();
  school = await makeMigratedSchool();
});
afterAll(() => {
  school.remove();
  program.remove();
});

async function run(words: string, options: RunOptions = {}): Promise<Ran> {
  return program.run([...words.split(" "), "--db", "sample/school.sqlite3"], {
    cwd: school.folder,
    ...options,
  });
}

async function out(words: string, options: RunOptions = {}): Promise<string> {
  const ran = await run(words, options);
  expect(ran.code, ran.err).toBe(0);
  return ran.out;
}

const FIELDS = "--fields code,source_id,source_table";
const LIST = "legacy issues list --table booking --limit 2";

describe("formats", () => {
  test("in a pipe: TSV without a header, nothing cut", async () => {
    expect(await out(`${LIST} ${FIELDS}`)).toBe(
      "already_booked\t111\tbooking\nunknown_status\t9001\tbooking\n",
    );
    const lines = (await out("legacy issues")).trimEnd().split("\n");
    expect(lines).toHaveLength(29);
    for (const line of lines) expect(line.split("\t")).toHaveLength(7);
    const rows = JSON.parse(await out("legacy issues --json"));
    expect(lines.map((line) => line.split("\t")[3])).toEqual(
      rows.map((row: { message: string }) => row.message),
    );
    expect(await out("legacy issues")).not.toContain("…");
  });

  test("a header where one is asked for", async () => {
    expect(await out(`${LIST} ${FIELDS} --header`)).toMatch(
      /^code\tsource_id\tsource_table\nalready_booked\t/,
    );
  });

  test("CSV has a header and CRLF; NDJSON a row a line; JSON an array", async () => {
    expect(await out(`${LIST} ${FIELDS} --format csv`)).toBe(
      "code,source_id,source_table\r\nalready_booked,111,booking\r\nunknown_status,9001,booking\r\n",
    );
    const rows = [
      { code: "already_booked", source_id: 111, source_table: "booking" },
      { code: "unknown_status", source_id: 9001, source_table: "booking" },
    ];
    expect((await out(`${LIST} ${FIELDS} --format ndjson`)).trimEnd().split("\n")).toEqual(
      rows.map((row) => JSON.stringify(row)),
    );
    const json = await out(`${LIST} ${FIELDS} --format json`);
    expect(JSON.parse(json)).toEqual(rows);
    expect(Object.keys(JSON.parse(json)[0])).toEqual(["code", "source_id", "source_table"]);
    expect(await out(`${LIST} ${FIELDS} --json`)).toBe(json);
    expect(await out(`${LIST} ${FIELDS} --format=json`)).toBe(json);
  });

  test("a table has a head, and the columns in the order asked for", async () => {
    const [head, first] = (await out(`${LIST} ${FIELDS} --format table`)).split("\n");
    expect(head).toMatch(/^code +source_id +source_table$/);
    expect(first).toMatch(/^already_booked +111 +booking$/);
  });

  test("one thing: an object as JSON, key and value a line in the flat formats", async () => {
    const fields = "--fields read,migrated";
    expect(JSON.parse(await out(`legacy verify --json ${fields}`))).toEqual({ read: 343, migrated: 307 });
    expect(await out(`legacy verify ${fields}`)).toBe("read\t343\nmigrated\t307\n");
    expect(await out(`legacy verify --format csv ${fields}`)).toBe("read,343\r\nmigrated,307\r\n");
    expect(await out(`legacy verify --format ndjson ${fields}`)).toBe('{"read":343,"migrated":307}\n');
    expect(await out(`legacy verify --format table ${fields}`)).toBe("read  343\nmigrated  307\n");
  });

  test.each([
    ["booking show", 1, "no_such_booking"],
    ["session show", 18, "no_such_session"],
    ["series show", 4, "no_such_series"],
    ["waitlist explain", 1, "no_such_entry"],
    ["student show", "ana", "no_such_user"],
    ["course show", 1, "no_such_course"],
  ])("%s: of several, who is not there is said, and the others are shown", async (words, there, code) => {
    const ran = await run(`${words} ${there} 99999 --json`);
    expect(ran.code).toBe(7);
    expect(JSON.parse(ran.out)).toHaveLength(1);
    expect(JSON.parse(ran.err).error).toMatchObject({ kind: "not_found", code });
    const none = await run(`${words} 99998 99999 --json`);
    expect([none.code, none.out]).toEqual([4, "[]\n"]);
    expect((await run(`${words} 99999 --json`)).code).toBe(4);
  });

  test("several offers are taken at once: a line each, named by the entry", async () => {
    const now = "--now 2026-11-20T09:00:00Z";
    await out(`session update 32 --capacity 7 ${now}`);
    const [rosa] = JSON.parse(await out("waitlist list --session 32 --student rosa --json"));
    const ran = await run(`waitlist accept ${rosa.id} 1 ${now} --json`);
    expect(ran.code).toBe(7);
    expect(JSON.parse(ran.out)).toMatchObject([
      { waitlist_id: rosa.id, result: "done", outcome: "confirmed", student: "rosa", id: expect.any(Number) },
      { waitlist_id: 1, result: "refused", code: "status" },
    ]);
  });

  test.each([
    "booking list --session 9999",
    "booking list --course 9999",
    "session list --course 9999",
    "waitlist list --session 9999",
    "waitlist list --course 9999",
    "waitlist fairness --session 9999",
    "series list --course 9999",
    "slot list --course 9999",
    "policy list --course 9999",
  ])("%s: nothing to list is one thing, a place that is not there another", async (words) => {
    const ran = await run(`${words} --json`);
    expect(ran.code).toBe(4);
    expect(JSON.parse(ran.err).error.message).toMatch(/^there is no (session|course) 9999$/);
  });

  test("several things that were asked for by name: a row each, as in a list", async () => {
    const show = (more: string) => out(`booking show 1 2 --fields id,status ${more}`);
    expect(await show("--format tsv")).toBe("1\tconfirmed\n2\tconfirmed\n");
    expect(await show("--format csv")).toBe("id,status\r\n1,confirmed\r\n2,confirmed\r\n");
    expect(await show("--format ndjson")).toBe(
      '{"id":1,"status":"confirmed"}\n{"id":2,"status":"confirmed"}\n',
    );
    expect(JSON.parse(await show("--json"))).toHaveLength(2);
  });

  test("instants in a pipe are RFC 3339", async () => {
    expect(await out("legacy find booking:1 --fields start_at_utc")).toBe("2026-01-13T16:00:00Z\n");
  });

  test.each(["tsv", "csv", "ndjson", "json", "table"])(
    "%s: an unknown field's error lists them all",
    async (format) => {
      for (const [words, fields] of [
        ["legacy issues", "source_table, source_id, code, message, status, reason, source"],
        ["legacy find booking:1", "target_table"],
        ["legacy verify", "waitlisted"],
        ["verify", "check, severity, count, examples"],
      ]) {
        const ran = await run(`${words} --fields code,nme,zap --format ${format}`);
        expect([words, ran.code, ran.out]).toEqual([words, 2, ""]);
        expect(ran.err).toMatch(/unknown field .*zap/);
        expect(ran.err).toContain(fields);
      }
    },
  );

  test("an unknown format's error lists them all", async () => {
    const ran = await run("db status --format jsn");
    expect(ran.code).toBe(2);
    expect(ran.err).toContain("--format takes table, tsv, csv, ndjson, json");
  });
});

describe("colour", () => {
  const ESCAPE = "\u001b";
  const screen = async (env: Record<string, string>) => out("legacy verify --format table", { env });

  test("not in a pipe; with FORCE_COLOR yes; never with NO_COLOR or --no-color", async () => {
    expect(await screen({})).not.toContain(ESCAPE);
    expect(await screen({ FORCE_COLOR: "1" })).toContain(`${ESCAPE}[32m`);
    expect(await screen({ FORCE_COLOR: "0" })).not.toContain(ESCAPE);
    expect(await screen({ FORCE_COLOR: "1", NO_COLOR: "1" })).not.toContain(ESCAPE);
    expect(await out("legacy verify --format table --no-color", { env: { FORCE_COLOR: "1" } })).not.toContain(
      ESCAPE,
    );
  });

  test("data formats have none, whatever is forced", async () => {
    for (const format of ["tsv", "csv", "json", "ndjson"])
      expect(await out(`legacy issues --format ${format}`, { env: { FORCE_COLOR: "3" } })).not.toContain(
        ESCAPE,
      );
  });
});

describe("text from the database (scenario 32)", () => {
  // A note that would clear the screen, set a title, ring, go back, turn the line around, and start a cell of its own.
  const EVIL = "\u001b[2J\u001b]0;owned\u0007\r\b\u202ekcab\u009b31m\ttab\nline";
  const RAW = /[^\P{Cc}\t\n]|\u202e/u;
  const FORMULA = '=HYPERLINK("https://evil.example","pay")';
  let evil: School;

  beforeAll(() => {
    evil = school.clone();
    const sqlite = new BetterSqlite3(evil.file);
    const update = sqlite.prepare(
      "update classbook_legacy_issue set message = ?, reason = ?, source = json_set(source, '$.student_notes', ?) where source_table = 'booking' and source_id = 9001",
    );
    update.run(EVIL, FORMULA, EVIL);
    sqlite.close();
  });
  afterAll(() => evil.remove());

  const show = (words: string, env: Record<string, string> = {}) => out(words, { cwd: evil.folder, env });

  test("the sample's own note of that kind is escaped, too", async () => {
    const shown = await out("legacy issues --format table");
    expect(shown.replaceAll("\n", "")).not.toMatch(RAW);
    expect(await out("legacy issues")).not.toMatch(RAW);
  });

  test("a table and TSV show it escaped, a row a line", async () => {
    for (const format of ["table", "tsv"]) {
      const text = await show(`legacy issues --limit 3 --table booking --format ${format}`);
      expect(text).not.toMatch(RAW);
      expect(text).toContain("\\x1b[2J\\x1b]0;owned\\x07\\r\\x08\\u202ekcab\\x9b31m\\ttab\\nline");
      expect(text.trimEnd().split("\n")).toHaveLength(format === "table" ? 4 : 3);
    }
    expect((await show("legacy issues --table booking --limit 3")).split("\n")[1]!.split("\t")).toHaveLength(
      7,
    );
  });

  test("the screens of one row, of where it went, and of the plan show it escaped", async () => {
    for (const words of [
      "legacy issues show booking:9001",
      "legacy find booking:9001",
      "legacy status",
      "legacy verify",
    ])
      expect(await show(`${words} --format table`)).not.toMatch(RAW);
    const clone = evil.clone();
    const ran = await run("legacy issues skip booking:9001 --reason x --format table", { cwd: clone.folder });
    clone.remove();
    expect(ran.out + ran.err).not.toMatch(RAW);
    expect(ran.out).toContain("\\x1b[2J");
  });

  test("an error that quotes it shows it escaped, with --verbose too", async () => {
    const bad = `booking:\u001b[2J`;
    const ran = await program.run(["legacy", "find", bad, "--verbose"], { cwd: evil.folder });
    expect(ran.code).toBe(2);
    expect(ran.err).not.toMatch(RAW);
    expect(ran.err).toContain("\\x1b[2J");
  });

  test("JSON keeps it as it is, written so that a terminal does not obey", async () => {
    for (const format of ["json", "ndjson"]) {
      const text = await show(`legacy issues show booking:9001 --format ${format}`);
      expect(text).not.toMatch(RAW);
      expect(JSON.parse(text)).toMatchObject({
        message: EVIL,
        reason: FORMULA,
        source: { student_notes: EVIL },
      });
    }
  });

  test("CSV: a cell that a spreadsheet would run is neutralised", async () => {
    const wide = ["＝1+1", "＋1", "－1", "＠SUM(A1)"];
    const hidden = ["\t=1", "\r=1", "\n=1", "\ufeff=1", "\u200b\u200b+1", "  @SUM(A1)", "\u00a0＝1"];
    for (const formula of [FORMULA, "+1+1", "-2+3", "@SUM(A1)", ...wide, ...hidden]) {
      const sqlite = new BetterSqlite3(evil.file);
      sqlite.prepare("update classbook_legacy_issue set reason = ? where source_id = 9001").run(formula);
      sqlite.close();
      const csv = await show(
        "legacy issues --table booking --format csv --limit 2 --fields source_id,reason",
      );
      const cell = csv.slice(csv.indexOf("9001,") + 5);
      expect(cell).toMatch(/^"?'/);
      const json = await show("legacy issues --table booking --json --limit 2 --fields reason");
      expect(JSON.parse(json)[1].reason).toBe(formula);
    }
    expect(await out("legacy issues --format csv --limit 1 --fields source_id")).toBe("source_id\r\n111\r\n");
  });
});
