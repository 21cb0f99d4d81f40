/** The built program as people run it: staged in a folder of its own, so that no other build takes it away meanwhile. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** How a run ended, and what it said. */
export interface Ran {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** What stands on standard input; nothing where left out. */
  input?: string;
  /** Sent once `when` holds, which is asked while the program runs. */
  signal?: { name: NodeJS.Signals; when: () => boolean };
  /** Without root's right to read and write everything, where the tests run as root. */
  unprivileged?: boolean;
}

/** What a person does at a terminal. */
export interface Typing {
  prompt?: RegExp;
  keys?: string;
  /** Keys as a function are made when their turn comes: something happens before they are typed. */
  dialogue?: readonly (readonly [prompt: RegExp, keys: string | (() => string)])[];
  /** Of the terminal; 100 columns, and as many rows as it says itself, where left out. */
  size?: { width: number; height: number };
}

/** A run that takes longer hangs. */
const HANGS_AFTER_MS = 60_000;

export interface Program {
  /** bin/classbook.js of this build. */
  bin: string;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** A shell line in which `classbook` is the program. */
  shell(line: string, options?: RunOptions): Promise<Ran>;
  /**
   * On a terminal, where a person types `keys` once something like `prompt` stands there. What
   * the terminal shows, both streams, is `out`. `dialogue`: several of them, each prompt after the keys before it.
   */
  terminal(args: readonly string[], options: RunOptions & Typing): Promise<Ran>;
  /** A folder with `classbook` in it, for PATH. */
  folder: string;
  remove(): void;
}

/** Builds the program with scripts/build.mjs. It lies below the repository, where Node finds its packages. */
export function buildProgram(): Program {
  const folder = join(ROOT, ".test", `program-${randomUUID()}`);
  mkdirSync(join(folder, "scripts"), { recursive: true });
  cpSync(join(ROOT, "scripts", "build.mjs"), join(folder, "scripts", "build.mjs"));
  cpSync(join(ROOT, "bin"), join(folder, "bin"), { recursive: true });
  for (const name of ["src", "migrations", "package.json"]) symlinkSync(join(ROOT, name), join(folder, name));
  execFileSync(process.execPath, [join(folder, "scripts", "build.mjs")], { stdio: ["ignore", 2, 2] });
  chmodSync(folder, 0o755);
  const bin = join(folder, "bin", "classbook.js");
  symlinkSync(bin, join(folder, "bin", "classbook"));
  chmodSync(bin, 0o755);
  return {
    bin,
    run: (args, options = {}) => finish(process.execPath, [bin, ...args], options),
    shell: (line, options = {}) =>
      finish("sh", ["-c", `classbook() { "${process.execPath}" "${bin}" "$@"; }\n${line}`], options),
    terminal: (args, options) => onTerminal([process.execPath, bin, ...args], options),
    folder: join(folder, "bin"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

const NOBODY = 65_534;
const DROP = ["--inh-caps=-all", "--bounding-set=-all"];

/** How root becomes somebody whom permissions bind: still root, without capabilities; else nobody. */
function unprivileged(command: string, args: readonly string[]) {
  if (process.getuid?.() !== 0) return { command, args };
  if (spawnSync("setpriv", [...DROP, "true"]).status === 0)
    return { command: "setpriv", args: [...DROP, command, ...args] };
  return { command, args, uid: NOBODY, gid: NOBODY };
}

/** Runs any command line on a terminal. `script` gives a pseudo-terminal: util-linux has it on every Linux, BSD and macOS have their own form. */
export function onTerminal(
  words: string[],
  { prompt, keys = "", dialogue = [], size, ...options }: RunOptions & Typing,
): Promise<Ran> {
  const stty = size === undefined ? "cols 100" : `cols ${size.width} rows ${size.height}`;
  const line = `stty ${stty}; exec ${words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ")}`;
  const args =
    process.platform === "linux" ? ["-qec", line, "/dev/null"] : ["-q", "/dev/null", "sh", "-c", line];
  const rest = prompt === undefined ? [...dialogue] : [[prompt, keys] as const, ...dialogue];
  let seen = 0;
  return finish("script", args, {
    ...options,
    input: "",
    onOutput: (all, type) => {
      const next = rest[0];
      if (next === undefined || !next[0].test(all.slice(seen))) return;
      rest.shift();
      seen = all.length;
      type(typeof next[1] === "string" ? next[1] : next[1]());
    },
  });
}

interface Watched extends RunOptions {
  /** Keeps standard input open, and is told all that was said whenever more is. */
  onOutput?: (all: string, type: (keys: string) => void) => void;
}

function finish(program: string, given: readonly string[], options: Watched): Promise<Ran> {
  const { cwd = dirname(ROOT), env = {}, input } = options;
  const { command, args, ...ids } = options.unprivileged
    ? unprivileged(program, given)
    : { command: program, args: given };
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      // No setting of the person who runs the tests, and no terminal.
      env: { PATH: process.env.PATH ?? "", HOME: cwd, TZ: "UTC", ...env },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      timeout: HANGS_AFTER_MS,
      killSignal: "SIGKILL",
      ...ids,
    });
    let out = "";
    let err = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      options.onOutput?.(out, (keys) => child.stdin!.write(keys));
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (err += text));
    const watch = setInterval(() => {
      if (!options.signal?.when()) return;
      clearInterval(watch);
      child.kill(options.signal.name);
    }, 1);
    child.on("error", reject).on("exit", () => clearInterval(watch));
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
    child.stdin?.on("error", () => {});
    if (options.onOutput === undefined) child.stdin?.end(input);
  });
}
