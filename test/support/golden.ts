/** Golden files: what a person read once and approved. `UPDATE_GOLDEN=1` writes them anew. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { ROOT } from "./program.ts";

/** Expects the text to be that of test/golden/NAME. */
export function expectGolden(name: string, text: string): void {
  const path = join(ROOT, "test", "golden", name);
  if (process.env.UPDATE_GOLDEN) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(existsSync(path), `${path} is missing: run the test with UPDATE_GOLDEN=1 and read it`).toBe(true);
  expect(text).toBe(readFileSync(path, "utf8"));
}
