/** Bulk work through the admin: what is chosen, what is shown and asked before it, and what is said when it is stopped. */
import BetterSqlite3 from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runHere } from "../support/run-here.ts";
import { makeMigratedSchool, type School } from "../support/school.ts";

const NOW = "2026-11-20T09:00:00Z";
let school: School;
beforeEach(async () => {
  school = await makeMigratedSchool();
});
afterEach(() => school.remove());

const run = (words: string, options: Parameters<typeof runHere>[1] = {}) =>
  runHere([...words.split(" "), "--now", NOW, "--db", school.file], options);
const lines = (text: string) => text.trim().split("\n");
const statuses = async (...ids: number[]) =>
  lines((await run(`admin LiveClassBooking show ${ids.join(" ")} --fields status`)).out);

/** A session of ana's and ben's course with so many seats. */
async function session(seats: number, more = ""): Promise<string> {
  const words = `--course 1 --teacher marta --start-at-utc 2026-12-22T16:00:00Z --capacity ${seats} --title n`;
  const { out, err } = await run(`admin LiveClassSession add ${words} --fields id${more}`);
  expect(err).toBe("");
  return out.trim().split("\t")[1]!;
}

test("an empty search chooses nothing, in a list, an export and an action", async () => {
  const before = school.hash();
  for (const verb of ["list", "export", "delete --yes", "cancel --yes"]) {
    const words = ["admin", "LiveClassBooking", ...verb.split(" "), "--search", "", "--db", school.file];
    const { code, out, err } = await runHere(words);
    expect([verb, code, out]).toEqual([verb, 2, ""]);
    expect(err).toContain("--search is empty");
  }
  const { code, err } = await run(`admin LiveClassBooking list --search ${"x".repeat(501)}`);
  expect([code, err]).toEqual([2, expect.stringContaining("has 501 characters, and takes 500")]);
  expect(school.hash()).toBe(before);
});

test("a word that is a column's own is no word for what is empty", async () => {
  const { out } = await run("admin Course list --booking-type none --fields id,booking_type");
  expect(out).toBe("9\tnone\n");
  expect(lines((await run("admin Course list --booking-type none,group_session --fields id")).out)).toContain(
    "9",
  );
});

test("adding to a full session joins its queue, and says so in every format", async () => {
  const id = await session(1, " --enable-waitlist yes");
  expect((await run(`admin LiveClassBooking add --session ${id} --student ana`)).code).toBe(0);
  for (const [student, format] of [
    ["ben", "json"],
    ["hugo", "tsv"],
    ["chloe", "csv"],
  ] as const) {
    const words = `admin LiveClassBooking add --session ${id} --student ${student} --override enrollment`;
    const { code, out, err } = await run(`${words} --format ${format}`);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("waitlisted");
    expect(out).toContain("offer_expires_at");
  }
});

test("words that a command does not take are refused, and read-only models say that they are", async () => {
  for (const words of ["Course list 3", "LiveClassBooking export out.csv", "LiveClassBooking add ben"]) {
    const { code, out, err } = await run(`admin ${words}`);
    expect([words, code, out]).toEqual([words, 2, ""]);
    expect(err).toContain("too many arguments");
  }
  for (const words of ["Booking edit 1", "User add", "Booking approve 1", "BookingEvent delete 1"]) {
    const { code, err } = await run(`admin ${words}`);
    expect([words, code]).toEqual([words, 2]);
    expect(err).toContain("is read-only in the admin");
  }
});

test("a rehearsal of several shows what would become of each after those before it", async () => {
  const id = await session(1);
  const before = school.hash();
  const words = `admin LiveClassBooking edit 119 120 121 --session ${id} --fields id,result,code`;
  const rehearsed = await run(`${words} --dry-run`);
  expect([rehearsed.code, lines(rehearsed.out)]).toEqual([
    7,
    ["119\tdone\t", "120\trefused\tcapacity", "121\trefused\tcapacity"],
  ]);
  expect(school.hash()).toBe(before);
  expect((await run(words)).out).toBe(rehearsed.out);
});

test("a stopped run has done what it says, and says what it left", async () => {
  const ids = [119, 120, 121, 122];
  const was = await statuses(...ids);
  const stopping = (out: string) => lines(out).filter((line) => line !== "").length >= 2;
  const words = `admin LiveClassBooking cancel ${ids.join(" ")} --fields id,result`;
  const { out, err } = await run(words, { stopping });
  expect(lines(out)).toEqual(["119\tdone", "120\tdone"]);
  expect(err).toContain("Stopped after 2 of 4: the other 2 are as before.");
  expect(await statuses(...ids)).toEqual(["cancelled", "cancelled", ...was.slice(2)]);
});

test("what a filter chose, and somebody changed meanwhile, is left", async () => {
  const chosen = lines(
    (await run("admin LiveClassBooking list --status pending --order id --fields id")).out,
  );
  const last = chosen.at(-1)!;
  let isChanged = false;
  const stopping = (out: string) => {
    if (out !== "" && !isChanged) {
      isChanged = true;
      const sqlite = new BetterSqlite3(school.file);
      sqlite.exec(`update myApp_liveclassbooking set status = 'confirmed' where id = ${last}`);
      sqlite.close();
    }
    return false;
  };
  const words = "admin LiveClassBooking decline --status pending --yes --fields id,result,message";
  const { code, out } = await run(words, { stopping });
  expect(code).toBe(0);
  expect(lines(out).at(-1)).toBe(`${last}\tskipped\tthe filters choose it no longer`);
  expect(await statuses(Number(chosen[0]), Number(last))).toEqual(["declined", "confirmed"]);
});

test("the question before a deletion is right for one row and for several", async () => {
  const asked = async (words: string) => (await run(`admin ${words}`)).err;
  expect(await asked("BookingSeries delete 1 4")).toMatch(
    /Delete 2 series \(1, 4\)\? With them: 7 occurrences .* Of 1: its booking stays as it is\. Of 4: its 6 bookings stay/,
  );
  expect(await asked("TeacherBookingPolicy delete 1 2")).toMatch(/\(1, 2\)\? Nothing goes with them\./);
  expect(await asked("TeacherBookingPolicy delete 1")).toMatch(
    /TeacherBookingPolicy 1\? Nothing goes with it\./,
  );
});

test("a status that ends more than its row is asked for, with what it ends", async () => {
  const before = school.hash();
  for (const words of ["LiveClassSession edit 19 --status cancelled", "LiveClassSession cancel 19"]) {
    const { code, err } = await run(`admin ${words}`);
    expect([words, code]).toEqual([words, 2]);
    expect(err).toMatch(/1 session \(19\), with 5 bookings and 0 places in the queue\. Go on\?/);
  }
  for (const words of ["BookingSeries edit 4 --status cancelled", "BookingSeries cancel 4"]) {
    const { code, err } = await run(`admin ${words}`);
    expect([words, code]).toEqual([words, 2]);
    expect(err).toMatch(/1 series \(4\), with 3 coming lessons\. Go on\?/);
  }
  expect(school.hash()).toBe(before);
  expect((await run("admin LiveClassSession edit 19 --status cancelled --dry-run")).code).toBe(0);
  expect((await run("admin LiveClassSession edit 19 --status cancelled --yes")).code).toBe(0);
  expect((await run("admin LiveClassSession show 19 --fields status")).out).toBe("status\tcancelled\n");
});

test("a filter that is given twice is refused: the first would be forgotten", async () => {
  const words = "decline --status pending --teacher marta --status confirmed --yes";
  const { code, err } = await run(`admin LiveClassBooking ${words}`);
  expect(code).toBe(2);
  expect(err).toContain('--status is given twice: "pending" and "confirmed"');
});

test("everybody who is not there is told at once; a field is given once", async () => {
  const add = await run(
    "admin LiveClassSession add --course 1 --teacher nobody --start-at-utc 2026-12-22T16:00:00Z",
  );
  expect(add.code).toBe(4);
  const words = "--student noone --teacher nobody --start-at-utc 2026-12-01T10:00:00Z";
  const two = await run(`admin LiveClassBooking add ${words}`);
  expect(two.code).toBe(4);
  expect(two.err).toMatch(/noone.*; .*nobody/s);
  const twice = await run("admin LiveClassSession edit 19 --capacity 9 --capacity 12");
  expect([twice.code, twice.err]).toEqual([2, expect.stringContaining("--capacity is given twice")]);
});

test("more ids than a statement takes variables: the question counts what ends", async () => {
  const input = Array.from({ length: 40_000 }, (_, at) => String(at + 1)).join("\n");
  for (const words of [
    "session cancel -",
    "series cancel -",
    "admin LiveClassSession cancel -",
    "admin BookingSeries cancel -",
  ]) {
    const { code, err } = await run(words, { input });
    expect([words, code]).toEqual([words, 2]);
    expect(err).toMatch(/40,?000|\(1, 2, 3/);
    expect(err).toContain("say --yes to do it");
  }
});

test("more ids than a call takes arguments", async () => {
  const input = Array.from({ length: 300_000 }, (_, at) => String(at % 3)).join("\n");
  const { code, err } = await run("admin Course show -", { input });
  expect([code, err]).not.toContain(1);
  expect(err).not.toContain("should not happen");
});

test("a page past the end says how many there are", async () => {
  const { out, err } = await run("admin LiveClassSession list --page 9999", { width: 100 });
  expect(out).toBe("");
  expect(err).toMatch(/^No sessions on page 9999\.\n\d+ sessions on \d+ pages?\n$/);
});
