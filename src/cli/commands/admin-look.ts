/** `admin MODEL list` and `show`. */

import { countRows, listRows, showRow } from "../../admin/browse.ts";
import type { Model } from "../../admin/model.ts";
import { fieldsOf } from "../../db/model.ts";
import { otherColumns } from "../../db/model-rows.ts";
import { plural } from "../../domain/spoken.ts";
import { inside } from "../../operations/context.ts";
import { type ListingFlags, readListing } from "../admin-listing.ts";
import { consult, readIds, showEach } from "../batch.ts";
import { chooseColumns, printRows } from "../output.ts";
import { printedRow, rowScreen, shownObject } from "../screens/admin.ts";
import type { Shell } from "../shell.ts";

export const PAGE = 50;

export async function list(here: Shell, model: Model, input: ListingFlags): Promise<void> {
  const { select, limit, page } = readListing(here, model, input);
  const size = limit ?? PAGE;
  const offset = ((page ?? 1) - 1) * size;
  const asTable = here.output.format === "table";
  const { rows, more, total } = await consult(here, async (context) => {
    const selection = await select(inside(context));
    // One row more than the page tells whether there is another.
    const found = await listRows(context, model, { ...selection, limit: size + 1, offset });
    const more = found.length > size;
    const known = found.length > 0 || offset === 0 ? offset + found.length : null;
    const total =
      !more && known !== null ? known : asTable ? await countRows(context, model, selection) : null;
    return { rows: found.slice(0, size), more, total };
  });
  await printRows(
    here.output,
    fieldsOf(model),
    rows.map((row) => printedRow(here.output, model, row)),
    model.shown,
    offset === 0 ? `No such ${model.many}.` : `No ${model.many} on page ${page}.`,
  );
  // Who asked for so many, or for this page, knows; a script is told that there is more.
  if (asTable && total !== null && (rows.length > 0 || total > 0)) {
    const all = plural(total, model.one, model.many);
    const next = more ? `; the next page: --page ${(page ?? 1) + 1}` : "";
    const pages = plural(Math.ceil(total / size), "page");
    if (rows.length === 0) here.say(`${all} on ${pages}`);
    else here.say(rows.length === total ? all : `${offset + 1}–${offset + rows.length} of ${all}${next}`);
  } else if (more && limit === null && page === null)
    here.say(`The first ${size}; the next: --page 2; all: ${here.command(`admin ${model.name} export`)}`);
}

export async function show(here: Shell, model: Model, words: readonly string[]): Promise<void> {
  const { output } = here;
  const screens = new Map<object, string>();
  const ids = await readIds(here, words);
  // Nothing is printed that would show a wrong field.
  if (ids.length === 0 && output.fields !== null)
    await consult(here, async (context) =>
      chooseColumns([...fieldsOf(model), ...otherColumns(inside(context), model), "related"], output.fields),
    );
  await showEach(
    here,
    ids,
    async (context, id) => {
      const row = await showRow(context, model, id);
      const object = shownObject(output, model, row);
      if (output.format === "table") screens.set(object, rowScreen(output, model, row, here.command));
      return object;
    },
    (object) => screens.get(object)!,
  );
}
