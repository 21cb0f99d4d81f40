/** `db check`: what the migrations made and somebody took away is named, on both engines and in both layouts. */
import { afterEach, describe, expect, test } from "vitest";
import { findDrift } from "../../src/db/drift.ts";
import { openDatabase } from "../../src/db/open.ts";
import { migrateSchema } from "../../src/db/schema.ts";
import { ENGINES, query, type Scratch, scratch } from "../support/databases.ts";
import { makeDjango } from "../support/django.ts";
import { NOW } from "../support/migration.ts";

const made: Scratch[] = [];
afterEach(async () => {
  for (const database of made.splice(0)) await database.remove();
});

/** A migrated database of one of the layouts, in which the statements were run. */
async function damaged(engine: Scratch["engine"], layout: string, statements: string[]): Promise<string[]> {
  const place = layout === "native" ? await scratch(engine) : await makeDjango(engine, { generation: "A" });
  made.push(place);
  const database = await openDatabase(place.address, { create: true });
  try {
    await migrateSchema(database, { now: NOW });
    for (const statement of statements) await query(place, statement);
    await database.refresh();
    return (await findDrift(database)).map(({ problem }) => problem);
  } finally {
    await database.close();
  }
}

interface Layouted {
  layout: string;
  session: string;
  waitlist: string;
  own: string;
}

const LAYOUTS: Layouted[] = [
  {
    layout: "native",
    session: "live_class_session",
    waitlist: "session_waitlist",
    own: "",
  },
  {
    layout: "django",
    session: "myApp_liveclasssession",
    waitlist: "myApp_sessionwaitlist",
    own: "classbook_",
  },
];

describe.each(ENGINES)("%s", (engine) => {
  describe.each(LAYOUTS)("$layout", ({ layout, session, waitlist, own }) => {
    test("a schema as it was made is in order", async () => {
      expect(await damaged(engine, layout, [])).toEqual([]);
    });

    test("a dropped trigger", async () => {
      const [name, on] =
        engine === "sqlite"
          ? ["classbook_session_time", ""]
          : ["classbook_session_signals", ` on "${session}"`];
      expect(await damaged(engine, layout, [`drop trigger ${name}${on}`])).toEqual([
        `trigger ${name} is missing (0003_signals)`,
      ]);
    });

    test("a dropped column of a table that classbook made", async () => {
      expect(await damaged(engine, layout, [`alter table "${waitlist}" drop column "expired_at"`])).toEqual([
        `column ${waitlist}.expired_at is missing (0001_booking_tables)`,
      ]);
      expect(
        await damaged(engine, layout, [`alter table "${waitlist}" drop column "offer_expires_at"`]),
      ).toEqual([`column ${waitlist}.offer_expires_at is missing (0002_own_tables)`]);
    });

    test("a dropped column of the sessions", async () => {
      expect(
        await damaged(engine, layout, [`alter table "${session}" drop column "meeting_passcode"`]),
      ).toEqual([`column ${session}.meeting_passcode is missing (0001_booking_tables)`]);
    });

    test("dropped indexes: a unique one, a plain one, one of classbook's own", async () => {
      const plain = layout === "native" ? "live_class__booking_de9c69_idx" : "myApp_livec_booking_d999a9_idx";
      expect(
        await damaged(engine, layout, [
          "drop index unique_group_booking",
          `drop index "${plain}"`,
          "drop index legacy_provenance_target",
        ]),
      ).toEqual([
        "unique index unique_group_booking is missing (0004_unique_bookings)",
        `index ${plain} is missing (0001_booking_tables)`,
        "index legacy_provenance_target is missing (0002_own_tables)",
      ]);
    });

    test("dropped tables", async () => {
      const missing = await damaged(engine, layout, [`drop table "${own}legacy_series"`]);
      expect(missing).toContain(`table ${own}legacy_series is missing (0002_own_tables)`);
    });

    test("plain indexes that a bulk load took off are not missing", async () => {
      const name = layout === "native" ? "live_class__booking_de9c69_idx" : "myApp_livec_booking_d999a9_idx";
      expect(
        await damaged(engine, layout, [
          `drop index "${name}"`,
          `insert into ${own}setting (name, value) values ('deferred_indexes', '[{"name":"${name}","sql":"…"}]')`,
        ]),
      ).toEqual([]);
    });
  });
});
