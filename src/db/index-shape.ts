/** What an index says, whatever words an engine has for it. */

/** A quoted text or name, a cast, a word or number, an operator: what SQL is made of, as far as conditions of indexes go. */
const TOKENS =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|::"?\w+"?(?: varying| precision| with(?:out)? time zone)?(?:\(\d+(?:,\d+)?\))?(?:\[\])?|\w+|<>|!=|==|<=|>=|\|\||[^\s\w'"]/gi;

/** Unique or not, usable or not, which columns, and the condition with its operators and texts: the same for the same index. */
export function shapeOfIndex(text: string): string {
  const isInvalid = text.startsWith(INVALID);
  const head = /^[\s\S]*?(?:\bON\b[^(]*|\bUNIQUE\s*)(?=\()/i.exec(text)?.[0] ?? "";
  const unique = /\bunique\b/i.test(head);
  const columns = insideParentheses(text.slice(head.length));
  // What only says how the index is stored.
  const rest = text
    .slice(head.length + columns.length + 2)
    .replace(/\s(?:INCLUDE|WITH) \([^()]*\)|\sTABLESPACE \S+/gi, "");
  const [, condition = "", other = ""] = /^\s*(?:WHERE\b([\s\S]*)|([\s\S]*))$/i.exec(rest)!;
  return JSON.stringify([isInvalid, unique, namesOf(columns), wordsOf(condition), other.trim()]);
}

/** Before the definition of an index that PostgreSQL did not finish: it is there, and nobody goes by it. */
export const INVALID = "INVALID ";

/** Of a text that begins with a parenthesis: all up to the one that closes it. */
function insideParentheses(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "(") depth += 1;
    if (text[at] === ")") depth -= 1;
    if (depth === 0) return text.slice(1, at);
  }
  return text;
}

function namesOf(columns: string): string[] {
  return columns
    .split(",")
    .map((column) => column.trim().replaceAll('"', "").toLowerCase().replace(/ asc$/, ""));
}

/** Names in lower case, texts as they are; parentheses and casts are the engine's. */
function wordsOf(condition: string): string[] {
  const words = (condition.match(TOKENS) ?? [])
    .filter((token) => !token.startsWith("::") && !"()[],".includes(token))
    .map((token) => {
      if (token.startsWith("'")) return token;
      if (token === "!=") return "<>";
      return token === "==" ? "=" : token.replaceAll('"', "").toLowerCase();
    });
  const inWords = words.join(" ").replace(/= any array(?= ')/g, "in");
  // The order of a list says nothing.
  return inWords.split(/ in (?=')/).map((part, at) =>
    at === 0
      ? part
      : part
          .split(/ (?=')/)
          .toSorted()
          .join(" "),
  );
}
