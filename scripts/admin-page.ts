/** docs/admin.md, made from the registry (src/admin): `npm run reference`. */
import { type Action, type Field, fieldsOfForm } from "../src/admin/form.ts";
import { filtersOf, type Model } from "../src/admin/model.ts";
import { MODELS, relatedOf } from "../src/admin/registry.ts";
import { BINDINGS } from "../src/cli/browser/keys.ts";
import { NOUNS } from "../src/cli/nouns.ts";
import { Layout } from "../src/db/layout.ts";
import { fieldsOf, labelOf } from "../src/db/model.ts";

const native = new Layout("native", null, new Map());
const django = new Layout("django", "myApp", new Map());

const HEAD = `# The admin, for people who know Django's

Made from the registry of models (src/admin) by \`npm run reference\`; do not edit.

\`classbook admin\` shows every model of the platform as Django's admin does: lists with filters, search and order, single
rows with what belongs to them and their history, forms to add and edit, actions, deletions with what goes with them, and
exports. It works on both engines and in both layouts, in
place on the app's own tables. It is for staff (\`--as USER\`); teachers and students have the nouns (\`classbook booking …\`).

| Django's admin | classbook |
|---|---|
| the index page | \`classbook admin\`: every model with its table and the number of its rows; at a terminal a menu |
| a change list | \`classbook admin LiveClassBooking\` at a terminal, to browse; \`classbook admin LiveClassBooking list\` prints it |
| \`list_display\` | the columns on a terminal; a pipe gets all. \`--fields id,student,status\` picks and orders them |
| \`list_filter\` | a flag each: \`--status pending,confirmed --teacher marta --session none\`; they all have to hold |
| \`date_hierarchy\` | \`--start-after 2026-12-01 --start-before 2027-01-01\` |
| \`search_fields\` | \`--search ana\`; a number is looked for as an id, too |
| \`ordering\`, and a click on a column's head | \`--order -start_at_utc,id\` |
| pages (\`list_per_page\`) | \`--limit 100 --page 2\`; 50 rows a page |
| a row's form, read | \`classbook admin LiveClassBooking show 1 2 3\`: every column, also those that only this installation has |
| inlines | below the row, and under \`related\` in JSON; long ones are counted, with the command that lists them |
| the History button | the last of these, for every model: \`history\`, from the audit |
| export | \`classbook admin LiveClassBooking export --out bookings.csv\`: CSV, TSV, NDJSON or JSON, of any size |
| "Add" | \`classbook admin LiveClassBooking add --session 19 --student hugo\`; at a terminal it asks for what is not given |
| a row's form, changed | \`classbook admin LiveClassSession edit 19 20 --capacity 12 --enable-waitlist yes\`; a row at a terminal, and no field: it asks which |
| \`readonly_fields\` | their flags are not there; whoever types one is told where its value comes from |
| \`clean()\`, \`save_model()\` | the operations of the nouns: the same rules, audit, notifications; \`--override RULE,…\` sets rules aside |
| a status, changed | takes the path of its operation: \`edit 118 --status confirmed\` approves. A step that the rules do not know is refused (3) |
| actions | verbs: \`classbook admin LiveClassBooking approve 118 252\` |
| an action on what a filter chose | filters instead of ids; it says how many, and asks: \`classbook admin LiveClassBooking approve --status pending --teacher marta\`. What they choose no longer, when its turn comes, is skipped |
| "Are you sure?" of a deletion | \`classbook admin LiveClassSession delete 19\` says what goes with it, and asks; \`--yes\` answers, \`--dry-run\` deletes nothing |

- Several ids are a transaction and a line each: what was refused says why, and the exit code is 7 where some were done.
- Where a booking moves (\`edit 119 --session 46\`), it ends as rescheduled and another takes its place, as by \`booking reschedule\`.
- A deleted row is kept whole in the audit (\`BookingEvent list --what deleted\`), and so is each row that went with it. What
  other tables name, the app's own included, is not deleted (\`in-use\`).
- Rows of the legacy models, people and courses are read-only here.

How lists, exports and columns read:

- A model is named as in Django, capitals or not, or by its table: \`LiveClassBooking\`, \`live_class_booking\`,
  \`myApp_liveclassbooking\`. \`Booking\` is the legacy model, as in the app.
- A column bears its field's name in every format. Beside a reference stands a name: \`student\` with \`student_user_id\` is the
  username, \`course\` the title. Filters by people take an id, a username or an e-mail address; a number that names nobody is the
  id itself, so that rows of somebody who is gone are found.
- Moments are filtered and ordered as such, also where a tool wrote them with \`T\`, \`Z\` or an offset.
- What may be empty is looked for by \`none\` and \`any\`: \`--session none\`, \`--cancelled-at any\`.
- What is damaged is shown as it is stored. A column that an installation lacks is empty. Accounts' passwords are not
  read, and other secrets are shown as \`***\`.
- An export is in the order of the ids and reads page by page: rows that are written meanwhile may be in it or not. A
  file appears under its name when it is whole, with the permissions of the one that it replaces. CSV is UTF-8, and a cell that a spreadsheet would run begins with \`'\`.
`;

const BROWSER = `## At a terminal

\`classbook admin\` is a menu of the models, and \`classbook admin MODEL\` the browser of one: rows page by page, with the
filters of the list (\`classbook admin LiveClassBooking --status pending\` begins with them), and each row with what it names
and what belongs to it, where Enter goes. Editing, adding, deleting and acting ask as the commands do; of one row it is asked
whether to set aside what staff may set aside. What was done or refused stands at the bottom, and the browser goes on; a sum of
it is said when one leaves. In a pipe, with \`--no-input\`, \`--yes\`, \`--fields\` or a format for machines, and on a terminal
that cannot draw (\`TERM=dumb\`), \`classbook admin\` prints the models, and \`classbook admin MODEL\` its list.

| key | in | what it does |
|---|---|---|
${BINDINGS.map(({ shown, where, says }) => `| ${shown} | ${where.length === 3 ? "everywhere" : where.join(", ")} | ${says} |`).join("\n")}

A question is left by Esc; Ctrl-Z stops the program, and \`fg\` asks it again with what was typed. What is typed ahead of a
question is no answer to it, and a pasted text is no keys. Where another file takes the place of the database's, it is read
anew, and said. Nothing is locked while the browser waits for a key: somebody else may change a row meanwhile, \`r\` shows it,
and what does not fit any more is refused as everywhere; the rows are shown as they are then.
`;

function listed(names: readonly string[]): string {
  return names.length === 0 ? "–" : names.map((name) => `\`${name}\``).join(", ");
}

/** The commands of the model's noun that do something. */
function commandsOf({ noun }: Model): string {
  if (noun === null) return "–";
  const verbs = NOUNS[noun]!.parts.flatMap((part) => part.verbs);
  const acting = verbs.filter((verb) => !["list", "show", "history", "roster", "effective"].includes(verb));
  return listed(acting.length === 0 ? [`classbook ${noun}`] : acting.map((verb) => `${noun} ${verb}`));
}

/** Fields with their flags where these are called otherwise. */
function flags(fields: readonly Field[]): string {
  return fields.map(({ flag, needed }) => `\`${flag}\`${needed ? " (needed)" : ""}`).join(", ");
}

/** What of a model is written, and how. */
function formRows(model: Model): [string, string][] {
  const { form } = model;
  if (form === undefined) return [];
  const { add, edit, kept, overrides, actions, deletion } = form;
  const rules = [...new Set([...(overrides?.add ?? []), ...(overrides?.edit ?? [])])];
  const why = new Map<string, string[]>();
  for (const [column, reason] of Object.entries(kept)) why.set(reason, [...(why.get(reason) ?? []), column]);
  const terms = (action: Action) => [
    ...fieldsOfForm(model, action.terms ?? []).map(({ flag }) => flag),
    ...((action.overrides ?? []).length === 0 ? [] : ["--override"]),
  ];
  return [
    ["add", flags(fieldsOfForm(model, add))],
    ["fields (edit)", flags(fieldsOfForm(model, edit))],
    ["readonly_fields", [...why].map(([reason, columns]) => `${listed(columns)}: ${reason}`).join("; ")],
    ...(rules.length === 0 ? [] : [["`--override`", listed(rules)] satisfies [string, string]]),
    [
      "actions",
      [
        ...actions.map(
          (action) =>
            `\`${action.name}\`${terms(action)
              .map((flag) => ` \`${flag}\``)
              .join("")}`,
        ),
        "`delete`",
      ].join(", "),
    ],
    ["delete", deletion],
  ];
}

function section(model: Model): string {
  const { name, table, summary, access, shown, columns, search, order, dates } = model;
  const others = columns.map((column) => column.name).filter((column) => !shown.includes(column));
  const names = columns.map(labelOf).filter((label) => label !== null && !shown.includes(label));
  const rows: [string, string][] = [
    ["table", `\`${django.name(table)}\`; in classbook's own layout \`${native.name(table)}\``],
    ["list_display", listed(shown)],
    ["the other columns", listed([...others, ...(names as string[])])],
    ["list_filter", listed(filtersOf(model).map(({ flag }) => flag))],
    ["search_fields", listed(search)],
    ["ordering", listed(order)],
    ["date_hierarchy", dates === null ? "–" : `\`${dates}\``],
    [
      "inlines",
      relatedOf(model)
        .map(({ key, model: other }) => `\`${key}\` (${other})`)
        .join(", ") || "–",
    ],
    ...formRows(model),
    ["commands", commandsOf(model)],
    ["words", wordsOf(model)],
  ];
  return `## ${name}\n\n${capital(summary)}${access === "read-only" ? " (read-only)" : ""}. ${fieldsOf(model).length} fields.\n\n| | |\n|---|---|\n${rows
    .filter(([title, text]) => title !== "words" || text !== "")
    .map(([title, text]) => `| ${title} | ${text} |`)
    .join("\n")}\n`;
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

function wordsOf({ columns }: Model): string {
  return columns
    .flatMap(({ name, words }) => (words === undefined ? [] : [`\`${name}\`: ${words.join(", ")}`]))
    .join("; ");
}

export function renderAdminPage(): string {
  return [HEAD, BROWSER, ...MODELS.map(section)].join("\n");
}
