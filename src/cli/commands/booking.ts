/** `booking`: the verbs, each in a file of its kind. */
import type { Command } from "commander";
import type { WithShell } from "../shell.ts";
import { defineChanges } from "./booking-change.ts";
import { defineImport } from "./booking-import.ts";
import { defineLooks } from "./booking-look.ts";
import { defineRequests } from "./booking-request.ts";
import { defineReview } from "./booking-review.ts";

export function defineBooking(booking: Command, shell: WithShell): void {
  defineRequests(booking, shell);
  defineLooks(booking, shell);
  defineImport(booking, shell);
  defineReview(booking, shell);
  defineChanges(booking, shell);
}
