/** The registry knows every model and column, and what it declares is there (SPEC 2, 7). No database. */
import { describe, expect, test } from "vitest";
import { declarations } from "../../fixtures/django-columns.ts";
import { tablesOf } from "../../fixtures/django-tables.ts";
import { DOINGS } from "../../src/admin/doings.ts";
import { fieldsOfForm } from "../../src/admin/form.ts";
import { filtersOf, flagFor, MODEL_NAMES } from "../../src/admin/model.ts";
import { findModel, MODELS, modelNamed, relatedOf, suggestModel } from "../../src/admin/registry.ts";
import { Layout } from "../../src/db/layout.ts";
import { fieldsOf } from "../../src/db/model.ts";
import { MIGRATIONS, planOnEmpty } from "../../src/db/schema-state.ts";

const columnsOf = (table: string) =>
  MODELS.find((model) => model.table === table)!.columns.map(({ name }) => name);

test("every model has its declaration, once", () => {
  expect(MODELS.map(({ name }) => name)).toEqual(MODEL_NAMES);
  expect(new Set(MODELS.map(({ table }) => table)).size).toBe(MODELS.length);
  expect(MODELS.filter(({ access }) => access === "editable").map(({ name }) => name)).toEqual([
    ...["LiveClassBooking", "TeacherBookingPolicy", "BookingSeries", "BookingSeriesItem", "SessionWaitlist"],
    ...["LiveClassSession", "TeacherAvailability"],
  ]);
});

describe("every column", () => {
  test.each(["native", "django"] as const)("that classbook makes, in the %s layout", (kind) => {
    const layout = new Layout(kind, kind === "django" ? "myApp" : null, new Map());
    const made = planOnEmpty(MIGRATIONS, { engine: "sqlite", layout }).flatMap(({ steps }) => steps);
    for (const { table } of MODELS)
      for (const { leaves } of made.filter((step) => step.leaves?.table === layout.name(table)))
        expect(columnsOf(table)).toEqual(expect.arrayContaining(leaves!.columns.map(({ name }) => name)));
  });

  test("of SPEC 2's Phase 2 models, and no other", () => {
    const phase2 = ["live_class_booking", "teacher_booking_policy", "booking_series", "booking_series_item"];
    for (const table of [...phase2, "session_waitlist"]) {
      const known = tablesOf("D")
        .get(table)!
        .fields.map(({ name }) => name);
      const added = table === "session_waitlist" ? ["offer_expires_at"] : [];
      expect([...columnsOf(table)].toSorted(), table).toEqual([...known, ...added].toSorted());
    }
  });

  test("that the app's legacy models ever had; the password is none of them", () => {
    for (const table of ["booking", "one_on_one_booking", "booking_reminder", "app_user", "enrollment"])
      for (const generation of ["A", "B", "C", "D"] as const)
        for (const { name } of tablesOf(generation).get(table)?.fields ?? [])
          if (name !== "password") expect(columnsOf(table)).toContain(name);
    expect(columnsOf("app_user")).not.toContain("password");
    for (const table of Object.keys(declarations))
      expect(
        MODELS.some((model) => model.table === table),
        table,
      ).toBe(true);
  });
});

test.each(MODELS.map((model) => [model.name, model] as const))("%s declares what is there", (_, model) => {
  const fields = fieldsOf(model);
  expect(new Set(fields).size).toBe(fields.length);
  expect(fields[0]).toBe("id");
  for (const field of [...model.shown, ...model.order.map((one) => one.replace(/^-/, "")), ...model.search])
    expect(fields).toContain(field);
  if (model.dates !== null) expect(model.filters).toContain(model.dates);
  const flags = filtersOf(model).map(({ flag }) => flag);
  expect(new Set(flags).size).toBe(flags.length);
  const taken = ["--db", "--as", "--tz", "--now", "--format", "--json", "--fields", "--header", "--limit"];
  for (const flag of [...taken, "--page", "--order", "--search", "--out", "--yes", "--quiet"])
    expect(flags).not.toContain(flag);
  for (const column of model.columns.filter(({ kind }) => kind === "word"))
    expect(model.filters, "a word is worth filtering by").toContain(column.name);
  for (const { model: other, by, also } of relatedOf(model)) {
    expect(fieldsOf(modelNamed(other))).toContain(by);
    flagFor(modelNamed(other), by);
    if (also !== undefined) flagFor(modelNamed(other), also.column);
  }
});

test.each(MODELS.filter(({ form }) => form !== undefined).map((model) => [model.name, model] as const))(
  "%s: every column is in a form, or it is said why not",
  (name, model) => {
    expect(model.access).toBe("editable");
    const { add, edit, kept, actions } = model.form!;
    const editable = fieldsOfForm(model, edit);
    for (const { name: column } of model.columns)
      expect(column in kept || editable.some((field) => field.column.name === column), column).toBe(true);
    for (const { column } of editable)
      expect(Object.keys(kept).includes(column.name) && columnsOf(model.table).includes(column.name)).toBe(
        false,
      );
    const doing = DOINGS[name]!;
    expect(Object.keys(doing.actions)).toEqual(actions.map((action) => action.name));
    const globals = ["--db", "--as", "--tz", "--now", "--format", "--json", "--fields", "--yes", "--input"];
    const forms = [fieldsOfForm(model, add), editable];
    for (const fields of [...forms, ...actions.map(({ terms = [] }) => fieldsOfForm(model, terms))]) {
      const flags = fields.map(({ flag }) => flag);
      expect(new Set(flags).size).toBe(flags.length);
      for (const flag of globals) expect(flags).not.toContain(flag);
    }
    const filters = [...filtersOf(model).map(({ flag }) => flag), "--search", "--override"];
    for (const { terms = [] } of actions)
      for (const { flag } of fieldsOfForm(model, terms)) expect(filters).not.toContain(flag);
  },
);

test.each([
  ["LiveClassBooking", "LiveClassBooking"],
  ["liveclassbooking", "LiveClassBooking"],
  ["LIVECLASSBOOKING", "LiveClassBooking"],
  ["live_class_booking", "LiveClassBooking"],
  ["myApp_liveclassbooking", "LiveClassBooking"],
  ["academy_online_liveclassbooking", "LiveClassBooking"],
  ["booking", "Booking"],
  ["myapp_booking", "Booking"],
  ["one_on_one_booking", "OneOnOneBooking"],
  ["auth_user", "User"],
  ["app_user", "User"],
  ["booking_event", "BookingEvent"],
  ["classbook_booking_event", "BookingEvent"],
  ["audit", "BookingEvent"],
  ["bookings", null],
  ["", null],
])("%s names %s", (typed, name) => {
  expect(findModel(typed)?.name ?? null).toBe(name);
});

test.each([
  ["LiveClasBooking", "LiveClassBooking"],
  ["live_class_sesion", "LiveClassSession"],
  ["bookings", "Booking"],
  ["Waitlist", null],
  ["x", null],
])("%s is taken for %s", (typed, name) => {
  expect(suggestModel(typed)).toBe(name);
});
