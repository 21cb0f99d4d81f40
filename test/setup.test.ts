/** `npm run setup`, which every other script starts with, where it cannot do its work. */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROOT } from "./support/program.ts";

let folder: string;

/** A checkout with an npm and a build that end as they are told to. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "classbook-setup-"));
  for (const name of ["scripts", "src", "migrations", "bin", "node_modules"]) mkdirSync(join(folder, name));
  copyFileSync(join(ROOT, "scripts", "setup.mjs"), join(folder, "scripts", "setup.mjs"));
  for (const name of ["package.json", "package-lock.json"]) writeFileSync(join(folder, name), "{}");
  writeFileSync(
    join(folder, "scripts", "build.mjs"),
    "console.error('the bundler says no'); process.exit(3);",
  );
  symlinkSync(process.execPath, join(folder, "bin", "node"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function setup(npm: string | null) {
  const bin = join(folder, "bin");
  if (npm !== null) {
    writeFileSync(join(bin, "npm"), `#!/bin/sh\n${npm}\n`);
    chmodSync(join(bin, "npm"), 0o755);
  }
  const env = { PATH: [bin, ...(npm === null ? [] : ["/usr/bin", "/bin"])].join(delimiter) };
  const ran = spawnSync(process.execPath, [join(folder, "scripts", "setup.mjs")], { env, encoding: "utf8" });
  return { code: ran.status, err: ran.stderr };
}

test("npm ci fails: one sentence and what to do, after what npm said", () => {
  const { code, err } = setup("echo 'gyp ERR! not found: make' >&2; exit 1");
  expect(code).toBe(1);
  expect(err).toContain(
    "gyp ERR! not found: make\nsetup: the dependencies could not be installed (exit 1)\n",
  );
  expect(err).toContain("C++ compiler");
  expect(err).not.toMatch(/^\s+at /m);
});

test("there is no npm", () => {
  const { code, err } = setup(null);
  expect(code).toBe(1);
  expect(err).toMatch(/setup: the dependencies could not be installed \(.*npm.*ENOENT\)/);
  expect(err).not.toMatch(/^\s+at /m);
});

test("the build fails", () => {
  writeFileSync(join(folder, "node_modules", ".package-lock.json"), "{}");
  const later = new Date(Date.now() + 60_000);
  utimesSync(join(folder, "node_modules", ".package-lock.json"), later, later);
  const { code, err } = setup(null);
  expect(code).toBe(1);
  expect(err).toContain("the bundler says no\nsetup: dist/ could not be built (exit 3)\n");
  expect(err).not.toMatch(/^\s+at /m);
});
