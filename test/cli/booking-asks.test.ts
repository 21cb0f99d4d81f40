/** At a terminal: the approval queue key by key, and a booking that is chosen instead of typed. */
import { describe, expect, test } from "vitest";
import { atTerminal, CTRL_C } from "../support/at-terminal.ts";

const { pipe, school, type } = atTerminal("booking");

const CTRL_D = "\u0004";

async function statusOf(id: number): Promise<{ status: string; teacher_note: string }> {
  return JSON.parse((await pipe(`show ${id} --json`)).out);
}

describe("review", () => {
  test("shows what a decision asks for; approves, declines with a reason, skips, quits", async () => {
    const { code, shown } = await type("review --teacher marta", [
      [/Booking 118:/, "d\r"],
      [/Why\?/, "too late\r"],
      [/Booking 252:/, "a\r"],
      [/Booking 123:/, "s\r"],
      [/Booking 284:/, "q\r"],
    ]);
    expect(code, shown).toBe(0);
    for (const fact of [
      "Booking 118 (1 of 4)",
      "Wanda Zielińska (wanda) <wanda@threezones.example>",
      "Tue 24 Nov 2026 17:00–18:00 Europe/Madrid (in 4 days)",
      "Tue 24 Nov 2026 17:00–18:00 Europe/Warsaw",
      "3 attended, 1 no-show, 1 cancelled, last Tue 10 Nov 2026",
      "default policy, notice 24 h, cancel until 24 h before, at most 6 a day",
      "✓ nothing conflicts with it",
      "1 approved, 1 declined, 1 skipped; 2 requests of 4 left.",
    ])
      expect(shown).toContain(fact);
    expect(await statusOf(118)).toMatchObject({ status: "declined", teacher_note: "too late" });
    expect(await statusOf(252)).toMatchObject({ status: "confirmed" });
    expect(await statusOf(123)).toMatchObject({ status: "pending" });
  });

  test("Ctrl-C keeps what was decided, says it, and exits with 130", async () => {
    const { code, shown } = await type("review --teacher marta", [
      [/Booking 118:/, "a\r"],
      [/Booking 252:/, "d\r"],
      [/Why\?/, CTRL_C],
    ]);
    expect(code).toBe(130);
    expect(shown).toContain("Interrupted: 1 approved, 0 declined, 0 skipped; 3 requests of 4 left.");
    expect(shown).not.toContain("ExitPromptError");
    expect([(await statusOf(118)).status, (await statusOf(252)).status]).toEqual(["confirmed", "pending"]);
  });

  test("the end of the input keeps what was decided, says it, and does not hang", async () => {
    const { code, shown } = await type("review --teacher marta", [
      [/Booking 118:/, "a\r"],
      [/Booking 252:/, CTRL_D],
    ]);
    expect(shown).toContain("1 approved, 0 declined, 0 skipped; 3 requests of 4 left.");
    expect(shown).toContain(
      "the input ended before the question was answered\n  what was decided before stays",
    );
    expect(code).toBe(2);
  });

  test("a refusal is shown, and the request stays", async () => {
    // Session 32 of noah has five seats and four taken: of two requests the second finds none.
    const { code, shown } = await type("review --teacher noah", [
      [/Booking 3:/, "a\r"],
      [/Booking 193:/, "a\r"],
      [/Booking 308:/, "s\r"],
    ]);
    expect(code, shown).toBe(0);
    expect(shown).toContain("0 open = 5 seats − 5 taken");
    expect(shown).toContain("booking 193 stays pending");
    expect(shown).toContain("1 approved, 0 declined, 1 skipped, 1 refused; 2 requests of 3 left.");
    expect((await statusOf(193)).status).toBe("pending");
  });

  test("--dry-run decides nothing", async () => {
    const before = school().hash();
    const { shown } = await type("review --teacher marta --dry-run", [
      [/Booking 118:/, "a\r"],
      [/Booking 252:/, "q\r"],
    ]);
    expect(shown).toContain("Nothing was written.");
    expect(school().hash()).toBe(before);
  });

  test("where nobody can be asked it names the commands that do without", async () => {
    for (const words of ["review", "review --no-input", "review --yes"]) {
      const ran = words === "review" ? await pipe(words) : await type(words, []);
      const said = "err" in ran ? ran.err : ran.shown;
      expect(ran.code).toBe(2);
      expect(said).toContain("booking list --status pending");
      expect(said).toContain("booking approve ID");
    }
  });

  test("--json lists the queue anywhere, the oldest start first, for those who may decide", async () => {
    const rows = JSON.parse((await pipe("review --json")).out) as { id: number; start_at_utc: string }[];
    expect(rows.map(({ id }) => id)).toEqual([276, 118, 252, 123, 3, 193, 224, 284, 247, 308]);
    expect(rows[0]).toMatchObject({
      start_at_utc: "2026-11-21T14:45:00Z",
      policy: { source: "course policy" },
      history: { attended: 0 },
    });
    const own = JSON.parse((await pipe("review --json --as marta")).out) as { id: number }[];
    expect(own.map(({ id }) => id)).toEqual([118, 252, 123, 284]);
    expect((await pipe("review --json --as ana")).code).toBe(3);
  });
});

describe("create", () => {
  test("asks for course, session and student, shows the rules, and books", async () => {
    const { code, shown } = await type("create", [
      [/Course/, "spanish a2"],
      [/spanish a2.*❯ Spanish A2/s, "\r"],
      [/Session or opening/, "dec 17:00"],
      [/dec 17:00.*❯ Tue 1 Dec 2026 17:00/s, "\r"],
      [/Student/, "orlov"],
      [/orlov.*❯ dmitri/s, "\r"],
      [/Book it\?/, "y\r"],
    ]);
    expect(code, shown).toBe(0);
    for (const line of [
      "dmitri · Dmitri Orlov · dmitri@threezones.example · enrolled",
      /✓ capacity +\d open = /,
      /→ would be (pending|confirmed)/,
    ])
      expect(shown).toMatch(line);
    expect(shown).toMatch(/booking \d+ (pending|confirmed): dmitri, Spanish A2 \(session 19\)/);
  });

  test("asks for what is missing only; n and Ctrl-C book nothing", async () => {
    const before = school().hash();
    const seat = "create --session 19 --student ana";
    const student = "create --session 19";
    const answers = [[/Student/, "orlov"] as const, [/orlov.*❯ dmitri/s, "\r"] as const];
    const no = await type(student, [...answers, [/Book it\?/, "n\r"]]);
    expect(no.shown).not.toContain("Course");
    expect([no.code, no.shown.includes("not confirmed")]).toEqual([3, true]);
    const left = await type(student, [...answers, [/Book it\?/, CTRL_C]]);
    expect([left.code, left.shown.includes("Interrupted: nothing was changed.")]).toEqual([130, true]);
    expect((await type("create", [[/Course/, CTRL_C]])).code).toBe(130);
    expect(school().hash()).toBe(before);
    const typed = await type(seat, []);
    expect([typed.code, typed.shown.includes("Book it?")]).toEqual([0, false]);
  });

  test("an opening of a slot, by its date; what the rules refuse is refused without a question", async () => {
    const { code, shown } = await type("create --course 2 --student ana", [
      [/Session or opening/, "29 nov"],
      [/29 nov.*❯ Sun 29 Nov 2026 02:30/s, "\r"],
    ]);
    expect(code).toBe(3);
    expect(shown).toContain("✗ enrollment");
    expect(shown).toContain("slot 3 offers Sun 29 Nov 2026");
    expect(shown).not.toContain("Book it?");
  });

  test("a student books for nobody else", async () => {
    const { code, shown } = await type("create --session 19 --as ana", [[/Book it\?/, "y\r"]]);
    expect(code, shown).toBe(0);
    expect(shown).not.toContain("? Student");
  });

  test("values that are wrong are told before anybody is asked", async () => {
    const { code, shown } = await type("create --seats many --override never", []);
    expect(code).toBe(2);
    expect(shown).toContain('--seats "many"');
    expect(shown).toContain('--override "never"');
  });

  test("without a terminal the flags are named", async () => {
    const { code, err } = await pipe("create");
    expect(code).toBe(2);
    for (const flag of ["--session", "--slot", "--student"]) expect(err).toContain(flag);
    expect((await type("create --no-input", [])).code).toBe(2);
  });
});
