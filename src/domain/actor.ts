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

/** The user's id for the record; null where the shell acts. */
export function actorUserId(actor: Actor): number | null {
  return actor.kind === "user" ? actor.id : null;
}
