/** `series list` and `series show`. */
import type { Command } from "commander";
import type { Database } from "../../db/open.ts";
import { getTeacherId, getUser } from "../../db/people.ts";
import { ALL_SERIES, SERIES_FIELDS, SERIES_SORTS, type SeriesFilter } from "../../db/series-list.ts";
import { SERIES_STATUSES } from "../../domain/series.ts";
import { plural } from "../../domain/spoken.ts";
import { inside } from "../../operations/context.ts";
import { requireNamed } from "../../operations/named.ts";
import { describeSeries, listSeriesFor } from "../../operations/series-view.ts";
import { consult, readIds, showEach } from "../batch.ts";
import { Flags } from "../flags.ts";
import { wordOption } from "../options.ts";
import { printRows } from "../output.ts";
import { type PagingFlags, readPaging, withPaging } from "../paging.ts";
import { seriesScreen } from "../screens/series.ts";
import type { Shell, WithShell } from "../shell.ts";

interface ListFlags extends PagingFlags {
  student?: string;
  teacher?: string;
  course?: string;
  status?: string;
}

const SHOWN = [
  "id",
  "status",
  "student",
  "course",
  "teacher",
  "frequency",
  "done",
  "total",
  "next_start_at_utc",
];
const SHOW = [...SERIES_FIELDS, "teacher_timezone", "student_timezone", "rule", "problem", "items"];

export function defineSeriesLooks(series: Command, shell: WithShell): void {
  withPaging(
    series
      .command("list")
      .description("series by student, teacher, course and status, with how far they are")
      .option("--student <USER>", "of this student")
      .option("--teacher <TEACHER>", "of this teacher: id, username or e-mail address")
      .option("--course <ID>", "in this course")
      .addOption(wordOption("--status <LIST>", `any of ${SERIES_STATUSES.join(", ")}`, SERIES_STATUSES)),
    SERIES_SORTS,
    "id",
  )
    .addHelpText(
      "after",
      "\ntotal = done + cancelled + upcoming: lessons that are over, that do not take place, that are still to come.\n\nExample:\n  $ classbook series list --status active --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (flags: ListFlags, command: Command) => list(shell(command, SERIES_FIELDS), flags));
  series
    .command("show <ID...>")
    .description(
      "a series with its rule and every occurrence on both clocks; - reads ids from standard input",
    )
    .addHelpText(
      "after",
      "\nExample:\n  $ classbook series show 4 --now 2026-11-20T09:00:00Z --db sample/school.sqlite3",
    )
    .action(async (words: string[], _flags: object, command: Command) => show(shell(command, SHOW), words));
}

async function readFilter(database: Database, input: ListFlags): Promise<SeriesFilter> {
  const flags = new Flags();
  const filter: SeriesFilter = {
    ...ALL_SERIES,
    course: flags.id("--course", input.course),
    statuses: flags.words("--status", input.status, SERIES_STATUSES),
    ...readPaging(flags, input, SERIES_SORTS),
  };
  flags.done();
  return {
    ...filter,
    student: input.student === undefined ? null : (await getUser(database, "--student", input.student)).id,
    teacher: input.teacher === undefined ? null : await getTeacherId(database, "--teacher", input.teacher),
  };
}

async function list(here: Shell, flags: ListFlags): Promise<void> {
  const rows = await consult(here, async (context) => {
    const filter = await readFilter(inside(context), flags);
    const found = await listSeriesFor(context, filter);
    if (found.length === 0) await requireNamed(context, filter);
    return found;
  });
  await printRows(
    here.output,
    SERIES_FIELDS,
    rows.map((row) => ({ ...row })),
    SHOWN,
    "No such series.",
  );
  if (here.output.format === "table" && rows.length > 0) here.say(plural(rows.length, "series", "series"));
}

async function show(here: Shell, words: string[]): Promise<void> {
  await showEach(here, await readIds(here, words), describeSeries, (series) =>
    seriesScreen(here.output, series),
  );
}
