/** `config`: where each setting comes from, and files that are changed without harm (CLI.md "Grammar"). */
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { SETTING_NAMES, SETTINGS } from "../../src/cli/settings.ts";
import { useConfigFolder } from "../support/config-folder.ts";
import type { Ran } from "../support/program.ts";

const { program, folder, projectFile, userFile, put, run } = useConfigFolder();

const errorOf = (ran: Ran) => JSON.parse(ran.err.trim().split("\n").at(-1)!).error;

async function origins(words = "", env: Record<string, string> = {}) {
  const ran = await run(`config show ${words} --json`.replace("  ", " "), env);
  expect(ran.code, ran.err).toBe(0);
  const rows = JSON.parse(ran.out) as {
    setting: string;
    value: string;
    source: string;
    file: string | null;
  }[];
  return new Map(rows.map(({ setting, ...rest }) => [setting, rest]));
}

describe("config show", () => {
  test("names every setting there is, with its default", async () => {
    const found = await origins();
    expect([...found.keys()]).toEqual(SETTING_NAMES);
    expect(found.get("db")).toEqual({ value: "./classbook.db", source: "default", file: null });
    expect(found.get("tz")).toEqual({ value: "UTC", source: "default", file: null });
    expect(found.get("format")).toEqual({ value: "json", source: "flag", file: null });
    expect(found.get("layout")).toEqual({ value: null, source: "default", file: null });
  });

  test("flag > environment > project file > user file > default", async () => {
    put(projectFile(), '{"tz": "Europe/Paris", "as": "marta"}');
    put(userFile(), '{"tz": "Europe/Rome", "as": "ana", "offer_ttl": "2d"}');
    const env = { CLASSBOOK_TZ: "Europe/Berlin" };
    expect((await origins("--tz Europe/Madrid", env)).get("tz")).toMatchObject({ source: "flag" });
    expect((await origins("", env)).get("tz")).toEqual({
      value: "Europe/Berlin",
      source: "environment",
      file: null,
    });
    const found = await origins("", { CLASSBOOK_TZ: "" });
    expect(found.get("tz")).toEqual({ value: "Europe/Paris", source: "project", file: projectFile() });
    expect(found.get("as")).toEqual({ value: "marta", source: "project", file: projectFile() });
    expect(found.get("offer_ttl")).toEqual({ value: "2d", source: "user", file: userFile() });
  });

  test("says of each what every other command takes", async () => {
    put(projectFile(), '{"format": "csv"}');
    expect((await run("config show format")).out).toBe(
      `setting,value,source,file\r\nformat,csv,project,${projectFile()}\r\n`,
    );
    expect((await run("config show format tz --fields setting,value", { CLASSBOOK_FORMAT: "tsv" })).out).toBe(
      "format\ttsv\ntz\tUTC\n",
    );
  });

  test.each(["flag", "environment", "project"])("hides a password from the %s", async (source) => {
    const address = "postgres://ana:Tr0ub4dor@127.0.0.1:1/school?password=3xtra";
    if (source === "project") put(projectFile(), JSON.stringify({ db: address }));
    for (const format of ["table", "tsv", "csv", "ndjson", "json"]) {
      const words = ["config", "show", "--format", format, ...(source === "flag" ? ["--db", address] : [])];
      const env: Record<string, string> = source === "environment" ? { CLASSBOOK_DB: address } : {};
      const { code, out, err } = await program().run(words, { cwd: folder(), env });
      expect([code, err]).toEqual([0, ""]);
      expect(out).toContain("ana:***@");
      expect(out).not.toMatch(/Tr0ub4dor|3xtra/);
    }
  });

  test("shows values that cannot be, says all of them, and exits with 2", async () => {
    put(userFile(), '{"layout": "djngo"}');
    const ran = await run("config show --json", { CLASSBOOK_TZ: "Nowhere/Land" });
    expect(ran.code).toBe(2);
    expect(JSON.parse(ran.out)).toContainEqual({
      setting: "tz",
      value: "Nowhere/Land",
      source: "environment",
      file: null,
    });
    expect(errorOf(ran).details).toEqual([
      `"djngo" is not a layout (layout in ${userFile()})`,
      '"Nowhere/Land" is not an IANA time zone (CLASSBOOK_TZ)',
    ]);
  });

  test("opens no database, and makes none", async () => {
    expect((await run("config show --db nowhere.sqlite3")).code).toBe(0);
    expect(readdirSync(folder())).toEqual([]);
  });
});

describe("config set and unset", () => {
  test("write the user's file, or the project's, and keep what else stands in it", async () => {
    expect((await run("config set tz Europe/Madrid")).code).toBe(0);
    expect(JSON.parse(readFileSync(userFile(), "utf8"))).toEqual({ tz: "Europe/Madrid" });
    put(projectFile(), '{"format": "json", "tz": "Europe/Rome"}');
    await run("config set tz Europe/Paris --project");
    expect(JSON.parse(readFileSync(projectFile(), "utf8"))).toEqual({ format: "json", tz: "Europe/Paris" });
    await run("config unset tz --project");
    expect(JSON.parse(readFileSync(projectFile(), "utf8"))).toEqual({ format: "json" });
    expect((await origins()).get("tz")).toMatchObject({ value: "Europe/Madrid", source: "user" });
    expect(readdirSync(folder()).sort()).toEqual([".config", "classbook.config.json"]);
  });

  test("answer with what they wrote", async () => {
    const set = await run("config set tz Europe/Madrid --json");
    expect(JSON.parse(set.out)).toEqual({
      setting: "tz",
      value: "Europe/Madrid",
      source: "user",
      file: userFile(),
    });
    expect(JSON.parse((await run("config unset tz --json")).out)).toMatchObject({
      setting: "tz",
      value: null,
    });
    expect((await run("config unset tz")).code).toBe(0);
  });

  test("keep permissions and links; a new file of the user is the owner's alone", async () => {
    await run("config set as ana");
    expect(statSync(userFile()).mode & 0o777).toBe(0o600);
    const real = join(folder(), "dotfiles.json");
    put(real, "{}");
    chmodSync(real, 0o640);
    symlinkSync(real, projectFile());
    await run("config set tz Europe/Madrid --project");
    expect(lstatSync(projectFile()).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(real, "utf8"))).toEqual({ tz: "Europe/Madrid" });
    expect(statSync(real).mode & 0o777).toBe(0o640);
  });

  test.each([
    ["tz", "Madrid", '"Madrid" is not an IANA time zone'],
    ["format", "jsn", '"jsn" is not a format'],
    ["layout", "djngo", '"djngo" is not a layout'],
    ["offer_ttl", "soon", '"soon" is not how long an offer can hold a seat'],
    ["db", "mysql://u:s3cret@h/x", "classbook does not speak mysql://u:***@h/x"],
    ["db", "sqlite:", "names no file"],
    ["app_label", "a;drop", '"a;drop" is no label of a Django app'],
    ["databse", "x.db", 'there is no setting "databse"'],
  ])("%s %s is refused as the flag would be", async (name, value, says) => {
    put(userFile(), '{"as": "ana"}');
    const ran = await run(`config set ${name} ${value} --json`);
    expect([ran.code, ran.out]).toEqual([2, ""]);
    expect(errorOf(ran).message).toContain(says);
    expect(readFileSync(userFile(), "utf8")).toBe('{"as": "ana"}');
  });

  test("an unknown setting's error names all", async () => {
    for (const words of ["config set x y", "config unset x", "config show x"])
      expect(errorOf(await run(`${words} --json`))).toMatchObject({
        kind: "usage",
        code: "unknown_setting",
        hint: `settings: ${SETTING_NAMES.join(", ")}`,
      });
  });

  test("an empty value, and both files at once, are refused", async () => {
    const { code, err } = await program().run(["config", "set", "as", ""], { cwd: folder() });
    expect([code, err]).toEqual([2, expect.stringContaining("config unset as")]);
    expect((await run("config set as ana --project --user")).code).toBe(2);
    expect(existsSync(userFile())).toBe(false);
  });

  test("a user is not looked up, and no database is opened", async () => {
    expect((await run("config set as nobody.at.all")).code).toBe(0);
    expect((await run("config set db nowhere/x.sqlite3 --project")).code).toBe(0);
    expect(readdirSync(folder()).sort()).toEqual([".config", "classbook.config.json"]);
  });

  test.each(["{", "[]", '"text"'])(
    "a broken file is said in one sentence, and not overwritten: %s",
    async (content) => {
      put(projectFile(), content);
      for (const words of ["config set tz UTC --project", "config unset tz --project", "config show"]) {
        const ran = await run(words);
        expect([words, ran.code, ran.out]).toEqual([words, 2, ""]);
        expect(ran.err).toMatch(/^classbook: .*classbook\.config\.json is not/);
        expect(ran.err).not.toContain("    at ");
      }
      expect(readFileSync(projectFile(), "utf8")).toBe(content);
      expect((await run("config set tz UTC --user")).code).toBe(0);
    },
  );

  test("a value that stops every command is mended", async () => {
    put(userFile(), '{"tz": "Madrid", "format": "jsn"}');
    expect((await run("booking list")).code).toBe(2);
    expect((await run("config set tz Europe/Madrid")).code).toBe(0);
    expect((await run("config unset format")).code).toBe(0);
    expect(JSON.parse(readFileSync(userFile(), "utf8"))).toEqual({ tz: "Europe/Madrid" });
  });

  test("--dry-run writes nothing", async () => {
    const ran = await run("config set tz Europe/Madrid --dry-run --format table");
    expect([ran.code, ran.out]).toEqual([0, `Would set tz = Europe/Madrid in ${userFile()}\n`]);
    expect(readdirSync(folder())).toEqual([]);
  });

  test("a folder that cannot be written to", async () => {
    chmodSync(folder(), 0o555);
    const ran = await program().run(["config", "set", "tz", "UTC", "--project"], {
      cwd: folder(),
      unprivileged: true,
    });
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining("cannot be written (EACCES)")]);
    chmodSync(folder(), 0o755);
  });

  test("what comes before is said", async () => {
    const overridden = await run("config set tz Europe/Rome", { CLASSBOOK_TZ: "UTC" });
    expect(overridden.err).toBe("CLASSBOOK_TZ is set, and comes first.\n");
    await run("config set tz Europe/Paris --project");
    expect((await run("config set tz Europe/Rome")).err).toBe(`${projectFile()} sets tz, and comes first.\n`);
    expect((await run("config unset tz --project")).err).toBe(`${userFile()} sets tz still.\n`);
  });
});

test("config path says where the files are, and what is wrong with them", async () => {
  put(projectFile(), "{");
  expect(JSON.parse((await run("config path --json")).out)).toEqual([
    {
      source: "project",
      file: projectFile(),
      exists: true,
      problem: expect.stringContaining("classbook.config.json is not JSON"),
    },
    { source: "user", file: userFile(), exists: false, problem: null },
  ]);
  const elsewhere = await run("config path --fields file", { XDG_CONFIG_HOME: "/elsewhere" });
  expect(elsewhere.out).toContain("/elsewhere/classbook/config.json\n");
});

test("every setting's flag is one that commands take", async () => {
  const help = (await run("--help")).out + (await run("waitlist expire --help")).out;
  for (const name of SETTING_NAMES) expect(help).toContain(SETTINGS[name].flag);
});
