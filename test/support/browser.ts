/** Screens of the admin's browser written by hand, to be drawn and to press keys on. */
import {
  type ListView,
  listOf,
  type MenuView,
  type RowView,
  type Setting,
  type State,
  type View,
} from "../../src/cli/browser/views.ts";
import { paintFor } from "../../src/cli/io.ts";
import type { Size } from "../../src/cli/terminal.ts";

export const LARGE: Size = { width: 80, height: 24 };
export const SMALL: Size = { width: 60, height: 15 };

export const setting: Setting = {
  paint: paintFor({ colour: false }),
  place: "sample/school.sqlite3",
  zone: "Europe/Madrid",
  command: (words) => `classbook ${words} --db sample/school.sqlite3`,
};

const NAMES = [
  "ana",
  "ben",
  "王小明",
  "ひらがな学生",
  "👩‍🏫 teacher",
  "a\u0301rpa\u0301d",
  "long ".repeat(20).trim(),
];

export function list(change: Partial<ListView> = {}): ListView {
  return {
    ...listOf("LiveClassBooking", {}),
    columns: [
      { name: "id", isWhole: true },
      { name: "status", isWhole: false },
      { name: "student", isWhole: false },
      { name: "course", isWhole: false },
      { name: "start_at_utc", isWhole: true },
      { name: "seats_reserved", isWhole: true },
    ],
    rows: Array.from({ length: 19 }, (_, at) => ({
      id: 100 - at,
      cells: [
        String(100 - at),
        "confirmed",
        NAMES[at % NAMES.length]!,
        "Te reo Māori, evenings",
        "1 Dec 2026 17:00",
        "1",
      ],
    })),
    more: true,
    total: 312,
    stale: false,
    ...change,
  };
}

export const menu: MenuView = {
  kind: "menu",
  entries: [
    { model: "LiveClassBooking", rows: 1_234_567, summary: "bookings: seats in group sessions" },
    { model: "SessionWaitlist", rows: 9, summary: "places in the queues of full sessions" },
    { model: "Booking", rows: 262, summary: "legacy bookings of group sessions" },
    { model: "OneOnOneBooking", rows: null, summary: "legacy bookings of one-on-one lessons" },
  ],
  typed: "",
  cursor: 0,
};

export const row: RowView = {
  kind: "row",
  model: "LiveClassBooking",
  id: 118,
  parts: [
    {
      title: "",
      target: null,
      columns: null,
      lines: [
        { cells: ["id", "118"], target: null },
        { cells: ["student_user_id", "23 wanda"], target: { to: "row", model: "User", id: 23 } },
        { cells: ["student_note", "日本語のノート。".repeat(10)], target: null },
        {
          cells: [
            "teacher_note",
            "bring the book that we talked about, and a pen, and some paper to write on",
          ],
          target: null,
        },
      ],
      note: null,
    },
    {
      title: "history (BookingEvent): 30",
      target: {
        to: "list",
        model: "BookingEvent",
        typed: { "--subject": "live_class_booking", "--subject-id": "118" },
      },
      columns: [
        { name: "id", isWhole: true },
        { name: "what", isWhole: false },
        { name: "change", isWhole: false },
      ],
      lines: [
        {
          cells: ["7", "approved", "pending → confirmed"],
          target: { to: "row", model: "BookingEvent", id: 7 },
        },
        {
          cells: ["3", "created", "pending; seats_reserved 1"],
          target: { to: "row", model: "BookingEvent", id: 3 },
        },
      ],
      note: "the first 2; Enter: all of them",
    },
  ],
  cursor: 0,
  stale: false,
};

export function on(view: View, size = LARGE, below: View[] = []): State {
  return { views: [...below, view], size, message: null, help: null };
}
