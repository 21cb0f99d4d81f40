/** At a terminal: a row is added and edited field by field, and a deletion is asked about. */
import { expect, test } from "vitest";
import { atTerminal, CTRL_C, CTRL_U } from "../support/at-terminal.ts";

const { rowOf, school, type } = atTerminal("admin");

const DOWN = "\u001b[B";

test("add asks for what is not given, by search and by choice", async () => {
  const { code, shown } = await type("LiveClassBooking add --student-note hello", [
    [/student_user_id: who it is for/, "hugo"],
    [/❯ 8 · hugo/, "\r"],
    [/session_id: a seat in this session/, "19"],
    [/❯ 19 · scheduled/, "\r"],
    [/seats_reserved: how many seats/, "\r"],
    [/teacher_note/, "welcome\r"],
    [/Add it\?/, "y\r"],
  ]);
  expect(code, shown).toBe(0);
  expect(shown).toContain("added");
  expect(shown).toContain("19 Spanish A2");
  expect(shown).not.toContain("slot_id");
});

test("edit asks which field, and shows what it says now", async () => {
  const { code, shown } = await type("LiveClassSession edit 19", [
    [/Which field/, "capacity"],
    [/❯ capacity: 8/, "\r"],
    [/capacity \(now 8\): [^\n]* 8/, `${CTRL_U}nine\r`],
    [/--capacity "nine" is not a whole number[\s\S]*capacity[^\n]* nine/, `${CTRL_U}9\r`],
    [/Which other field, or save/, "title"],
    [/❯ title: Spanish A2/, "\r"],
    [/title \(now Spanish A2\): [^\n]* Spanish A2/, " (new)\r"],
    [/Which other field, or save/, "enable"],
    [/❯ enable_waitlist: false/, "\r"],
    [/❯ yes/, "\r"],
    [/Which other field, or save/, "\r"],
  ]);
  expect(code, shown).toBe(0);
  expect(await rowOf("LiveClassSession", 19)).toMatchObject({
    capacity: 9,
    title: "Spanish A2 (new)",
    enable_waitlist: true,
  });
});

test("who leaves has changed nothing", async () => {
  const before = school().hash();
  for (const [words, question] of [
    ["TeacherBookingPolicy add", /teacher_id: whose policy/],
    ["BookingSeries edit 4", /Which field/],
  ] as const) {
    const { code, shown } = await type(words, [[question, CTRL_C]]);
    expect([code, shown.includes("nothing was changed")], shown).toEqual([130, true]);
  }
  const { code, shown } = await type("BookingSeries delete 5", [
    [/Delete BookingSeries 5\? With it: 6 occurrences.*Its 6 bookings stay/s, `${DOWN}n\r`],
  ]);
  expect([code, shown.includes("not confirmed")], shown).toEqual([3, true]);
  expect(school().hash()).toBe(before);
});
