/** The two tables that are migrated. */
export const SOURCE_TABLES = ["booking", "one_on_one_booking"] as const;
export type SourceTable = (typeof SOURCE_TABLES)[number];
