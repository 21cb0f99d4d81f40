/** What the browser asks a person for, and what comes of the answers. */
import { makeAsker } from "../choose.ts";
import type { Silence } from "../prompts.ts";
import { askFilter, askOrder } from "./ask.ts";
import { change } from "./change.ts";
import type { Change } from "./changed.ts";
import type { Reading } from "./reading.ts";
import type { Asking } from "./stepped.ts";
import type { Typed, View } from "./views.ts";

/** @returns null where the question was left. @throws ClassbookError what was asked for is refused */
export async function answer(
  reading: Reading,
  view: View,
  asked: Asking,
): Promise<{ typed: Typed } | Change | "interrupted" | null> {
  let silence: Silence | null = null;
  const asker = makeAsker(reading.here.stopping, {
    onSilence: (why) => {
      silence = why;
    },
  });
  const isInterrupted = () => silence === "interrupted";
  const { what } = asked;
  if (view.kind === "list" && (what === "filter" || what === "order")) {
    const typed = await (what === "filter" ? askFilter(reading, asker, view) : askOrder(asker, view));
    return typed !== null ? { typed } : isInterrupted() ? "interrupted" : null;
  }
  return (await change({ ...reading, asker }, view, asked)) ?? (isInterrupted() ? "interrupted" : null);
}
