/** LEGACY 1: course_teacher.teacher_id names a teacher in old databases, and the teacher's user in newer ones. */
import type { ImportSource, SourceTable, SourceValue, TeacherReference } from "../db/import-source.ts";
import type { AppTable } from "../db/layout.ts";

export interface TeacherIds {
  /** A sentence for the operator. */
  note: string | null;
  /** teacher.id for what the source's column holds; null, with a problem, where no teacher is that user. */
  translate: (
    value: SourceValue,
    report: (column: string, value: SourceValue, what: string) => void,
  ) => SourceValue;
}

const asIs: TeacherIds["translate"] = (value) => value;

/**
 * How the source's values become ids of teachers. Null where the source has no course_teacher.
 * Where the source does not say what they refer to, the ids that all values fit decide, the teachers' first.
 */
export async function teacherIdsOf(
  source: ImportSource,
  tables: ReadonlyMap<AppTable, SourceTable>,
): Promise<TeacherIds | null> {
  if (!tables.get("course_teacher")?.columns.has("teacher_id")) return null;
  if (source.teacherReference === "teacher") return { note: null, translate: asIs };
  const teachers = await readTeachers(source, tables);
  const { refersTo, note } =
    source.teacherReference === "app_user"
      ? { refersTo: "app_user", note: "course_teacher names its teachers by user; here by teacher" }
      : await decide(source, teachers);
  if (refersTo === "teacher") return { note, translate: asIs };
  return {
    note,
    translate: (value, report) => {
      if (value === null || value === undefined) return value;
      const id = teachers.byUser.get(Number(value));
      if (id !== undefined) return id;
      report("teacher_id", value, `no teacher is user ${String(value)}; NULL stands in its place`);
      return null;
    },
  };
}

interface Teachers {
  ids: Set<number>;
  /** teacher.id by teacher.user_id. */
  byUser: Map<number, number>;
}

/** There are few teachers beside the bookings: they fit into memory. */
async function readTeachers(
  source: ImportSource,
  tables: ReadonlyMap<AppTable, SourceTable>,
): Promise<Teachers> {
  const found: Teachers = { ids: new Set(), byUser: new Map() };
  const columns = ["id", "user_id"].filter((column) => tables.get("teacher")?.columns.has(column));
  if (columns.length === 0) return found;
  for await (const { rows } of source.rows("teacher", columns)) {
    for (const [id, user] of rows) {
      found.ids.add(Number(id));
      if (user !== null && user !== undefined && !found.byUser.has(Number(user)))
        found.byUser.set(Number(user), Number(id));
    }
  }
  return found;
}

async function decide(
  source: ImportSource,
  { ids, byUser }: Teachers,
): Promise<{ refersTo: TeacherReference; note: string | null }> {
  const values = new Set<number>();
  for await (const { rows } of source.rows("course_teacher", ["id", "teacher_id"])) {
    for (const [, value] of rows) if (value !== null && value !== undefined) values.add(Number(value));
  }
  if (values.size === 0) return { refersTo: "teacher", note: null };
  let asTeachers = 0;
  let asUsers = 0;
  for (const value of values) {
    if (ids.has(value)) asTeachers += 1;
    if (byUser.has(value)) asUsers += 1;
  }
  // More fit the one or the other: all values fit it, or it is the lesser error.
  const refersTo = asTeachers === values.size || asTeachers >= asUsers ? "teacher" : "app_user";
  const meaning = refersTo === "teacher" ? "teachers" : "the teachers' users";
  const fit = refersTo === "teacher" ? asTeachers : asUsers;
  const doubt =
    asTeachers === asUsers
      ? `; they would fit ${refersTo === "teacher" ? "the teachers' users" : "teachers"} as well`
      : "";
  return {
    refersTo,
    note: `the source does not say what course_teacher.teacher_id refers to: taken for ids of ${meaning}, which ${fit} of ${values.size} values fit${doubt}`,
  };
}
