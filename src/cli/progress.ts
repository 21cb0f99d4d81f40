/** Progress of long work, on stderr: a bar on a terminal, a plain line every few seconds elsewhere. */
import type { Io } from "./io.ts";

const BAR = 24;
const REDRAW_MS = 100;
const PLAIN_MS = 5_000;

export interface ProgressLine {
  update(label: string, done: number, total: number | null): void;
  /** Takes the bar off the screen. */
  end(): void;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function startProgress(io: Io, quiet: boolean): ProgressLine {
  const started = Date.now();
  let drawn = io.errIsTerminal ? 0 : started;
  let visible = false;
  const text = (label: string, done: number, total: number | null) => {
    const seconds = (Date.now() - started) / 1000;
    const rate = seconds > 0 ? done / seconds : 0;
    const left =
      total !== null && rate > 0 && done < total ? `, ${duration((total - done) / rate)} left` : "";
    const of = total === null ? "" : ` of ${total.toLocaleString("en")}`;
    return `${label}: ${done.toLocaleString("en")}${of} (${Math.round(rate).toLocaleString("en")}/s${left})`;
  };
  return {
    update(label, done, total) {
      const now = Date.now();
      if (quiet || now - drawn < (io.errIsTerminal ? REDRAW_MS : PLAIN_MS)) return;
      drawn = now;
      if (!io.errIsTerminal) {
        io.err(`${text(label, done, total)}\n`);
        return;
      }
      const said = text(label, done, total);
      // A line that the terminal breaks cannot be drawn over: the bar goes first, then what stands in brackets.
      if (BAR + 1 + said.length >= io.width) {
        const short = said.length < io.width ? said : said.replace(/ \(.*/, "").slice(0, io.width - 1);
        io.err(`\r\u001b[K${short}`);
        visible = true;
        return;
      }
      const share = total === null || total === 0 ? 1 : Math.min(1, done / total);
      const filled = Math.round(share * BAR);
      io.err(`\r\u001b[K${"█".repeat(filled)}${"░".repeat(BAR - filled)} ${said}`);
      visible = true;
    },
    end() {
      if (visible) io.err("\r\u001b[K");
      visible = false;
    },
  };
}
