/** Series and their occurrences: states by their operations; what is booked stays booked. */
import { listItemRows } from "../../db/series-item.ts";
import { countComing } from "../../db/series-list.ts";
import type { CancelReason } from "../../domain/booking.ts";
import { type LocalDate, parseTimeOfDay } from "../../domain/instant.ts";
import type { Ending, Frequency } from "../../domain/series.ts";
import {
  daysProblems,
  endingProblems,
  type GivenParts,
  missingEnding,
  missingParts,
  type PartNames,
  placeProblems,
} from "../../domain/series-request.ts";
import { parseDays } from "../../domain/series-text.ts";
import { plural } from "../../domain/spoken.ts";
import { type Context, inside } from "../../operations/context.ts";
import { requireSound } from "../../operations/refusal.ts";
import { bookedOf, createSeries } from "../../operations/series.ts";
import { conflictsOf, type OnConflict } from "../../operations/series-book.ts";
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
import type { SeriesPlace } from "../../operations/series-plan.ts";
import { type Did, type Doing, given, idOf, noStep, rulesOf, textOf } from "../doing.ts";
import type { Terms } from "../form.ts";

type Values = Terms["values"];

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

async function add(context: Context, terms: Terms): Promise<Did> {
  const { values } = terms;
  const days = parseDays(textOf(values.days_of_week) ?? "") ?? [];
  requireSound(problemsOf(values));
  const { id, occurrences } = await createSeries(context, {
    student_user_id: Number(values.student_user_id),
    place: placeOf(values),
    recurrence: {
      frequency: (textOf(values.frequency) ?? "weekly") as Frequency,
      interval: idOf(values.interval) ?? 1,
      days,
    },
    ending: endingOf(values),
    from: textOf(values.from) as LocalDate | null,
    on_conflict: (textOf(values.on_conflict) ?? "fail") as OnConflict,
    overrides: rulesOf(terms),
    note: textOf(values.note) ?? "",
    default_meeting_link: textOf(values.default_meeting_link) ?? "",
    default_meeting_id: textOf(values.default_meeting_id) ?? "",
    default_meeting_passcode: textOf(values.default_meeting_passcode) ?? "",
  });
  const pending = occurrences.filter(({ outcome }) => outcome === "pending").length;
  return {
    outcome: "added",
    id,
    remarks: [
      `${plural(bookedOf(occurrences).length, "occurrence")} booked`,
      ...(pending === 0 ? [] : [`${pending} wait for the teacher's approval`]),
      ...conflictsOf(occurrences, 1).map(({ date, why }) => `${date} is left out: ${why}`),
    ],
  };
}

const NAMES: PartNames = {
  student: "--student",
  slot: "--slot",
  course: "--course",
  teacher: "--teacher",
  time: "--start-time",
  days: "--days-of-week",
  frequency: "--frequency",
  count: "--occurrence-count",
  until: "--until-date",
};

/** What is missing or too much for a series. */
function problemsOf(values: Values): string[] {
  const has = (name: string) => values[name] !== undefined && values[name] !== null;
  const given: GivenParts = {
    student: has("student_user_id"),
    slot: has("slot_id"),
    course: has("course_id"),
    teacher: has("teacher_id"),
    time: has("start_time"),
    count: has("occurrence_count"),
    until: has("until_date"),
  };
  const days = textOf(values.days_of_week);
  return [
    ...missingParts(given, NAMES),
    ...placeProblems(given, NAMES),
    ...daysProblems({ days, parsed: parseDays(days ?? ""), frequency: textOf(values.frequency) }, NAMES),
    ...missingEnding(given, NAMES),
    ...endingProblems(given, NAMES),
  ];
}

function placeOf(values: Values): SeriesPlace {
  const [slot_id, course_id] = [idOf(values.slot_id), idOf(values.course_id)];
  if (slot_id !== null) return { slot_id, course_id };
  const start = textOf(values.start_time);
  return {
    course_id: course_id!,
    teacher_id: idOf(values.teacher_id),
    startsAt: start === null ? null : parseTimeOfDay(start),
  };
}

function endingOf({ until_date, occurrence_count }: Values): Ending {
  return typeof until_date === "string"
    ? { until_date: until_date as LocalDate }
    : { occurrence_count: Number(occurrence_count) };
}

export const series: Doing = {
  add,
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
  ending: async (context, action, ids) =>
    action === "cancel"
      ? plural(await countComing(inside(context), ids, context.now), "coming lesson")
      : null,
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
