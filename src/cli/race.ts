/** Many processes of the program itself at once, and what each of them answered. */
import { type ChildProcess, spawn } from "node:child_process";

/** What one of them said at its end. */
export interface Answer {
  /** Null where it succeeded. */
  error: { kind: string; code: string } | null;
  /** The `outcome` of what it printed as JSON; null where it failed. */
  outcome: string | null;
  milliseconds: number;
}

const LOOKS_AFTER_MS = 50;

/**
 * Starts one process for each command line, all at once, and waits for all.
 *
 * @param settings.database its address, handed over by the environment: command lines are seen by everybody
 * @param settings.folder where they run, so that no settings of a person's are in force
 * @param settings.stopping ends them all once it is true
 */
export async function race(
  commands: readonly (readonly string[])[],
  settings: { database: string; folder: string; stopping: () => boolean },
): Promise<Answer[]> {
  const { database, folder, stopping } = settings;
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("CLASSBOOK_"));
  const env = { ...Object.fromEntries(own), CLASSBOOK_DB: database, XDG_CONFIG_HOME: folder };
  const running = new Set<ChildProcess>();
  const watch = setInterval(() => {
    if (stopping()) for (const child of running) child.kill("SIGTERM");
  }, LOOKS_AFTER_MS);
  try {
    return await Promise.all(
      commands.map((words) => answerOf(words, { env, folder, started: (child) => running.add(child) })),
    );
  } finally {
    clearInterval(watch);
  }
}

function answerOf(
  words: readonly string[],
  {
    env,
    folder,
    started,
  }: { env: NodeJS.ProcessEnv; folder: string; started: (child: ChildProcess) => void },
): Promise<Answer> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [process.argv[1]!, ...words], {
      env,
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    started(child);
    let out = "";
    let err = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.on("error", reject);
    child.on("close", (code) => {
      const milliseconds = performance.now() - begin;
      resolve(
        code === 0
          ? { error: null, outcome: outcomeOf(out), milliseconds }
          : { error: errorOf(err), outcome: null, milliseconds },
      );
    });
  });
}

function outcomeOf(out: string): string | null {
  try {
    return (JSON.parse(out) as { outcome?: string }).outcome ?? null;
  } catch {
    return null;
  }
}

/** The last line of what went wrong is JSON (CLI.md); a process that was killed says none. */
function errorOf(err: string): { kind: string; code: string } {
  try {
    const { error } = JSON.parse(err.trimEnd().split("\n").at(-1)!) as {
      error: { kind: string; code: string };
    };
    return { kind: error.kind, code: error.code };
  } catch {
    return { kind: "internal", code: "died" };
  }
}
