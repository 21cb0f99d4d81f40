/** What `doctor` shows a person. */
import { plural } from "../../domain/spoken.ts";
import type { Finding, State } from "../../operations/doctor.ts";
import { paintFor } from "../io.ts";
import { escapeControl } from "../output.ts";
import type { Shell } from "../shell.ts";
import { wrapLine } from "../wrap.ts";

const TOPIC_WIDTH = 12;
const INDENT = TOPIC_WIDTH + 4;

export function doctorScreen(here: Shell, findings: readonly Finding[]): string {
  const { io } = here;
  const paint = paintFor(io);
  const marks: Record<State, string> = {
    ok: paint.green("✓"),
    warning: paint.yellow("!"),
    problem: paint.red("✗"),
  };
  const fitted = (line: string) => (io.outIsTerminal ? wrapLine(line, io.width, INDENT) : line);
  const lines = findings.flatMap(({ topic, state, message, hint }, at) => {
    const name = findings[at - 1]?.topic === topic ? "" : topic;
    const line = `  ${marks[state]} ${name.padEnd(TOPIC_WIDTH)}${escapeControl(message)}`;
    const next = hint === null ? [] : [`${" ".repeat(INDENT)}→ ${escapeControl(hint)}`];
    return [fitted(line), ...next];
  });
  const count = (state: State) => findings.filter((finding) => finding.state === state).length;
  const verdict =
    count("problem") + count("warning") === 0
      ? paint.green("All is well.")
      : `${count("problem") === 0 ? "No problem" : plural(count("problem"), "problem")}, ${plural(count("warning"), "warning")}.`;
  return `${[...lines, "", `  ${verdict}`].join("\n")}\n`;
}
