/** A page of a list reads a page: the default order of the large tables goes along a key. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listRows } from "../../src/admin/browse.ts";
import { MODELS } from "../../src/admin/registry.ts";
import type { Trx } from "../../src/db/transaction.ts";
import { type Bookable, KINDS, makeBookable } from "../support/bookable.ts";

interface Asked {
  sql: string;
  parameters: readonly unknown[];
}

const LARGE = ["LiveClassBooking", "SessionWaitlist", "BookingEvent", "Booking"];

describe.each(KINDS)("$engine, $layout", ({ layout, engine }) => {
  let school: Bookable;
  beforeAll(async () => {
    school = await makeBookable(engine, layout);
  });
  afterAll(() => school.remove());

  /** The statements of a page of 50. */
  async function asked(name: string): Promise<Asked[]> {
    const model = MODELS.find((one) => one.name === name)!;
    const all: Asked[] = [];
    await school.look((context) => {
      const trx = noting(context.trx, all);
      const order = model.order.map((field) => ({
        by: field.replace(/^-/, ""),
        descending: field.startsWith("-"),
      }));
      return listRows({ ...context, trx }, model, { where: [], search: null, order, limit: 50, offset: 0 });
    });
    return all.filter(({ sql }) => sql.includes("limit"));
  }

  test.each(LARGE)("%s", async (name) => {
    const [statement, ...others] = await asked(name);
    expect(others).toEqual([]);
    const { sqlite } = school.database;
    if (sqlite !== null) {
      type Step = { id: number; parent: number; detail: string };
      const plan = sqlite
        .prepare(`explain query plan ${statement!.sql}`)
        .all(...statement!.parameters) as Step[];
      const page = plan.find(({ detail }) => /^(CO-ROUTINE|MATERIALIZE) t/.test(detail));
      expect(page, JSON.stringify(plan)).toBeDefined();
      const within = plan.filter(({ parent }) => parent === page!.id).map(({ detail }) => detail);
      expect(within).toEqual([expect.stringMatching(/^SCAN t/)]);
      return;
    }
    const client = new pg.Client(school.place.address);
    await client.connect();
    const { rows } = await client
      .query(`set enable_seqscan = off; explain ${bound(statement!)}`)
      .then((all) => (all as unknown as pg.QueryResult[])[1]!);
    await client.end();
    const lines = rows.map((row: Record<string, string>) => row["QUERY PLAN"]!);
    expect(lines.join("\n")).toMatch(/Limit[^\n]*\n[^\n]*Index Scan Backward using \S*pkey/);
  });
});

/** The transaction, noting what it is asked. */
function noting(trx: Trx, all: Asked[]): Trx {
  return overriding(trx, "getExecutor", () =>
    overriding(trx.getExecutor(), "executeQuery", (statement: Asked) => {
      all.push(statement);
      return trx.getExecutor().executeQuery(statement as never);
    }),
  );
}

function overriding<T extends object>(target: T, method: keyof T, by: unknown): T {
  return new Proxy(target, {
    get(_, property) {
      if (property === method) return by;
      const value = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** With its arguments in place: numbers, here. */
function bound({ sql, parameters }: Asked): string {
  return sql.replaceAll(/\$(\d+)/g, (_, at) => String(parameters[Number(at) - 1]));
}
