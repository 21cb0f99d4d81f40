/** --sort, --limit and --page, the same for every list. */
import type { Command } from "commander";
import type { Flags } from "./flags.ts";
import { wordOption } from "./options.ts";

const PAGE = 50;

export interface PagingFlags {
  sort: string;
  limit?: string;
  page?: string;
}

/** @param by the field that a list is ordered by where nobody says another */
export function withPaging(command: Command, sorts: readonly string[], by: string): Command {
  return command
    .addOption(wordOption("--sort <FIELD>", `by ${sorts.join(", ")}; - before it turns the order`, sorts, by))
    .option("--limit <N>", "at most so many")
    .option("--page <N>", `a page of --limit rows (default: ${PAGE}), from 1`);
}

export interface Paging<S> {
  sort: S;
  descending: boolean;
  limit: number | null;
  offset: number;
}

export function readPaging<S extends string>(
  flags: Flags,
  input: PagingFlags,
  sorts: readonly S[],
): Paging<S> {
  const limit = flags.whole("--limit", input.limit, 1);
  const page = flags.whole("--page", input.page, 1);
  return {
    sort: flags.word("--sort", input.sort.replace(/^-/, ""), sorts) ?? sorts[0]!,
    descending: input.sort.startsWith("-"),
    limit: limit ?? (page === null ? null : PAGE),
    offset: page === null ? 0 : (page - 1) * (limit ?? PAGE),
  };
}
