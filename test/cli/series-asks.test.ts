/** `series create` at a terminal: what is chosen instead of typed. */
import { expect, test } from "vitest";
import { atTerminal, CTRL_C } from "../support/at-terminal.ts";

const { school, type } = atTerminal("series");

test("asks for course, time, student, rhythm and end, shows every date, and books what can be", async () => {
  const { code, shown } = await type("create", [
    [/Course/, "spanish conv"],
    [/spanish conv.*❯ Spanish conversation/s, "\r"],
    [/When/, "thu 09:30"],
    [/thu 09:30.*❯ lessons with marta, every week on Thu at 09:30/s, "\r"],
    [/Student/, "greta"],
    [/greta.*❯ greta/s, "\r"],
    [/How often/, "second"],
    [/second.*❯ every second week/s, "\r"],
    [/How many/, "many\r"],
    [/A number from 1 to 520.*How many/s, "3\r"],
    [/Book the other 2\?/, "y\r"],
  ]);
  expect(code, shown).toBe(0);
  for (const line of [
    "every second week on Thu at 09:30 Europe/Madrid, 3 times",
    /1 {2}Thu 26 Nov 2026 09:30 .*✗ refused {2}teacher-overlap/,
    "marta has booking 252",
    /→ 2 of 3 occurrences could be booked/,
    /→ 2 of 3 occurrences booked/,
    /series \d+ active: greta, Spanish conversation with marta, biweekly, 0 of 2 done/,
  ])
    expect(shown).toMatch(line);
});

test("classes of a course are a choice, too", async () => {
  const { code, shown } = await type("create --student hugo --until 2026-12-02", [
    [/Course/, "spanish a2"],
    [/spanish a2.*❯ Spanish A2/s, "\r"],
    [/When/, "tue 17:00"],
    [/tue 17:00.*❯ classes with marta, every week on Tue at 17:00/s, "\r"],
    [/Book them\?/, "y\r"],
  ]);
  expect(code, shown).toBe(0);
  expect(shown).not.toContain("How often");
  expect(shown).toMatch(/→ 2 occurrences booked/);
});

test("asks for what is missing only; n and Ctrl-C book nothing; nothing missing, nothing asked", async () => {
  const before = school().hash();
  const from = "create --slot 2 --student greta --from 2027-03-11";
  const no = await type(from, [
    [/How often/, "\r"],
    [/How many/, "2\r"],
    [/Book them\?/, "n\r"],
  ]);
  expect([no.code, no.shown.includes("not confirmed")]).toEqual([3, true]);
  for (const question of ["Course", "When", "? Student"]) expect(no.shown).not.toContain(question);
  const left = await type("create --slot 2 --count 3", [[/Student/, CTRL_C]]);
  expect([left.code, left.shown.includes("Interrupted: nothing was changed.")]).toEqual([130, true]);
  expect(school().hash()).toBe(before);
  const typed = await type(`${from} --count 2`, []);
  expect([typed.code, typed.shown.includes("Book them?")]).toEqual([0, false]);
});

test("cancel asks, with the count", async () => {
  const before = school().hash();
  const no = await type("cancel 4", [[/Cancel series 4, with 3 coming lessons\?/, "n\r"]]);
  expect([no.code, school().hash()]).toEqual([0, before]);
  const yes = await type("cancel 4", [[/Cancel series 4/, "y\r"]]);
  expect(yes.shown).toMatch(/\(3\s+bookings\s+cancelled\)/);
});
