/** Users, by what people call them. */
import type { Database } from "./open.ts";

/** The id of the user with this id, username or e-mail address; null where there is none, or the address is shared. */
export async function findUser(database: Database, name: string): Promise<number | null> {
  if (!database.layout.has("app_user")) return null;
  const users = database.db.selectFrom("app_user").select("id");
  if (/^\d+$/.test(name)) {
    const byId = await users.where("id", "=", Number(name)).executeTakeFirst();
    if (byId !== undefined) return byId.id;
  }
  const byName = await users.where("username", "=", name).executeTakeFirst();
  if (byName !== undefined) return byName.id;
  const byAddress = await users
    .where((eb) => eb(eb.fn("lower", ["email"]), "=", name.toLowerCase()))
    .limit(2)
    .execute();
  return byAddress.length === 1 ? byAddress[0]!.id : null;
}
