/** A whole screen for one command: it draws lines, and hears single keys. What stood on the terminal comes back at its end. */
import { emitKeypressEvents, type Interface, type Key } from "node:readline";
import { guardTerminal } from "./hangup.ts";
import { standOn } from "./suspend.ts";

export interface Size {
  width: number;
  height: number;
}

/** A key as the browser calls it: `a`, `Q`, `?`, `up`, `pagedown`, `return`, `escape`, `space`, `ctrl-c`. */
export interface Press {
  key: string;
  /** What it types; null where it types nothing. */
  text: string | null;
}

/** `pasted`: text in one piece; `stopped`: a signal asks the program to stop; `ended`: the input has ended, or the terminal is gone. */
export type Heard = { press: Press } | { pasted: string } | { size: Size } | "stopped" | "ended";

export interface Screen {
  size(): Size;
  draw(lines: readonly string[]): void;
  /** Whether a key waits already, so that nobody has to see what is before it. */
  hasMore(): boolean;
  next(): Promise<Heard>;
  /** Gives the terminal to questions, on an empty screen, and takes it back. What is typed ahead of a question is no answer, and no key afterwards. */
  aside<T>(work: () => Promise<T>): Promise<T>;
  close(): void;
}

/** The terminal says where a pasted text begins and ends: its letters are no keys. */
const PASTES = "\u001b[?2004h";
const TYPES = "\u001b[?2004l";
const ENTER = `\u001b[?1049h\u001b[?25l${PASTES}`;
const LEAVE = `${TYPES}\u001b[?25h\u001b[?1049l`;
const CLEAR = "\u001b[H\u001b[J";
/** Before the line: behind one that is as wide as the screen it would take its last letter away. */
const CLEAR_LINE = "\u001b[K";
const SHOW_CURSOR = "\u001b[?25h";
const HIDE_CURSOR = "\u001b[?25l";
/** The screen as questions have it. */
const QUESTIONS = TYPES + CLEAR + SHOW_CURSOR;
const LOOKS_AFTER_MS = 100;
/** How long an Esc waits for the rest of a key that begins with it. */
const ESCAPE_MS = 50;

/** Of the terminal; some pseudo-terminals say 0. */
export function sizeNow(): Size {
  const { stderr, stdout } = process;
  return { width: stderr.columns || stdout.columns || 80, height: stderr.rows || stdout.rows || 24 };
}

export function pressOf(text: string | undefined, { name, ctrl, meta }: Key): Press {
  if (ctrl === true) return { key: `ctrl-${name ?? ""}`, text: null };
  if (meta === true && name !== "escape") return { key: `alt-${name ?? ""}`, text: null };
  if (name === "return" || name === "enter") return { key: "return", text: null };
  if (text === " ") return { key: "space", text };
  const types = text !== undefined && /^\P{Cc}+$/u.test(text);
  return types ? { key: text, text } : { key: name ?? "", text: null };
}

/** Questions and screens are on stderr: stdout carries answers only. @param stopping as the shell's */
export function openScreen(stopping: () => boolean): Screen {
  const { stdin, stderr } = process;
  const heard: Heard[] = [];
  let wake: (() => void) | null = null;
  let drawn: string[] = [];
  let isOpen = true;
  let isDeaf = false;
  let pasted: string | null = null;
  const hear = (one: Heard) => {
    heard.push(one);
    wake?.();
  };
  const onKey = (text: string | undefined, key: Key) => {
    const press = pressOf(text, key);
    if (press.key === "ctrl-c") hear({ press });
    else if (press.key === "paste-start") pasted = "";
    else if (press.key === "paste-end") {
      if (!isDeaf && pasted !== null) hear({ pasted });
      pasted = null;
    } else if (pasted !== null) pasted += press.text ?? " ";
    else if (press.key === "ctrl-z") suspend();
    else if (!isDeaf) hear({ press });
  };
  const onResize = () => {
    drawn = [];
    hear({ size: sizeNow() });
  };
  const onEnd = () => hear("ended");
  const listen = () => {
    stdin.setRawMode(true);
    stdin.on("keypress", onKey);
    stdin.once("end", onEnd).once("close", onEnd);
    stdin.resume();
    if (stdin.readableEnded || stdin.destroyed) onEnd();
  };
  const release = () => {
    stdin.off("keypress", onKey).off("end", onEnd).off("close", onEnd);
    stdin.pause();
    if (!stdin.destroyed) stdin.setRawMode(false);
  };
  /** Ctrl-Z: the shell has the terminal as it was. Where no shell is there to stop the program, it goes on at once. */
  const suspend = () => {
    release();
    stderr.write(LEAVE);
    process.kill(process.pid, "SIGTSTP");
    setTimeout(() => {
      if (!isOpen) return;
      stderr.write(ENTER + CLEAR);
      listen();
      onResize();
    }, LOOKS_AFTER_MS);
  };
  /** Keys that nobody has taken. */
  const forget = () => {
    pasted = null;
    heard.splice(0, heard.length, ...heard.filter((one) => typeof one === "string" || "size" in one));
  };
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(watch);
    unguard();
    process.off("exit", close);
    stderr.off("resize", onResize);
    stderr.write(LEAVE);
    release();
  };
  const watch = setInterval(() => {
    if (stopping()) hear("stopped");
  }, LOOKS_AFTER_MS);
  const unguard = guardTerminal(close);
  emitKeypressEvents(stdin, { escapeCodeTimeout: ESCAPE_MS } as unknown as Interface);
  stderr.write(ENTER + CLEAR);
  stderr.on("resize", onResize);
  process.on("exit", close); // A second signal ends the program at once.
  listen();
  return {
    size: sizeNow,
    hasMore: () => heard.length > 0,
    close,
    draw: (lines) => {
      const { height } = sizeNow();
      const next = Array.from({ length: height }, (_, at) => lines[at] ?? "");
      const changes = next.flatMap((line, at) =>
        drawn[at] === line ? [] : [`\u001b[${at + 1};1H${CLEAR_LINE}${line}`],
      );
      drawn = next;
      if (changes.length > 0) stderr.write(changes.join(""));
    },
    next: async () => {
      while (heard.length === 0)
        await new Promise<void>((go) => {
          wake = go;
        });
      wake = null;
      return heard.shift()!;
    },
    aside: async (work) => {
      release();
      forget();
      stderr.write(QUESTIONS);
      standOn({
        leave: () => stderr.write(LEAVE),
        back: () => stderr.write(ENTER + QUESTIONS),
      });
      try {
        return await work();
      } finally {
        standOn(null);
        drawn = [];
        if (isOpen) {
          stderr.write(HIDE_CURSOR + CLEAR + PASTES);
          isDeaf = true;
          listen();
          await untilRead();
          isDeaf = false;
        }
      }
    },
  };
}

/** Until what was typed before this moment has been read: a turn of the event loop, and the rest of the one that runs. */
async function untilRead(): Promise<void> {
  for (let turn = 0; turn < 2; turn += 1) await new Promise((go) => setImmediate(go));
}
