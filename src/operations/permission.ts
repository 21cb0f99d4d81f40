/** Who may change what belongs to a teacher: staff, and the teacher (SPEC 3, permission). */
import { actorName, roleOver } from "../domain/actor.ts";
import { refused } from "../domain/error.ts";
import type { Context } from "./context.ts";

/**
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
