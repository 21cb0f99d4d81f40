/** The database broken on purpose: one helpful sentence, a hint, the right exit code. */
import { randomUUID } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { query, type Scratch, scratch } from "../support/databases.ts";
import { makeDjango } from "../support/django.ts";
import { buildProgram, type Program } from "../support/program.ts";

let program: Program;
let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  program = buildProgram();
  folder = mkdtempSync(join(tmpdir(), "classbook-wrong-"));
  const good = await makeDjango("sqlite", { generation: "D" });
  copyFileSync(good.file!, at("good.db"));
  await good.remove();
  writeFileSync(at("empty.db"), "");
  writeFileSync(at("text.db"), "Dear colleague, the database is attached.\n".repeat(50));
  const bytes = readFileSync(at("good.db"));
  writeFileSync(at("corrupt.db"), Buffer.from(bytes).fill(0xab, 120, 4_000));
  writeFileSync(at("cut.db"), bytes.subarray(0, 20_000));
  makeSqlite("other.db", "create table orders (id integer); create table customers (id integer)");
  makeSqlite("half.db", 'create table "myApp_booking" (id integer primary key)');
  copyFileSync(at("good.db"), at("essential.db"));
  makeSqlite("essential.db", "pragma foreign_keys = off; drop table auth_user; drop table myApp_teacher");
  for (const name of ["read-only.db", "secret.db"]) copyFileSync(at("good.db"), at(name));
  for (const name of ["read-only", "closed"]) {
    mkdirSync(at(name));
    copyFileSync(at("good.db"), at(name, "good.db"));
  }
  chmodSync(at("read-only.db"), 0o444);
  chmodSync(at("secret.db"), 0o000);
  chmodSync(at("read-only"), 0o555);
  chmodSync(at("closed"), 0o000);
});

afterAll(() => {
  for (const name of ["read-only", "closed"]) chmodSync(at(name), 0o755);
  rmSync(folder, { recursive: true, force: true });
  program.remove();
});

function makeSqlite(name: string, statements: string): void {
  const sqlite = new BetterSqlite3(at(name));
  sqlite.exec(statements);
  sqlite.close();
}

interface Case {
  what: string;
  args: string[];
  exit: number;
  code: string;
  /** Stands in the sentence. */
  says: string;
  /** Stands in the hint. */
  hint: string;
}

/** One case a line: what | command | exit code | the sentence has | the hint has. */
function casesOf(lines: string): Case[] {
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [what, command, exitAndCode, says, hint] = line.split(" | ").map((cell) => cell.trim());
      const [exit, code] = exitAndCode!.split(" ");
      return {
        what: what!,
        args: command!.split(" "),
        exit: Number(exit),
        code: code!,
        says: says!,
        hint: hint!,
      };
    });
}

/** A sentence, a hint, no stack; the same as JSON. */
async function expectRefusal({ args, exit, code, says, hint }: Omit<Case, "what">): Promise<void> {
  const options = { cwd: folder, unprivileged: true };
  const plain = await program.run(args, options);
  expect(plain, plain.err).toMatchObject({ code: exit, out: "" });
  const [sentence, advice, ...rest] = plain.err.trimEnd().split("\n");
  expect(sentence).toMatch(/^classbook: /);
  expect(sentence).toContain(says);
  expect(advice).toMatch(/^ {2}\S/);
  expect(advice).toContain(hint);
  expect(rest).toEqual([]);
  const json = await program.run([...args, "--json"], options);
  expect(json).toMatchObject({ code: exit, out: "" });
  expect(JSON.parse(json.err).error).toMatchObject({
    code,
    message: expect.stringContaining(says),
    hint: expect.stringContaining(hint),
  });
}

const FILES = `
wrong path              | legacy plan --db nowhere.db          | 4 no_such_database  | there is no database at nowhere.db | check --db
no such directory       | db migrate --db no/where.db          | 4 no_such_directory | /no for where.db                   | check --db
a directory             | legacy plan --db read-only           | 2 is_a_directory    | read-only is a directory           | name the SQLite file
a device                | legacy plan --db /dev/null           | 2 not_a_file        | /dev/null is not a file            | name an SQLite file
an empty file           | legacy plan --db empty.db            | 2 empty_file        | empty.db is an empty file          | check --db
not a database          | legacy plan --db text.db             | 2 not_a_database    | text.db is not an SQLite database  | classbook import --from
not one, to write       | db migrate --db text.db              | 2 not_a_database    | text.db is not an SQLite database  | check --db
a corrupt file          | legacy plan --db corrupt.db          | 1 corrupt           | corrupt.db is damaged              | restore a backup
a file cut off          | legacy plan --db cut.db              | 1 corrupt           | cut.db is damaged                  | restore a backup
a read-only file        | legacy migrate --db read-only.db     | 2 read_only         | read-only.db cannot be written     | permissions of the file
read-only, its schema   | db migrate --db read-only.db         | 2 read_only         | read-only.db cannot be written     | permissions of the file
a read-only directory   | legacy migrate --db read-only/good.db | 2 read_only        | its directory is read-only         | keeps its journal beside the file
a new file in one       | db migrate --db read-only/new.db     | 2 cannot_open       | read-only/new.db cannot be opened  | permissions
no permission to read   | legacy plan --db secret.db           | 2 cannot_open       | secret.db cannot be opened         | permissions
no permission to look   | legacy plan --db closed/good.db      | 2 cannot_open       | cannot be opened (EACCES)          | permissions
half a schema           | legacy plan --db half.db             | 2 half_a_schema     | part of the app's tables: myApp_liveclasssession, | restored completely
no users, no teachers   | legacy plan --db essential.db        | 2 half_a_schema     | auth_user, myApp_teacher are not there | restored completely
the same, to write      | legacy migrate --db essential.db     | 2 half_a_schema     | auth_user, myApp_teacher are not there | restored completely
another app's           | legacy plan --db other.db            | 2 not_this_app      | none of its 2 tables is known (orders, customers) | --app-label
an engine unknown       | legacy plan --db mysql://u@h/x       | 2 unknown_engine    | does not speak mysql://u@h/x       | postgres://
a source that is not    | import --from nowhere.db --db new.db | 4 no_such_file      | there is no file nowhere.db        | check --from
`;

describe("SQLite", () => {
  for (const { what, ...wanted } of casesOf(FILES)) test(what, () => expectRefusal(wanted));

  test("what was refused is as it was", () => {
    const sqlite = new BetterSqlite3(at("essential.db"), { readonly: true });
    expect(sqlite.prepare("select name from sqlite_master where name like 'classbook%'").all()).toEqual([]);
    sqlite.close();
    expect(readdirSync(folder).filter((name) => /backup|journal|wal/.test(name))).toEqual([]);
    expect(readdirSync(at("read-only"))).toEqual(["good.db"]);
  });

  test("reading works where writing does not", async () => {
    for (const file of ["read-only.db", "read-only/good.db"]) {
      const ran = await program.run(["legacy", "plan", "--json", "--db", file], {
        cwd: folder,
        unprivileged: true,
      });
      expect(ran.code, ran.err).toBe(0);
      expect(JSON.parse(ran.out).read).toBe(45);
    }
  });
});

const SERVERS = `
wrong password        | postgres:wrong@HOST/NAME  | 2 login_failed     | the login to postgres://postgres:***@HOST/NAME was refused | user and password
an unknown user       | nobody:x@HOST/NAME        | 2 login_failed     | the login to postgres://nobody:***@HOST/NAME was refused   | user and password
an unknown database   | postgres:test@HOST/none   | 4 no_such_database | there is no database at postgres://postgres:***@HOST/none  | end of the URL
no database named     | postgres:test@HOST/       | 2 bad_url          | postgres://postgres:***@HOST/ is not a PostgreSQL URL      | postgres://USER:PASSWORD@HOST
nobody listens        | u:p@127.0.0.1:1/NAME      | 1 unreachable      | cannot reach postgres://u:***@127.0.0.1:1/NAME             | host and port
a host that is not    | u:p@nowhere.invalid/NAME  | 1 unreachable      | cannot reach postgres://u:***@nowhere.invalid/NAME         | host and port
a user without rights | ROLE:r3ader@HOST/NAME     | 3 no_permission    | postgres://ROLE:***@HOST/NAME may not do this: permission denied | grant
`;

describe("PostgreSQL", () => {
  let place: Scratch;
  const role = `reader_${randomUUID().slice(0, 8)}`;
  const filled = (text: string) => {
    const { host, pathname } = new URL(place.address);
    return text.replace("HOST", host).replace("NAME", pathname.slice(1)).replace("ROLE", role);
  };

  beforeAll(async () => {
    place = await makeDjango("postgres", { generation: "D" });
    await query(place, `create role ${role} login password 'r3ader'`);
  });
  afterAll(() => place.remove());

  for (const { what, args, says, hint, ...wanted } of casesOf(SERVERS))
    test(what, () =>
      expectRefusal({
        ...wanted,
        args: ["legacy", "plan", "--db", `postgres://${filled(args.join(" "))}`],
        says: filled(says),
        hint: hint.endsWith("@HOST") ? hint : filled(hint),
      }),
    );

  test("another app's, and half a schema", async () => {
    const other = await scratch("postgres");
    const wanted = { args: ["legacy", "plan", "--db", other.address], exit: 2 };
    try {
      await query(other, "create table orders (id int)");
      await expectRefusal({
        ...wanted,
        code: "not_this_app",
        says: "1 tables is known (orders)",
        hint: "--db",
      });
      await query(other, 'create table "myApp_booking" (id int)');
      await expectRefusal({
        ...wanted,
        code: "half_a_schema",
        says: "only part",
        hint: "restored completely",
      });
    } finally {
      await other.remove();
    }
  });
});
