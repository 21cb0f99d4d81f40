/** The entry: argv in, exit code out. The only place that catches. */
import { SIGNAL_EXIT } from "./exit.ts";

const VERSION = process.env.CLASSBOOK_VERSION ?? "0.0.0";

/** Runs one command line. Sets process.exitCode and lets the event loop end, so that piped output arrives whole. */
export async function main(argv: readonly string[]): Promise<void> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  if (argv[0] === "__complete") {
    const { complete, completionText } = await import("./completion.ts");
    const answer = await complete(argv.slice(1), process.env).catch(() => null);
    // A server that does not answer is not waited for.
    process.stdout.write(answer === null ? "" : completionText(answer), () => process.exit(0));
    return;
  }
  let stopped: keyof typeof SIGNAL_EXIT | null = null;
  const stop = (signal: keyof typeof SIGNAL_EXIT) => {
    // The second time means now.
    if (stopped !== null) process.exit(SIGNAL_EXIT[signal]);
    stopped = signal;
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  const { processIo } = await import("./io.ts");
  const { run } = await import("./program.ts");
  const code = await run(argv, {
    io: processIo(),
    env: process.env,
    version: VERSION,
    stopping: () => stopped !== null,
  });
  process.removeListener("SIGINT", stop);
  process.removeListener("SIGTERM", stop);
  process.exitCode = stopped === null ? code : SIGNAL_EXIT[stopped];
}
