/** The old app in a process of its own: `app ADDRESS FROM TO` plays those rounds (app-rounds.ts). */
import { roundOf } from "./app-rounds.ts";
import { act } from "./worlds.ts";

const [address, from, to] = process.argv.slice(2);
const isPostgres = address!.startsWith("postgres");
const place = {
  engine: isPostgres ? ("postgres" as const) : ("sqlite" as const),
  address: address!,
  file: isPostgres ? null : address!,
  remove: async () => {},
};
for (let n = Number(from); n <= Number(to); n += 1)
  for (const statements of roundOf(n)) await act(place, ...statements);
