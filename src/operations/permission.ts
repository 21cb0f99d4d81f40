/** Who may do what is not about one booking (SPEC 3, permission). */
import { type Actor, actorName, isStaff, roleOver } from "../domain/actor.ts";
import { refused } from "../domain/error.ts";
import type { Context } from "./context.ts";

/**
 * For what belongs to a teacher: staff, and the teacher.
 *
 * @param teacherId whose it is; null = nobody's, which is for staff only
 * @param what as in `may not …`: `block slot 3`
 * @throws ClassbookError refused `permission`
 */
export function requireOwner({ actor }: Context, teacherId: number | null, what: string): void {
  if (roleOver(actor, { teacher_id: teacherId, student_user_id: null }) !== null) return;
  throw refused(
    "permission",
    `${actorName(actor)} may not ${what}`,
    "staff and its teacher may; act as somebody else: --as USER",
  );
}

/**
 * @param what what staff may do: `create users`
 * @throws ClassbookError refused `permission`
 */
export function requireStaff(actor: Actor, what: string): void {
  if (!isStaff(actor))
    throw refused(
      "permission",
      `${actorName(actor)} is not staff and may not ${what}`,
      "act as somebody else: --as USER",
    );
}
