/** The command lines that classbook proposes. Made here only, so that each names the database that it is about. */

/** The address of a database without its password. */
export function maskAddress(text: string): string {
  return text
    .replace(/^([a-z][a-z0-9+]*:\/\/[^:/@\s]*):.*@/i, "$1:***@")
    .replace(/((?:^|[?&\s])password=)('[^']*'|[^&\s]*)/gi, "$1***");
}

/** A word of a command line for a POSIX shell. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  return /["$`\\!\p{Cc}]/u.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}

/**
 * A whole command line: `classbook legacy migrate --db school.sqlite3`.
 *
 * @param words what stands after `classbook`; a database that they name already stays
 * @param address of the database, its password masked; null where the settings name it
 */
export function commandLine(words: string, address: string | null): string {
  return address === null || /(^|\s)--(db|help)\b/.test(words)
    ? `classbook ${words}`
    : `classbook ${words} --db ${shellWord(address)}`;
}

/** Completes the commands that a text names between backticks. */
export function completeCommands(text: string, address: string | null): string {
  return text.replace(/`classbook ([^`]+)`/g, (_, words: string) => `\`${commandLine(words, address)}\``);
}
