import { expect, test } from "vitest";
import { type ReadRecord, readRecords } from "../../src/cli/record-lines.ts";

/** The text in chunks of a few bytes, so that every record is cut somewhere. */
async function* inChunks(text: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function read(text: string | Uint8Array, check: (columns: readonly string[]) => void = () => {}) {
  const found: ReadRecord[] = [];
  for await (const record of readRecords(inChunks(text), check)) found.push(record);
  return found.map(({ line, cells, problem }) => [line, cells ?? problem]);
}

test("CSV: a byte order mark, CRLF, quotes, commas, empty lines and cells, cells over several lines", async () => {
  expect(await read('\uFEFFa,b\r\n1,"x, ""y"""\r\n\r\n"two\r\nlines",\r\nü,2\r\n')).toEqual([
    [2, { a: "1", b: 'x, "y"' }],
    [4, { a: "two\nlines" }],
    [6, { a: "ü", b: "2" }],
  ]);
});

test("a malformed line is named, and takes no other with it", async () => {
  const lines = ["a,b", "1,x", "2", '3,a"b', '4,"x"y', '5,"open', "6,fine", '7,"also ""open', "8,z", "9,1,2"];
  const records = await read(lines.join("\n"));
  expect(records.map(([line]) => line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(records.filter(([, found]) => typeof found === "object")).toEqual([
    [2, { a: "1", b: "x" }],
    [7, { a: "6", b: "fine" }],
    [9, { a: "8", b: "z" }],
  ]);
  expect(records[1]).toEqual([3, "it has 1 cells, and the header has 2"]);
});

test("NDJSON: numbers and lists as text; what is no object is named", async () => {
  expect(await read('\n{"a":1,"b":null}\n{"a":["x","y"]}\nno\n[1]\n{"a":{}}\n{"a":true}')).toEqual([
    [2, { a: "1" }],
    [3, { a: "x,y" }],
    [4, expect.stringMatching(/^it is no JSON: /)],
    [5, "it is no JSON object"],
    [6, "a is neither text nor a number"],
    [7, { a: "true" }],
  ]);
});

test("the columns of a header, and of the first object, are looked at before anything else", async () => {
  const refuse = () => {
    throw new Error("not these");
  };
  await expect(read("a,b\n1,2", refuse)).rejects.toThrow("not these");
  await expect(read('{"a":1}', refuse)).rejects.toThrow("not these");
});

test("an object with other columns than it may have is a malformed line", async () => {
  const onlyA = (columns: readonly string[]) => {
    if (columns.some((column) => column !== "a")) throw new Error("unknown column");
  };
  expect(await read('{"a":1}\n{"b":1}\n{"a":2}', onlyA)).toEqual([
    [1, { a: "1" }],
    [2, "unknown column"],
    [3, { a: "2" }],
  ]);
});

test("nothing gives nothing; an array and what is no UTF-8 are refused", async () => {
  expect(await read("")).toEqual([]);
  expect(await read("\n\n")).toEqual([]);
  await expect(read('[{"a":1}]')).rejects.toMatchObject({ kind: "usage", code: "not_records" });
  await expect(read(new Uint8Array([97, 10, 0xff, 10]))).rejects.toMatchObject({ code: "not_utf8" });
});

test("a line without an end is given up, and is not kept", async () => {
  async function* endless() {
    yield new TextEncoder().encode("a\n1\n");
    for (let at = 0; at < 30; at += 1) yield new TextEncoder().encode("x".repeat(100_000));
    yield new TextEncoder().encode("\n2\n");
  }
  const found: unknown[] = [];
  for await (const { line, cells, problem } of readRecords(endless(), () => {}))
    found.push([line, cells ?? problem]);
  expect(found).toEqual([
    [2, { a: "1" }],
    [3, "the line is too long"],
    [4, { a: "2" }],
  ]);
});
