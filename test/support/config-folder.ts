/** A folder of its own for commands that work on config files: the project's file is in it, and the user's. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { buildProgram, type Program, type Ran } from "./program.ts";

/** Declares the hooks of a test file; a new folder for each test. */
export function useConfigFolder() {
  let program: Program;
  let folder: string;
  beforeAll(() => {
    program = buildProgram();
  });
  afterAll(() => program.remove());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "classbook-config-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return {
    program: () => program,
    folder: () => folder,
    projectFile: () => join(folder, "classbook.config.json"),
    userFile: () => join(folder, ".config", "classbook", "config.json"),
    put: (path: string, content: string) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    },
    run: (words: string, env: Record<string, string> = {}): Promise<Ran> =>
      program.run(words.split(" "), { cwd: folder, env }),
  };
}
