/** What `legacy verify` found: checks in the order in which they ran, and a finding for each that failed. */

export interface Finding {
  check: string;
  /** What is wrong, or what must hold and does not, as a sentence. */
  what: string;
  severity: "error" | "warning";
  count: number;
  /** The first few, for people. */
  examples: string[];
  /** What puts it right, as a sentence, where something is known to. */
  remedy?: string;
}

export interface CheckResult {
  check: string;
  what: string;
  /** True where nothing was found, warnings included. */
  ok: boolean;
  count: number;
}

export type Kind = Pick<Finding, "check" | "what" | "severity" | "remedy">;

const EXAMPLES = 5;

export class Findings {
  readonly #found = new Map<string, Finding>();
  /** Checks that go over many rows and are not through yet. */
  readonly #open = new Set<string>();

  /** Begins a check, with nothing found so far. */
  open(kind: Kind): void {
    this.#found.set(kind.check, { ...kind, count: 0, examples: [] });
    this.#open.add(kind.check);
  }

  /** The open checks are through. */
  close(): void {
    this.#open.clear();
  }

  /** The open checks end before their time: what found nothing so far has not passed either. */
  abandon(): void {
    for (const check of this.#open) if (this.#found.get(check)!.count === 0) this.#found.delete(check);
    this.#open.clear();
  }

  /** Adds to a check that was opened. */
  add(check: string, example: string): void {
    const finding = this.#found.get(check)!;
    finding.count += 1;
    if (finding.examples.length < EXAMPLES) finding.examples.push(example);
  }

  /** A check that ran as a whole. */
  record(kind: Kind, found: { count: number; examples: string[] }): void {
    this.#found.set(kind.check, { ...kind, ...found });
  }

  get checks(): CheckResult[] {
    return [...this.#found.values()].map(({ check, what, count }) => ({
      check,
      what,
      ok: count === 0,
      count,
    }));
  }

  get findings(): Finding[] {
    return [...this.#found.values()].filter((finding) => finding.count > 0);
  }

  get ok(): boolean {
    return !this.findings.some((finding) => finding.severity === "error");
  }
}
