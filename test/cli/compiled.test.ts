/** What V8 made of the bundle is kept for the next start, and never in the way of one. */
import { execFileSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { buildProgram, type Program } from "../support/program.ts";
import { makeMigratedSchool } from "../support/school.ts";

let program: Program;
let folder: string;

beforeAll(() => {
  program = buildProgram();
  folder = dirname(dirname(program.bin));
});
beforeEach(() => {
  for (const name of kept()) rmSync(join(folder, "dist", name), { recursive: true });
});
afterAll(() => program.remove());

/** Node keeps compiled code by itself from 22.8 on: the loader is asked directly, so that every version tests it. */
function start(...words: string[]): string {
  const script = `require("./bin/compiled.js").loadCompiled(${JSON.stringify(join(folder, "dist"))}, "main.cjs").main(${JSON.stringify(words)})`;
  return execFileSync(process.execPath, ["-e", script], { cwd: folder, encoding: "utf8" });
}

function kept(): string[] {
  return readdirSync(join(folder, "dist")).filter((name) => name.startsWith(".compiled-"));
}

test("a start keeps what it compiled, a second one adds to it", () => {
  const help = start("booking", "--help");
  const [file] = kept();
  const first = readFileSync(join(folder, "dist", file!)).length;
  expect(start("booking", "--help")).toBe(help);
  expect(readFileSync(join(folder, "dist", file!))).toHaveLength(first);
  expect(start("session", "--help")).toContain("Usage: classbook session");
  expect(kept()).toEqual([file]);
  expect(readFileSync(join(folder, "dist", file!)).length).toBeGreaterThan(first);
});

test("a command that sets flags of V8 keeps nothing: the next start would not take it", async () => {
  const school = await makeMigratedSchool();
  try {
    start("legacy", "verify", "--db", school.file);
    expect(kept()).toEqual([]);
  } finally {
    school.remove();
  }
});

test.each(["", "x", "\u0002\u0000\u0000\u0000{}", '\u0005\u0000\u0000\u0000{"a"', "\uffff".repeat(100)])(
  "a file that says %j is as good as none",
  (text) => {
    start("booking", "--help");
    const [file] = kept();
    const good = readFileSync(join(folder, "dist", file!)).length;
    writeFileSync(join(folder, "dist", file!), text);
    expect(start("booking", "--help")).toContain("Usage: classbook booking");
    expect(readFileSync(join(folder, "dist", file!)).length).toBeGreaterThan(good / 2);
  },
);

test("a file that was cut short is as good as none", () => {
  start("booking", "--help");
  const file = join(folder, "dist", kept()[0]!);
  writeFileSync(file, readFileSync(file).subarray(0, 20_000));
  expect(start("booking", "--help")).toContain("Usage: classbook booking");
});

test("where nothing can be kept, the program starts all the same", () => {
  const file = `.compiled-${process.version}-${process.arch}`;
  rmSync(join(folder, "dist", file), { force: true });
  cpSync(join(folder, "bin"), join(folder, "dist", file), { recursive: true }); // A folder in its place.
  expect(start("booking", "--help")).toContain("Usage: classbook booking");
  expect(kept()).toEqual([file]);
});
