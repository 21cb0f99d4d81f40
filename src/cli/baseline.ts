/** The file of findings that somebody accepted (`verify --baseline`). */
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { CHECK_CODES } from "../db/checks.ts";
import { usageError } from "../domain/error.ts";
import type { KnownFinding } from "../operations/verify.ts";

const HEAD = '{\n  "baseline": 1,\n  "findings": [';
const TAIL = "\n  ]\n}\n";

/** @throws ClassbookError usage `bad_baseline` */
export function readBaseline(file: string): KnownFinding[] {
  const content = parsed(file);
  const { baseline, findings } = (content ?? {}) as { baseline?: unknown; findings?: unknown };
  if (baseline !== 1 || !Array.isArray(findings))
    throw bad(file, 'is not a baseline: it lacks "baseline": 1 and a list of findings');
  for (const [at, finding] of findings.entries()) {
    const { check, key } = (finding ?? {}) as Partial<KnownFinding>;
    if (typeof check !== "string" || typeof key !== "string")
      throw bad(file, `is not a baseline: its finding ${at + 1} lacks "check" or "key"`);
    if (!(CHECK_CODES as readonly string[]).includes(check))
      throw bad(file, `names a check that there is not: "${check}"`);
  }
  return findings as KnownFinding[];
}

function parsed(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw bad(file, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw bad(file, "is not JSON");
  }
}

function bad(file: string, what: string) {
  return usageError("bad_baseline", `${file} ${what}`, "`classbook verify --write-baseline FILE` writes one");
}

/** Writes findings one by one, beside the file; `finish` puts it in its place, `drop` leaves the file as it was. */
export class BaselineWriter {
  readonly #file: string;
  readonly #fd: number;
  #waiting: string[] = [];
  count = 0;

  /** @throws ClassbookError usage `cannot_write` */
  constructor(file: string) {
    this.#file = file;
    try {
      this.#fd = openSync(this.#beside, "w");
    } catch (error) {
      throw usageError(
        "cannot_write",
        `${file} cannot be written (${(error as NodeJS.ErrnoException).code})`,
        "name a file in a folder that is there",
      );
    }
    writeSync(this.#fd, HEAD);
  }

  get #beside(): string {
    return `${this.#file}.new`;
  }

  add({ check, key }: KnownFinding): void {
    this.#waiting.push(`${this.count === 0 ? "" : ","}\n    ${JSON.stringify({ check, key })}`);
    this.count += 1;
    if (this.#waiting.length >= 1_000) this.#write();
  }

  #write(): void {
    writeSync(this.#fd, this.#waiting.join(""));
    this.#waiting = [];
  }

  finish(): void {
    this.#write();
    writeSync(this.#fd, TAIL);
    closeSync(this.#fd);
    renameSync(this.#beside, this.#file);
  }

  drop(): void {
    closeSync(this.#fd);
    rmSync(this.#beside, { force: true });
  }
}
