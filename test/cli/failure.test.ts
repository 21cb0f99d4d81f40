/** What is said of an error that nobody foresaw: the hint names what is really there to report. */
import { expect, test } from "vitest";
import { reportFailure } from "../../src/cli/failure.ts";
import type { Io } from "../../src/cli/io.ts";

function report(wantsJson: boolean, verbose: boolean): { code: number; err: string } {
  let err = "";
  const io = { err: (text: string) => (err += text), errIsTerminal: false, colour: false, width: 100 };
  const error = new TypeError("x is no function of postgres://ana:secret@host/db");
  const code = reportFailure(io as unknown as Io, {
    error,
    wantsJson,
    verbose,
    command: null,
    address: null,
  });
  expect(err).not.toContain("secret");
  return { code, err };
}

test("a person gets the stack below the hint", () => {
  const { code, err } = report(false, false);
  expect(code).toBe(1);
  expect(err).toMatch(
    /should not happen: x is no function.*\n {2}please report it with the lines below\nTypeError: .*\n +at /,
  );
});

test("a program gets it as details with --verbose, and is told of them", () => {
  const brief = JSON.parse(report(true, false).err).error;
  expect(brief).toMatchObject({
    kind: "internal",
    hint: "please report it with the details that --verbose gives",
    details: null,
  });
  const { hint, details } = JSON.parse(report(true, true).err).error;
  expect(hint).toBe("please report it with its details");
  expect(details.stack[0]).toMatch(/^TypeError: x is no function/);
  expect(details.stack[1]).toMatch(/^ +at /);
});
