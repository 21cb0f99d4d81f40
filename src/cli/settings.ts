/** Where a setting comes from: flag > environment > project file > user file > default (CLI.md). */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { usageError } from "../domain/error.ts";

/** Settings that may stand in a file or in CLASSBOOK_*; keys as in the files. */
export const SETTINGS = ["db", "layout", "app_label", "as", "tz", "format", "offer_ttl"] as const;
export type Setting = (typeof SETTINGS)[number];

export const PROJECT_FILE = "classbook.config.json";

export function userFile(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "classbook", "config.json");
}

function readFile(path: string): Partial<Record<Setting, string>> {
  if (!existsSync(path)) return {};
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw usageError(
      "bad_config",
      `${path} is not JSON: ${(error as Error).message}`,
      "mend or remove the file",
    );
  }
  const wrong = Object.entries(content as object).filter(
    ([key, value]) => !(SETTINGS as readonly string[]).includes(key) || typeof value !== "string",
  );
  if (wrong.length > 0) {
    throw usageError(
      "bad_config",
      `${path} has settings that classbook does not know: ${wrong.map(([key]) => key).join(", ")}`,
      `settings: ${SETTINGS.join(", ")}, each a text`,
    );
  }
  return content as Partial<Record<Setting, string>>;
}

/** The value in force; null where nothing says any. */
export function settle(name: Setting, flag: string | undefined, env: NodeJS.ProcessEnv): string | null {
  if (flag !== undefined) return flag;
  const fromEnv = env[`CLASSBOOK_${name.toUpperCase()}`];
  if (fromEnv !== undefined && fromEnv !== "") return fromEnv;
  return readFile(resolve(PROJECT_FILE))[name] ?? readFile(userFile(env))[name] ?? null;
}
