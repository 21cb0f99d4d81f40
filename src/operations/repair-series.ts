/** Repairs of series: their occurrences numbered anew (SPEC 2, 5). */
import { listItemRows, renumberItems } from "../db/series-item.ts";
import { record } from "./context.ts";
import { findingsIn, type Repairs } from "./repair.ts";

export const SERIES_REPAIRS = {
  series_gaps: {
    apply: async (context, tell) => {
      const { database, trx } = context;
      for await (const page of findingsIn(context, "series_gaps"))
        for (const { id } of page) {
          const items = await listItemRows(trx, { series_id: id! });
          const wrong = items.flatMap((item, at) =>
            item.occurrence_index === at + 1 ? [] : [{ ...item, becomes: at + 1 }],
          );
          await renumberItems(database, trx, wrong);
          const numbers = (index: (item: (typeof wrong)[number]) => number) =>
            wrong.map((item) => ({ booking_id: item.booking_id, occurrence_index: index(item) }));
          await record(context, {
            what: "repaired",
            subject: "booking_series",
            subject_id: id,
            from: { items: numbers(({ occurrence_index }) => occurrence_index) },
            to: { items: numbers(({ becomes }) => becomes) },
            reason: "verify series_gaps",
          });
          const told = wrong.map(({ occurrence_index, becomes }) => `${occurrence_index} → ${becomes}`);
          await tell(`series ${id}: occurrence ${told.join(", ")}`);
        }
    },
  },
} satisfies Repairs;
