/** A config file as it stands on the disk: a JSON object. What may stand in it is the business of `settings`. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { usageError } from "../domain/error.ts";

/**
 * Null where there is no such file.
 *
 * @throws ClassbookError usage `bad_config`: it cannot be read, or is not a JSON object
 */
export function readConfigFile(path: string): Record<string, unknown> | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw usageError("bad_config", `${path} cannot be read (${code})`, "mend or remove it");
  }
  const broken = (what: string) =>
    usageError("bad_config", `${path} is not ${what}`, "mend or remove the file");
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw broken(`JSON: ${(error as Error).message}`);
  }
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw broken('a JSON object such as {"tz": "Europe/Madrid"}');
  return content as Record<string, unknown>;
}

/**
 * Writes the file as a whole: whoever reads meanwhile, or a power cut, finds the old content or the new. A link stays a
 * link, and the file keeps its permissions.
 *
 * @param newMode the permissions of a file that is made
 * @throws ClassbookError usage `cannot_write`
 */
export function writeConfigFile(path: string, content: Record<string, unknown>, newMode: number): void {
  try {
    makeFolder(dirname(path));
    const target = targetOf(path);
    const mode = existsSync(target) ? statSync(target).mode & 0o777 : newMode;
    const draft = `${target}.${process.pid}.new`;
    try {
      const file = openSync(draft, "wx", mode);
      try {
        writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      chmodSync(draft, mode);
      renameSync(draft, target);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usageError(
      "cannot_write",
      `${path} cannot be written (${code})`,
      "check the permissions of the file and of its directory",
    );
  }
}

/** One folder at a time: Node's own recursion never ends where a folder that is there lets none be made (/proc). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** Where a link leads, whether something is there or not. */
function targetOf(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? resolve(dirname(path), readlinkSync(path)) : path;
}

/** Whether others than the file's owner can read it. */
export function isReadByOthers(path: string): boolean {
  return (statSync(path).mode & 0o044) !== 0;
}
