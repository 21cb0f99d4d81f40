/** A terminal that a signal takes from the program is given back as it was. */

const SIGNALS = ["SIGHUP", "SIGQUIT"] as const;

/**
 * Until the answer is called: where SIGHUP or SIGQUIT comes, or the terminal is gone, the program ends by that signal.
 *
 * @param restore gives the terminal back; it may be gone
 */
export function guardTerminal(restore: () => void): () => void {
  const { stdin } = process;
  const end = (signal: NodeJS.Signals) => {
    release();
    // What goes wrong with a terminal that is gone is nobody's concern.
    stdin.on("error", () => {});
    try {
      restore();
    } catch {}
    process.removeAllListeners(signal);
    // Not by an exit: node would set the terminal's mode once more, and abort where there is none.
    process.kill(process.pid, signal);
  };
  const isGone = () => end("SIGHUP");
  const release = () => {
    for (const signal of SIGNALS) process.off(signal, end);
    stdin.off("end", isGone).off("error", isGone);
  };
  for (const signal of SIGNALS) process.on(signal, end);
  stdin.on("end", isGone).on("error", isGone);
  return release;
}
