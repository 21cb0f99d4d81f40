import type { ErrorKind } from "../domain/error.ts";

export const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143 } as const;

/** The exit code of each kind of error (CLI.md). Does not compile while a kind is missing. */
export const EXIT = {
  internal: 1,
  usage: 2,
  refused: 3,
  not_found: 4,
  busy: 5,
  findings: 6,
  partial: 7,
  interrupted: SIGNAL_EXIT.SIGINT,
} as const satisfies Record<ErrorKind, number>;
