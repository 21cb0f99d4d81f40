/** `admin MODEL export`. */

import { extname } from "node:path";
import { readAllRows } from "../../admin/browse.ts";
import type { Model } from "../../admin/model.ts";
import { fieldsOf } from "../../db/model.ts";
import { ClassbookError, usageError } from "../../domain/error.ts";
import { plural } from "../../domain/spoken.ts";
import { inside } from "../../operations/context.ts";
import { type ListingFlags, readListing } from "../admin-listing.ts";
import { consult } from "../batch.ts";
import type { Io } from "../io.ts";
import { openOutFile } from "../out-file.ts";
import { type Format, type OutputOptions, streamRows } from "../output.ts";
import { printedRow } from "../screens/admin.ts";
import type { Shell } from "../shell.ts";

export const EXPORT_FORMATS = ["csv", "tsv", "ndjson", "json"] as const;

/** By what was asked for, else by the file's ending, else CSV. @throws ClassbookError usage `bad_format` */
function formatOf(here: Shell, file: string | undefined): Format {
  const ending = file === undefined ? "" : extname(file).slice(1).toLowerCase();
  const format = here.askedFormat ?? EXPORT_FORMATS.find((name) => name === ending) ?? "csv";
  if (format === "table")
    throw usageError(
      "bad_format",
      "an export is no table for a person",
      `--format ${EXPORT_FORMATS.join(", ")}; \`classbook admin MODEL list\` makes tables`,
    );
  return format;
}

export async function exportRows(here: Shell, model: Model, input: ListingFlags): Promise<void> {
  const { out: file } = input;
  const { select, limit } = readListing(here, model, input);
  const format = formatOf(here, file);
  const rows = await consult(here, async (context) => {
    const selection = { ...(await select(inside(context))), limit };
    const pages = readAllRows(context, model, selection);
    if (file === undefined) return write(here, { model, format, pages, to: here.io });
    const target = openOutFile(file);
    try {
      const written = await write(here, {
        model,
        format,
        pages,
        to: Object.assign(Object.create(here.io) as Io, {
          out: target.write,
          drained: async () => {},
        }),
      });
      target.keep();
      return written;
    } finally {
      target.end();
    }
  });
  if (file !== undefined) here.say(`${plural(rows, model.one, model.many)} in ${file}`);
}

interface Export {
  model: Model;
  format: Format;
  pages: AsyncIterable<Record<string, unknown>[]>;
  to: Io;
}

/** @returns how many rows were written. @throws ClassbookError interrupted: somebody asked to stop */
async function write(here: Shell, { model, format, pages, to }: Export): Promise<number> {
  let text = "";
  const io: Io = Object.assign(Object.create(to) as Io, {
    out: (part: string) => {
      text += part;
    },
  });
  const output: OutputOptions = { ...here.output, io, format };
  const stream = streamRows(output, fieldsOf(model), () => "");
  const flush = async () => {
    to.out(text);
    text = "";
    await to.drained?.();
    await new Promise((turn) => setImmediate(turn)); // Signals, and a reader who has seen enough, get their turn.
  };
  // Rows and a bar on one screen would be neither.
  const progress = to === here.io && to.outIsTerminal ? null : here.progress();
  let rows = 0;
  try {
    for await (const page of pages) {
      for (const cells of page) stream.row(printedRow(output, model, cells));
      rows += page.length;
      progress?.update("exporting", rows, null);
      await flush();
      if (here.stopping())
        throw new ClassbookError({
          kind: "interrupted",
          code: "interrupted",
          message: `interrupted after ${plural(rows, model.one, model.many)}`,
        });
    }
    stream.end();
    await flush();
  } finally {
    progress?.end();
  }
  return rows;
}
