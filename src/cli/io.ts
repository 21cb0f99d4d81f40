/** The streams of one run of classbook, handed to everything that prints: the only place that knows them. */
import { EXIT } from "./exit.ts";

export interface Io {
  /** The answer. */
  out(text: string): void;
  /** Resolves once the reader has taken what was answered, so that a long answer does not pile up. Left out: at once. */
  drained?(): Promise<void>;
  /** Everything said to a person. */
  err(text: string): void;
  /** All of standard input. */
  read(): Promise<string>;
  /** Standard input as it comes, for what may be larger than memory. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Whether the answer goes to a terminal. */
  outIsTerminal: boolean;
  errIsTerminal: boolean;
  /** Whether questions can be asked. */
  canAsk: boolean;
  /** Columns of the terminal. */
  width: number;
  colour: boolean;
}

/** NO_COLOR wins, then FORCE_COLOR, then whether it is a terminal (no-color.org, force-color.org). */
function wantsColour(env: NodeJS.ProcessEnv, isTerminal: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "")
    return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTerminal && env.TERM !== "dumb";
}

export function processIo(): Io {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) {
    // A reader that has seen enough (`| head`) is no failure.
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") {
        // A full disk, most likely. Nothing can be answered any more; what was written to the database stays written.
        stderr.write(`classbook: what was to be said could not be written: ${error.message}\n`, () =>
          process.exit(EXIT.internal),
        );
        return;
      }
      // Work whose remarks nobody reads any more goes on; an answer that nobody reads need not be finished.
      if (stream === stdout) process.exit(process.exitCode ?? 0);
    });
  }
  const outIsTerminal = stdout.isTTY === true;
  return {
    out: (text) => void stdout.write(text),
    drained: async () => {
      if (stdout.writableNeedDrain) await new Promise((go) => stdout.once("drain", go));
    },
    err: (text) => void stderr.write(text),
    read: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Buffer));
      return Buffer.concat(chunks).toString("utf8");
    },
    chunks: () => process.stdin,
    outIsTerminal,
    errIsTerminal: stderr.isTTY === true,
    // Node makes the stream of standard input when it is first looked at: most starts have no use for it.
    get canAsk() {
      return stderr.isTTY === true && process.stdin.isTTY === true;
    },
    width: stdout.columns || 100, // Some pseudo-terminals say 0.
    colour: wantsColour(env, outIsTerminal),
  };
}

export type Paint = Record<"bold" | "dim" | "red" | "green" | "yellow" | "cyan", (text: string) => string>;

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export function paintFor(io: Pick<Io, "colour">): Paint {
  const plain = (text: string) => text;
  const entries = Object.entries(CODES).map(([name, [on, off]]) => [
    name,
    io.colour ? (text: string) => `\u001b[${on}m${text}\u001b[${off}m` : plain,
  ]);
  return Object.fromEntries(entries) as Paint;
}
