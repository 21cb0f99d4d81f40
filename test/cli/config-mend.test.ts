/** `config set` and `unset` on files that cannot be used, that others read, and that are links to nowhere. */
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useConfigFolder } from "../support/config-folder.ts";

const { folder, projectFile, userFile, put, run } = useConfigFolder();

test("settings that cannot be are named, and mended one by one", async () => {
  put(projectFile(), '{"tz": 5, "zzz": "1", "as": "ana"}');
  const refused = await run("config show");
  expect([refused.code, refused.out]).toEqual([2, ""]);
  expect(refused.err).toContain('tz is 5, and has to be a text; there is no setting "zzz"');
  const set = await run("config set tz UTC --project");
  expect([set.code, set.err]).toEqual([
    0,
    `${projectFile()} cannot be used yet: there is no setting "zzz".\n`,
  ]);
  expect((await run("config unset zzz --project")).code).toBe(0);
  expect(JSON.parse(readFileSync(projectFile(), "utf8"))).toEqual({ tz: "UTC", as: "ana" });
  expect((await run("config show")).code).toBe(0);
});

test("a password is kept from others, or it is said that it is not", async () => {
  const address = "postgres://ana:Tr0ub4dor@127.0.0.1:1/school";
  const made = await run(`config set db ${address} --project`);
  expect([made.code, made.err, statSync(projectFile()).mode & 0o777]).toEqual([0, "", 0o600]);
  put(userFile(), "{}");
  chmodSync(userFile(), 0o644);
  const open = await run(`config set db ${address}`);
  expect(open.err).toContain(`others can read ${userFile()}: chmod 600 it`);
  expect(open.out + open.err).not.toContain("Tr0ub4dor");
});

test("a link that leads nowhere stays, and where no folder can be made it is said at once", async () => {
  symlinkSync(join(folder(), "nowhere", "x.json"), projectFile());
  const lost = await run("config set tz UTC --project");
  expect([lost.code, lost.err]).toEqual([2, expect.stringContaining("cannot be written (ENOENT)")]);
  expect(lstatSync(projectFile()).isSymbolicLink()).toBe(true);
  mkdirSync(join(folder(), "nowhere"));
  expect((await run("config set tz UTC --project")).code).toBe(0);
  expect(JSON.parse(readFileSync(join(folder(), "nowhere", "x.json"), "utf8"))).toEqual({ tz: "UTC" });
  if (!existsSync("/proc/1")) return;
  const ran = await run("config set tz UTC", { XDG_CONFIG_HOME: "/proc/1/nope" });
  expect([ran.code, ran.err]).toEqual([2, expect.stringContaining("cannot be written")]);
});
