/** The records of a JSON file, one after the other: an array or one record a line, plain or gzip'ed, UTF-8 or UTF-16. */
import { createReadStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { ClassbookError, usageError } from "../domain/error.ts";

export interface JsonRecord {
  value: unknown;
  /** Bytes of the file read so far, and in all. */
  done: number;
  total: number;
}

const CHUNK = 65_536;

interface Bytes {
  chunks: AsyncIterable<string>;
  /** Bytes of the file itself read so far. */
  done: () => number;
}

/** @throws ClassbookError usage `not_json`: with the place where it stops being JSON */
export async function* readJsonRecords(file: string): AsyncGenerator<JsonRecord> {
  const total = statSync(file).size;
  const { default: Parser } = await import("stream-json/Parser.js");
  const { default: StreamArray } = await import("stream-json/streamers/StreamArray.js");
  const { default: StreamValues } = await import("stream-json/streamers/StreamValues.js");
  const { chunks, done } = textOf(file);
  let lines = false;
  let n = 0;
  const streams: Readable[] = [];
  try {
    lines = await startsWithBrace(file);
    const parser = new Parser({ packValues: true, streamValues: false, jsonStreaming: lines });
    const records = lines ? new StreamValues() : new StreamArray();
    const input = Readable.from(chunks);
    streams.push(input, parser, records);
    // Errors do not cross a pipe by themselves.
    input.on("error", (error) => records.destroy(error));
    parser.on("error", (error) => records.destroy(error));
    input.pipe(parser).pipe(records);
    for await (const { value } of records as AsyncIterable<{ value: unknown }>) {
      n += 1;
      yield { value, done: done(), total };
    }
  } catch (error) {
    if (error instanceof ClassbookError) throw error;
    throw await notJson(file, { lines, records: n, error: error as Error });
  } finally {
    for (const stream of streams) stream.destroy();
  }
}

/** The file's text in pieces of a fixed size, so that reading it again gives the same pieces. */
function textOf(file: string): Bytes {
  const raw = createReadStream(file, { highWaterMark: CHUNK });
  return { chunks: decoded(raw), done: () => raw.bytesRead };
}

async function* decoded(raw: Readable): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  try {
    for await (const bytes of await inflated(raw)) {
      // Without a byte-order mark it is UTF-8; TextDecoder takes the mark off.
      decoder ??= new TextDecoder(encodingOf(bytes));
      const text = decoder.decode(bytes, { stream: true });
      if (text !== "") yield text;
    }
    const rest = decoder?.decode() ?? "";
    if (rest !== "") yield rest;
  } finally {
    raw.destroy(); // Whoever reads may have had enough.
  }
}

/** PowerShell's `>` writes UTF-16. */
function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** The stream itself, or what it unpacks to where it is gzip. */
async function inflated(raw: Readable): Promise<AsyncIterable<Buffer>> {
  const iterator = raw[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await iterator.next();
  const all = (async function* () {
    if (!first.done) yield first.value;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  })();
  if (first.done || first.value[0] !== 0x1f || first.value[1] !== 0x8b) return all;
  const gunzip = createGunzip({ chunkSize: CHUNK });
  const packed = Readable.from(all);
  packed.on("error", (error) => gunzip.destroy(error));
  packed.pipe(gunzip);
  return gunzip;
}

/** True where the first record is not inside an array: JSON lines. */
async function startsWithBrace(file: string): Promise<boolean> {
  for await (const text of textOf(file).chunks) {
    const start = text.trimStart();
    if (start !== "") return start.startsWith("{");
  }
  return false;
}

/** Names the place: the parser does not know it, but the package's verifier, given the same text, does. */
async function notJson(
  file: string,
  failure: { lines: boolean; records: number; error: Error },
): Promise<ClassbookError> {
  const { error, records } = failure;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code.startsWith("Z_")) {
    return usageError(
      "not_json",
      `${file} cannot be unpacked: ${error.message}`,
      "the file is damaged or incomplete: copy it again",
    );
  }
  if (code.startsWith("E")) {
    return new ClassbookError({
      kind: "internal",
      code: "io_error",
      message: `reading ${file} failed: ${error.message}`,
      hint: "check the disk, then run the same command again",
      cause: error,
    });
  }
  if (/Top-level object/.test(error.message)) return notDumpdata(file, "it is not an array of records");
  const after = records === 0 ? "" : `, after ${records} complete ${records === 1 ? "record" : "records"}`;
  const place = await findBadPlace(file, failure.lines);
  if (place === null) {
    return usageError(
      "not_json",
      `${file} is not complete JSON: it ends in the middle${after}`,
      "the dump was cut off: make it anew, or copy it again",
    );
  }
  const { offset, line, pos, excerpt } = place;
  return usageError(
    "not_json",
    `${file} is not JSON at character ${offset + 1} (line ${line}, column ${pos})${after}: ${JSON.stringify(excerpt)}`,
    "a dumpdata file is a JSON array; check that nothing else was printed into it",
  );
}

export function notDumpdata(file: string, why: string): ClassbookError {
  return usageError(
    "not_dumpdata",
    `${file} is JSON, but not a Django dumpdata file: ${why}`,
    "make one with: python manage.py dumpdata auth.user APP > FILE",
  );
}

interface BadPlace {
  offset: number;
  line: number;
  pos: number;
  excerpt: string;
}

/** Null where nothing is wrong but the end. */
async function findBadPlace(file: string, jsonStreaming: boolean): Promise<BadPlace | null> {
  const { default: Verifier } = await import("stream-json/utils/Verifier.js");
  const verifier = new Verifier({ jsonStreaming });
  let read = 0;
  let recent = "";
  const watched = (async function* () {
    for await (const text of textOf(file).chunks) {
      read += text.length;
      recent = recent.slice(-CHUNK) + text;
      yield text;
    }
  })();
  try {
    await pipeline(Readable.from(watched), verifier);
    return null;
  } catch (error) {
    const { offset, line, pos } = error as Omit<BadPlace, "excerpt">;
    if (offset === undefined || offset >= read) return null;
    const from = offset - (read - recent.length);
    return { offset, line, pos, excerpt: recent.slice(Math.max(0, from), from + 20) };
  }
}
