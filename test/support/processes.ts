/** Programs in processes of their own, watched line by line. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  err: string;
}

export interface Process {
  child: ChildProcess;
  /** Resolves when the line has come so many times; false where the process ended before. */
  saw(line: string, times?: number): Promise<boolean>;
  ended: Promise<Ended>;
}

/** Starts a program with Node and reads what it says. */
export function start(script: string, args: readonly string[]): Process {
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: here, TZ: "UTC" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  let out = "";
  let err = "";
  let over = false;
  const wake = () => {
    for (const look of waiting) look();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (out + text).split("\n");
    out = parts.pop()!;
    lines.push(...parts);
    wake();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  child.stdin.on("error", () => {}); // It may be gone when we answer.
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      over = true;
      wake();
      resolve({ code, signal, err });
    });
  });
  return {
    child,
    ended,
    saw: (line, times = 1) =>
      new Promise((resolve) => {
        const look = () => {
          const found = lines.filter((one) => one === line).length >= times;
          if (!found && !over) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/**
 * A script of this folder as one file, that it starts as fast as the program itself; below the repository, where Node
 * finds the packages.
 */
export function bundle(name: "runner" | "app" | "storm-worker"): { script: string; remove: () => void } {
  const folder = join(here, "..", "..", ".test", `${name}-${randomUUID()}`);
  const script = join(folder, `${name}.mjs`);
  buildSync({
    entryPoints: [join(here, `${name}.ts`)],
    outfile: script,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    external: ["better-sqlite3", "pg-native"],
    banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
    logLevel: "warning",
  });
  return { script, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
