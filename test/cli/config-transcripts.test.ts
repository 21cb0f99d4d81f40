/** `config` as a person sees it: test/golden/cli/config/*.txt, to be read and approved. `UPDATE_GOLDEN=1` writes them anew. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectGolden } from "../support/golden.ts";
import { buildProgram, type Program } from "../support/program.ts";

let program: Program;
let folder: string;

beforeAll(() => {
  program = buildProgram();
  folder = mkdtempSync(join(tmpdir(), "classbook-config-"));
});
afterAll(() => {
  program.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** In the order in which they are run, each on what the ones before it left. */
const SCREENS: [file: string, words: string, exit: number, env: Record<string, string>][] = [
  ["01-show", "config show", 0, {}],
  ["02-set", "config set tz Europe/Madrid", 0, {}],
  ["03-set-project", "config set db postgres://ana:secret@db.example/school --project", 0, {}],
  ["04-set-wrong", "config set format excel", 2, {}],
  ["05-set-unknown", "config set timezone Europe/Madrid", 2, {}],
  ["06-set-overridden", "config set as marta", 0, { CLASSBOOK_AS: "office" }],
  ["07-show-after", "config show", 0, { CLASSBOOK_AS: "office" }],
  ["08-show-wrong", "config show tz", 2, { CLASSBOOK_TZ: "Madrid" }],
  ["09-unset", "config unset tz", 0, {}],
  ["10-path", "config path --format csv", 0, {}],
];

test.each(SCREENS)("%s", async (file, words, exit, env) => {
  const format = words.includes("--format") ? [] : ["--format", "table"];
  const { code, out, err } = await program.run([...words.split(" "), ...format], { cwd: folder, env });
  const remarks = err === "" ? "" : `--- said to the person ---\n${err}`;
  expectGolden(
    `cli/config/${file}.txt`,
    `$ classbook ${words}\n${out}${remarks}--- exit ${code} ---\n`.replaceAll(folder, "/home/ana"),
  );
  expect(code).toBe(exit);
});
