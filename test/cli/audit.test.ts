/** audit and booking history: who did what, in words for people and as objects for machines. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Bookable, makeBookable } from "../support/bookable.ts";
import { runHere } from "../support/run-here.ts";

let school: Bookable;
beforeEach(async () => {
  school = await makeBookable("sqlite", "native");
});
afterEach(() => school.remove());

const at = (now: string, words: string, width?: number) =>
  runHere(
    [...words.split(" "), "--now", now, "--tz", "Europe/Madrid", "--db", school.place.address],
    width === undefined ? {} : { width },
  );
const run = (words: string, width?: number) => at("2026-11-20T09:00:00Z", words, width);
const json = async (words: string) => {
  const ran = await run(`${words} --json`);
  expect(ran.code, ran.err).toBe(0);
  return JSON.parse(ran.out);
};

/** Ana books, cancels and books again; paula pauses ben. */
async function live(): Promise<void> {
  await run("booking create --session 1 --student ana --as ana");
  await at("2026-11-21T09:00:00Z", "booking cancel 1 --as ana");
  await at("2026-11-22T09:00:00Z", "booking create --session 1 --student ana --as ana");
  await at("2026-11-23T09:00:00Z", "student enroll ben --course 1 --status paused --as paula");
}

test("a booking's history says in words what changed; JSON keeps objects", async () => {
  await live();
  const { out, err } = await run("booking history 1", 200);
  const lines = out.trim().split("\n");
  expect(lines[0]).toMatch(/^id +at +actor +what +change$/);
  expect(lines[1]).toMatch(/20 Nov 2026 10:00 +ana \(user 11\) +created +confirmed; student_user_id 11; /);
  expect(lines[1]).toContain("start_at_utc Mon 1 Feb 2027 11:00 Europe/Madrid");
  expect(lines[2]).toMatch(/21 Nov 2026 10:00 .+ cancelled +confirmed → cancelled; cancel_reason student$/);
  expect(lines[3]).toMatch(/22 Nov 2026 10:00 .+ rebooked +cancelled → confirmed$/);
  expect(out).not.toMatch(/[{}]/);
  expect(err).toContain("3 events, times in Europe/Madrid");
  const events = await json("booking history 1");
  expect(events).toMatchObject([
    { at: "2026-11-20T09:00:00Z", what: "created", from_value: null, to_value: { status: "confirmed" } },
    { what: "cancelled", from_value: { status: "confirmed" }, to_value: { status: "cancelled" } },
    { what: "rebooked", from_value: { status: "cancelled", start_at_utc: "2027-02-01T10:00:00Z" } },
  ]);
});

test("the audit lists the newest first, by subject, actor, word and time", async () => {
  await live();
  const whats = async (words: string) =>
    (await json(`audit list ${words}`.trim())).map(({ what }: { what: string }) => what);
  const all = ["updated", "rebooked", "cancelled", "created"];
  expect(await whats("")).toEqual(all);
  expect(await whats("--oldest-first")).toEqual(all.toReversed());
  expect(await whats("--limit 1")).toEqual(["updated"]);
  expect(await whats("--subject live_class_booking")).toEqual(all.slice(1));
  expect(await whats("--subject live_class_booking:2")).toEqual([]);
  expect(await whats("--subject enrollment --actor paula@school.example")).toEqual(["updated"]);
  expect(await whats("--actor ana --what created")).toEqual(["created"]);
  expect(await whats("--from 2026-11-21T09:00:00Z --to 2026-11-22T09:00:00Z")).toEqual(["cancelled"]);
  // Midnight of the 22nd in Madrid is 23:00 UTC of the 21st.
  expect(await whats("--from 2026-11-22")).toEqual(["updated", "rebooked"]);
});

test("a person's table names things; one event is shown with everything it says", async () => {
  await live();
  const { out } = await run("audit list", 120);
  expect(out).toMatch(/paula \(user 1\) +updated +enrollment \d+ +active → paused/);
  expect(out).toMatch(/ana \(user 11\) +cancelled +booking 1 /);
  const narrow = await run("audit list", 80);
  for (const line of narrow.out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  const shown = await run("audit show 2", 80);
  expect(shown.out.split("\n")).toEqual([
    "event 2: booking 1 cancelled",
    "  when           Sat 21 Nov 2026 10:00 Europe/Madrid",
    "  who            ana (user 11)",
    "  status         confirmed → cancelled",
    "  cancel_reason  student",
    "",
  ]);
  expect(await json("audit show 2")).toMatchObject({ id: 2, what: "cancelled", actor_user_id: 11 });
});

test.each([
  ["audit list --subject bookings --limit 0 --from yesterday", 2, "bad_flags"],
  ["audit list --subject course:x", 2, "bad_flags"],
  ["audit list --actor nobody", 4, "no_such_user"],
  ["audit show 99", 4, "no_such_event"],
  ["audit show x", 2, "bad_id"],
  ["audit list --as ana", 3, "permission"],
  ["audit show 1 --as tom", 3, "permission"],
])("%s ends with %i", async (words, code, name) => {
  await live();
  const ran = await run(`${words} --json`);
  expect(ran).toMatchObject({ code, out: "" });
  expect(JSON.parse(ran.err).error.code).toBe(name);
});

test("what events quote is data", async () => {
  await live();
  await school.database.db
    .updateTable("booking_event")
    .set({ actor: "\u001b[2Jana", reason: "\u0007", to_value: JSON.stringify({ status: "\u009b31m" }) })
    .execute();
  for (const words of ["audit list", "audit show 1", "booking history 1", "audit list --json"]) {
    const { out } = await run(words, 100);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(out, words).not.toMatch(/[\u001b\u0007\u009b]/);
  }
});
