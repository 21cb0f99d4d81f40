/** A file that appears under its name when it is whole. */
import {
  closeSync,
  fchmodSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { usageError } from "../domain/error.ts";

export interface OutFile {
  write(text: string): void;
  /** It is whole: it gets its name, in place of what has it. */
  keep(): void;
  /** Leaves nothing behind of what was not kept. */
  end(): void;
}

/**
 * @param otherwise what to do where the name is none for a file
 * @throws ClassbookError usage `cannot_write`; `not_a_file`: a folder or a device has the name
 */
export function openOutFile(
  path: string,
  otherwise = "leave it out, and the answer goes to standard output",
): OutFile {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isFile())
    throw usageError("not_a_file", `${path} is not a file`, otherwise);
  // What a link leads to is replaced, not the link.
  const target = there === undefined ? path : realpathSync(path);
  const partial = `${target}.partial-${process.pid}`;
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      throw usageError(
        "cannot_write",
        `${path} cannot be written (${reason})`,
        "check the folder, and its space",
      );
    }
  };
  // Who could not read it before cannot read it now.
  const mode = there === undefined ? undefined : there.mode & 0o777;
  const file = attempt(() => openSync(partial, "wx", mode));
  if (mode !== undefined) attempt(() => fchmodSync(file, mode));
  let state: "open" | "kept" | "ended" = "open";
  return {
    write: (text) => {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; ) at += attempt(() => writeSync(file, bytes, at));
    },
    keep: () => {
      closeSync(file);
      state = "kept";
      attempt(() => renameSync(partial, target));
      state = "ended";
    },
    end: () => {
      if (state === "ended") return;
      if (state === "open") closeSync(file);
      rmSync(partial, { force: true });
      state = "ended";
    },
  };
}
