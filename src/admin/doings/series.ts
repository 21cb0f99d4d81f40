/** Series and their occurrences: states by their operations; what is booked stays booked. */
import { listItemRows } from "../../db/series-item.ts";
import type { CancelReason } from "../../domain/booking.ts";
import { plural } from "../../domain/spoken.ts";
import type { Context } from "../../operations/context.ts";
import { requireSound } from "../../operations/refusal.ts";
import { cancelSeries, pauseSeries, resumeSeries } from "../../operations/series-change.ts";
import {
  changeSeriesMeeting,
  deleteSeries,
  requireSeriesUnused,
  type SeriesMeeting,
} from "../../operations/series-details.ts";
import {
  addSeriesItem,
  exchangeSeriesItem,
  loadItem,
  removeSeriesItem,
} from "../../operations/series-item.ts";
import { type Did, type Doing, given, idOf, noStep, rulesOf, textOf } from "../doing.ts";
import type { Terms } from "../form.ts";

const MEETING = ["default_meeting_link", "default_meeting_id", "default_meeting_passcode"] as const;

async function cancel(context: Context, id: number, terms: Terms): Promise<Did> {
  const { reason, note } = terms.values;
  const cancelled = await cancelSeries(context, {
    id,
    cancel_reason: textOf(reason) as CancelReason | null,
    note: textOf(note),
    overrides: rulesOf(terms),
  });
  const remarks = cancelled.length === 0 ? [] : [`${plural(cancelled.length, "lesson")} cancelled with it`];
  return { outcome: "changed", id, remarks };
}

export const series: Doing = {
  edit: async (context, id, terms, cells) => {
    const { values } = terms;
    const meeting = given<SeriesMeeting>(values, MEETING);
    if (Object.keys(meeting).length > 0) await changeSeriesMeeting(context, { id, ...meeting });
    switch (values.status) {
      case undefined:
        break;
      case "active":
        await resumeSeries(context, id);
        break;
      case "paused":
        await pauseSeries(context, id);
        break;
      case "cancelled":
        return cancel(context, id, { ...terms, values: {} });
      default:
        throw noStep(
          "series",
          id,
          cells.status,
          values.status,
          "`classbook series advance` completes those whose lessons are over",
        );
    }
    return { outcome: "changed", id };
  },
  deletion: async (context, id) => {
    await requireSeriesUnused(context, id);
    const { length } = await listItemRows(context.trx, { series_id: id });
    if (length === 0) return { goes: [], notes: [] };
    return {
      goes: [{ model: "BookingSeriesItem", count: length }],
      notes: [`${length === 1 ? "its booking stays as it is" : `its ${length} bookings stay as they are`}`],
    };
  },
  remove: async (context, id) => deleteSeries(context, { id }),
  actions: {
    pause: async (context, id) => {
      await pauseSeries(context, id);
      return { outcome: "changed", id };
    },
    resume: async (context, id) => {
      await resumeSeries(context, id);
      return { outcome: "changed", id };
    },
    cancel,
  },
};

export const seriesItems: Doing = {
  add: async (context, { values }) => {
    const [series_id, booking_id] = [idOf(values.series_id), idOf(values.booking_id)];
    requireSound([
      ...(series_id === null ? ["--series is missing"] : []),
      ...(booking_id === null ? ["--booking is missing"] : []),
    ]);
    const occurrence_index = idOf(values.occurrence_index);
    const id = await addSeriesItem(context, {
      series_id: series_id!,
      booking_id: booking_id!,
      occurrence_index,
    });
    return { outcome: "added", id };
  },
  edit: async (context, id, { values }) => {
    await exchangeSeriesItem(context, { id, booking_id: Number(values.booking_id) });
    return { outcome: "changed", id };
  },
  deletion: async (context, id) => {
    const { series_id, booking_id, occurrence_index } = await loadItem(context, id);
    const later = (await listItemRows(context.trx, { series_id })).filter(
      (item) => item.occurrence_index > occurrence_index,
    ).length;
    return {
      goes: [],
      notes: [
        `booking ${booking_id} stays`,
        ...(later === 0
          ? []
          : [`${plural(later, "later occurrence")} of series ${series_id} move${later === 1 ? "s" : ""} up`]),
      ],
    };
  },
  remove: async (context, id) => {
    await removeSeriesItem(context, { id });
  },
  actions: {},
};
