/** Users, by what people call them. */
import type { Actor } from "../domain/actor.ts";
import { notFound, refused, usageError } from "../domain/error.ts";
import { idValue } from "./model-where.ts";
import type { Database, Db } from "./open.ts";

export interface User {
  id: number;
  username: string;
}

/** Everybody whom an id, username or e-mail address may mean, in this order: several only where they share the address. */
export async function findUsers(database: Database, name: string): Promise<User[]> {
  if (!database.layout.has("app_user")) return [];
  const users = database.db.selectFrom("app_user").select(["id", "username"]);
  if (/^\d{1,15}$/.test(name)) {
    const byId = await users.where("id", "=", idValue(name)).execute();
    if (byId.length > 0) return byId;
  }
  const byName = await users.where("username", "=", name).execute();
  if (byName.length > 0 || name === "") return byName;
  return users
    .where((eb) => eb(eb.fn("lower", ["email"]), "=", name.toLowerCase()))
    .orderBy("id")
    .execute();
}

/**
 * The user that is meant.
 *
 * @param flag what the name was given with, for the sentence: `--as`
 * @throws ClassbookError not_found `no_such_user`; usage `ambiguous_user`: several share the address
 */
export async function getUser(database: Database, flag: string, name: string): Promise<User> {
  const [user, ...others] = await findUsers(database, name);
  if (user === undefined)
    throw notFound(
      "no_such_user",
      `${flag} "${name}" is no user's id, username or e-mail address`,
      "usernames are spelt as in the app, capitals included",
    );
  if (others.length > 0) {
    const all = [user, ...others].map(({ id, username }) => `${username} (user ${id})`).join(", ");
    throw usageError("ambiguous_user", `${flag} "${name}" is the address of ${all}`, "give the id");
  }
  return user;
}

/**
 * The teacher that is meant: a teacher's id, or the username or e-mail address of the teacher's user.
 *
 * @param flag what the name was given with: `--teacher`
 * @throws ClassbookError not_found `no_such_teacher`; usage `ambiguous_user`
 */
export async function getTeacherId(database: Database, flag: string, name: string): Promise<number> {
  const teachers = database.db.selectFrom("teacher").select("id").orderBy("id");
  const missing = notFound(
    "no_such_teacher",
    `${flag} "${name}" is no teacher's id, username or e-mail address`,
    "`classbook teacher list` lists them",
  );
  if (/^\d{1,15}$/.test(name)) {
    const byId = await teachers.where("id", "=", idValue(name)).executeTakeFirst();
    if (byId === undefined) throw missing;
    return byId.id;
  }
  const user = await getUser(database, flag, name);
  const byUser = await findTeacherOfUser(database.db, user.id);
  if (byUser === null) throw missing;
  return byUser;
}

/** The teacher that a user is, the oldest of several; null for none. */
export async function findTeacherOfUser(db: Db, user: number): Promise<number | null> {
  const teachers = db.selectFrom("teacher").select("id").where("user_id", "=", user).orderBy("id");
  return (await teachers.executeTakeFirst())?.id ?? null;
}

/** False in a database that is still to be filled: nobody can be looked up there. */
export async function hasUsers(database: Database): Promise<boolean> {
  if (!database.layout.has("app_user")) return false;
  return (await database.db.selectFrom("app_user").select("id").limit(1).execute()).length > 0;
}

/** The user as one who acts. @throws as getUser; refused `permission`: the account is not active, so the app lets nobody in by it */
export async function getActor(database: Database, flag: string, name: string): Promise<Actor> {
  const { layout, db } = database;
  const { id, username } = await getUser(database, flag, name);
  const account = await db
    .selectFrom("app_user")
    .select(["is_active", "is_staff", "is_superuser"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  if (!account.is_active)
    throw refused(
      "permission",
      `${flag} "${name}": the account of ${username} is not active`,
      "activate it in the app, or act as somebody else",
    );
  const profile = layout.has("user_profile")
    ? await db.selectFrom("user_profile").select("role").where("user_id", "=", id).executeTakeFirst()
    : undefined;
  const teacher = layout.has("teacher") ? await findTeacherOfUser(db, id) : null;
  return {
    kind: "user",
    id,
    username,
    teacherId: teacher,
    isStaff: Boolean(account.is_staff) || Boolean(account.is_superuser) || profile?.role === "admin",
  };
}
