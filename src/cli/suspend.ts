/** Ctrl-Z in a question: the shell gets its terminal as it was, and the screen that the question stands on comes back after it. */

/** What stands on the terminal while a question is open. */
export interface Standing {
  leave(): void;
  back(): void;
}

let standing: Standing | null = null;

/** @param screen null = questions stand below what the shell shows */
export function standOn(screen: Standing | null): void {
  standing = screen;
}

const LOOKS_AFTER_MS = 100;

/** Stops the program until the shell lets it go on; at once, where no shell is there to do so. */
export async function stopProgram(): Promise<void> {
  standing?.leave();
  process.kill(process.pid, "SIGTSTP");
  await new Promise((go) => setTimeout(go, LOOKS_AFTER_MS));
  standing?.back();
}
