/** What went wrong, in the words of the exit table: the kind decides the exit code (src/cli/exit.ts). */
export type ErrorKind =
  | "internal"
  | "usage"
  | "refused"
  | "not_found"
  | "busy"
  | "findings"
  | "partial"
  | "interrupted";

export interface ErrorParts {
  kind: ErrorKind;
  /** Stable, machine-readable: a rule's code, or a word such as `no_such_file`. */
  code: string;
  /** One sentence with the offending value. */
  message: string;
  /** What to do about it; null where nothing useful can be said. */
  hint?: string | null;
  /** Machine-readable particulars; several problems of one input stand here together. */
  details?: unknown;
  cause?: unknown;
}

/** The only error class that classbook throws on purpose. Anything else that reaches main is a bug. */
export class ClassbookError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | null;
  readonly details: unknown;

  constructor(parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = "ClassbookError";
    this.kind = parts.kind;
    this.code = parts.code;
    this.hint = parts.hint ?? null;
    this.details = parts.details ?? null;
  }
}

export function usageError(code: string, message: string, hint?: string, details?: unknown): ClassbookError {
  return new ClassbookError({ kind: "usage", code, message, hint: hint ?? null, details });
}

export function notFound(code: string, message: string, hint?: string): ClassbookError {
  return new ClassbookError({ kind: "not_found", code, message, hint: hint ?? null });
}

export function refused(code: string, message: string, hint?: string, details?: unknown): ClassbookError {
  return new ClassbookError({ kind: "refused", code, message, hint: hint ?? null, details });
}

export function busy(code: string, message: string, hint?: string): ClassbookError {
  return new ClassbookError({ kind: "busy", code, message, hint: hint ?? null });
}
