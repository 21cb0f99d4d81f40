/** `slot`: a teacher's availability. Each kind of verb in a file. */
import type { Command } from "commander";
import type { WithShell } from "../shell.ts";
import { defineSlotChanges } from "./slot-change.ts";
import { defineSlotCreate } from "./slot-create.ts";
import { defineSlotLooks } from "./slot-look.ts";

export function defineSlot(slot: Command, shell: WithShell): void {
  defineSlotLooks(slot, shell);
  defineSlotCreate(slot, shell);
  defineSlotChanges(slot, shell);
}
