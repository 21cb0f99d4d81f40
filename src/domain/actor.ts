/** Who acts: the operator at the shell, whom nobody restricts, or a user of the platform (`--as`). */
export type Actor =
  /** `name` is that of the operating system. */
  | { kind: "shell"; name: string }
  /** `teacherId`: the teacher that this user is; `isStaff`: acts on everybody's bookings (SPEC 4, permission). */
  | { kind: "user"; id: number; username: string; teacherId: number | null; isStaff: boolean };

/** As the record keeps it: `shell:root`, `marta (user 31)`. */
export function actorText(actor: Actor): string {
  return actor.kind === "shell" ? `shell:${actor.name}` : `${actor.username} (user ${actor.id})`;
}

/** As a sentence names who acts. */
export function actorName(actor: Actor): string {
  return actor.kind === "shell" ? `the operator ${actor.name}` : actor.username;
}

/** The user's id for the record; null where the shell acts. */
export function actorUserId(actor: Actor): number | null {
  return actor.kind === "user" ? actor.id : null;
}

/** In which capacity somebody acts on a booking (SPEC 3, permission). */
export type Role = "staff" | "teacher" | "student";

/**
 * Staff act on everything, a teacher on own sessions and bookings, a student on own bookings.
 *
 * @returns null where the actor may not act on it at all
 */
export function roleOver(
  actor: Actor,
  thing: { teacher_id: number | null; student_user_id: number | null },
): Role | null {
  if (actor.kind === "shell" || actor.isStaff) return "staff";
  if (actor.teacherId !== null && actor.teacherId === thing.teacher_id) return "teacher";
  return actor.id === thing.student_user_id ? "student" : null;
}

/** Staff, and whoever sits at the shell. */
export function isStaff(actor: Actor): boolean {
  return actor.kind === "shell" || actor.isStaff;
}
