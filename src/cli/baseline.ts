/** The file of findings that somebody accepted (`verify --baseline`). */
import { readFileSync } from "node:fs";
import { CHECK_CODES } from "../db/checks.ts";
import { usageError } from "../domain/error.ts";
import type { KnownFinding } from "../operations/verify.ts";
import { type OutFile, openOutFile } from "./out-file.ts";

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

/** Writes findings one by one into a file that appears when it is whole. */
export class BaselineWriter {
  readonly #file: OutFile;
  #waiting: string[] = [];
  count = 0;

  /** @throws ClassbookError usage `cannot_write`, `not_a_file` */
  constructor(file: string) {
    this.#file = openOutFile(file, "name a file: it is written anew, or made");
    this.#waiting.push(HEAD);
  }

  add({ check, key }: KnownFinding): void {
    this.#waiting.push(`${this.count === 0 ? "" : ","}\n    ${JSON.stringify({ check, key })}`);
    this.count += 1;
    if (this.#waiting.length >= 1_000) this.#write();
  }

  #write(): void {
    this.#file.write(this.#waiting.join(""));
    this.#waiting = [];
  }

  finish(): void {
    this.#waiting.push(TAIL);
    this.#write();
    this.#file.keep();
  }

  /** Leaves the file as it was, where it is not finished. */
  drop(): void {
    this.#file.end();
  }
}
