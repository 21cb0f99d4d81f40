/** `session`: the verbs, each in a file of its kind. */
import type { Command } from "commander";
import type { WithShell } from "../shell.ts";
import { defineEdits } from "./session-edit.ts";
import { defineEnds } from "./session-end.ts";
import { defineLooks } from "./session-look.ts";

export function defineSession(session: Command, shell: WithShell): void {
  defineLooks(session, shell);
  defineEdits(session, shell);
  defineEnds(session, shell);
}
