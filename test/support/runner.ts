/**
 * A migration in a process of its own, to be killed: `runner ADDRESS BATCH [PHASE]`. Says `open`, then the phase before each
 * batch, then `done`, a line each. Before its second batch of PHASE it waits for a line on standard input.
 */
import { readSync, writeSync } from "node:fs";
import { migrate, withDatabase } from "./migration.ts";

const [address, batch, holdIn] = process.argv.slice(2);
let batches = 0;
await withDatabase(address!, async (database) => {
  writeSync(1, "open\n");
  await migrate(database, {
    batch: Number(batch),
    onProgress: ({ phase }) => {
      writeSync(1, `${phase}\n`);
      if (phase === holdIn) batches += 1;
      if (batches === 2) {
        batches += 1;
        writeSync(1, "holding\n");
        readSync(0, Buffer.alloc(1));
      }
    },
  });
});
writeSync(1, "done\n");
