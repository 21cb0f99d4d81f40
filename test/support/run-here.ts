/** A command line run inside the test's own process, on a terminal of any width or in a pipe. */
import type { Io } from "../../src/cli/io.ts";
import { run } from "../../src/cli/program.ts";

export interface RunHere {
  code: number;
  out: string;
  err: string;
}

/** @param options `width`: columns of a terminal, left out = a pipe; `input`: what stands on standard input */
export async function runHere(
  words: readonly string[],
  options: {
    width?: number;
    env?: Record<string, string>;
    input?: string;
    /** Told what was printed so far: whether a signal has come. */
    stopping?: (out: string) => boolean;
  } = {},
): Promise<RunHere> {
  const said = { out: "", err: "" };
  const write = (stream: "out" | "err") => (text: string) => {
    said[stream] += text;
  };
  const io: Io = {
    out: write("out"),
    err: write("err"),
    read: async () => options.input ?? "",
    async *chunks() {
      yield new TextEncoder().encode(options.input ?? "");
    },
    outIsTerminal: options.width !== undefined,
    errIsTerminal: options.width !== undefined,
    canAsk: false,
    width: options.width ?? 100,
    colour: false,
  };
  // No setting of the person who runs the tests.
  const env = { XDG_CONFIG_HOME: "/nowhere", ...options.env };
  const code = await run(words, {
    io,
    env,
    version: "0.0.0",
    stopping: () => options.stopping?.(said.out) === true,
  });
  return { code, ...said };
}
