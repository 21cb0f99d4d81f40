/** HTML by a template tag that escapes whatever is put into it, so that no text can become markup by oversight. */
import { escapeControl } from "../output.ts";

/** Text that is HTML already. Only this module makes it. */
export class Markup {
  readonly text: string;

  constructor(text: string, maker: symbol) {
    if (maker !== HERE) throw new TypeError("markup is made by the tag html");
    this.text = text;
  }
}

const HERE = Symbol("markup.ts");

export type Content = string | number | null | Markup | readonly Content[];

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function render(content: Content): string {
  if (content === null) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(render).join("");
  return escapeControl(String(content)).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** `<b>${text}</b>`: text and numbers are escaped (control characters shown), markup and lists of it are not. */
export function html(strings: TemplateStringsArray, ...values: Content[]): Markup {
  return new Markup(
    strings.map((part, at) => part + (at < values.length ? render(values[at]!) : "")).join(""),
    HERE,
  );
}

/** A style element. Style is not escaped, so it must be the page's own, never text from a database. */
export function styleElement(css: string): Markup {
  return new Markup(`<style>${css}</style>`, HERE);
}

export interface TableColumn {
  head: string;
  /** Numbers stand at the right. */
  numeric?: boolean;
}

/** A table whose first column names its rows. `foot` is a row of sums. */
export function table(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly Content[])[],
  options: { foot?: readonly Content[]; shape?: "wide" | "narrow" | "dense" } = {},
): Markup {
  const { foot, shape = "wide" } = options;
  const line = (cells: readonly Content[]) =>
    cells.map((cell, at) => {
      const kind = columns[at]?.numeric === true ? html` class="n"` : "";
      return at === 0 ? html`<th scope="row"${kind}>${cell}</th>` : html`<td${kind}>${cell}</td>`;
    });
  return html`<div class="scroll ${shape}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ head, numeric }) => html`<th scope="col"${numeric === true ? html` class="n"` : ""}>${head}</th>`)}</tr></thead>
<tbody>${rows.map(
    (cells) => html`
<tr>${line(cells)}</tr>`,
  )}
</tbody>${
    foot === undefined
      ? null
      : html`
<tfoot><tr>${line(foot)}</tr></tfoot>`
  }
</table></div>`;
}

/** A command as it is typed. */
export function commandLine(command: string): Markup {
  const words = command.split(/( --[a-z-]+)/);
  // A line may break between words, not inside a flag.
  const parts = words.map((part, at) =>
    at % 2 === 0 ? part : html` <span class="flag">${part.slice(1)}</span>`,
  );
  return html`<pre class="command"><code>${parts}</code></pre>`;
}
