/** `admin` and `admin MODEL` at a terminal: the menu of the models, and the browser of one (src/cli/browser). */
import { listModels } from "../../admin/browse.ts";
import type { Model } from "../../admin/model.ts";
import { type ListingFlags, typedOf } from "../admin-listing.ts";
import { looking, readView } from "../browser/reading.ts";
import { browse } from "../browser/session.ts";
import { listOf } from "../browser/views.ts";
import type { Shell } from "../shell.ts";
import { sizeNow } from "../terminal.ts";

export async function browseModels(here: Shell): Promise<void> {
  await browse(here, async (reading) => {
    const models = await looking(reading, listModels);
    return {
      kind: "menu",
      entries: models.map(({ model, rows, summary }) => ({ model, rows, summary })),
      typed: "",
      cursor: 0,
    };
  });
}

/** @param input the flags that were typed: the list begins with them. @throws ClassbookError usage: what is wrong with them */
export async function browseModel(here: Shell, model: Model, input: ListingFlags): Promise<void> {
  await browse(here, (reading) => {
    const typed = typedOf(model, {
      ...input,
      order: input.order === model.order.join(",") ? undefined : input.order,
    });
    return readView(reading, listOf(model.name, typed), sizeNow());
  });
}
