/** A hash that tells whether a booking is still what the migration made of it. */
import { hash } from "node:crypto";
import { BOOKING_VALUES } from "./booking.ts";

/** The columns of live_class_booking that the migration writes, by name. */
export type UnifiedValues = { [column in (typeof BOOKING_VALUES)[number]]: string | number | null };

export function unifiedCells(row: UnifiedValues): (string | number | null)[] {
  return BOOKING_VALUES.map((column) => row[column]);
}

/** NULL and the empty text differ. */
export function digest(parts: readonly (string | number | null)[]): string {
  let text = "";
  for (const part of parts) text += part === null ? "\u0000|" : `${part}\u0001|`;
  return hash("sha1", text, "base64");
}

export function fingerprintOfBooking(row: UnifiedValues): string {
  return digest(unifiedCells(row));
}
