/** The settings, and where each comes from: flag > environment > project file > user file > default (CLI.md). */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseAddress } from "../db/address.ts";
import { ClassbookError, usageError } from "../domain/error.ts";
import { DEFAULT_OFFER_HOURS, parseOfferTime } from "../domain/waitlist.ts";
import { isZone } from "../domain/zone.ts";
import { readConfigFile } from "./config-file.ts";
import { FORMATS } from "./output.ts";

interface Declaration {
  /** The flag that says it for one command. */
  flag: string;
  /** What it is about, for people. */
  about: string;
  /** What is in force where nobody says anything; null where that is found out, as `otherwise` says. */
  fallback: string | null;
  otherwise: string;
  /** @throws ClassbookError usage: it can have no such value */
  check: (text: string) => void;
}

const anyText = () => {};

export const LAYOUTS = ["native", "django"] as const;
const DEFAULT_DATABASE = "./classbook.db";

/**
 * What may stand in a config file under this key, in the environment as CLASSBOOK_KEY, or behind the flag: one list, from
 * which `config`, the man page and every command work.
 */
export const SETTINGS = {
  db: {
    flag: "--db",
    about: "the database: a path, sqlite:PATH or postgres://…",
    fallback: DEFAULT_DATABASE,
    otherwise: DEFAULT_DATABASE,
    check: (text) => void parseAddress(text),
  },
  layout: {
    flag: "--layout",
    about: "native or django",
    fallback: null,
    otherwise: "detected",
    check: (text) => {
      if (!(LAYOUTS as readonly string[]).includes(text))
        throw usageError("bad_layout", `"${text}" is not a layout`, `--layout takes ${LAYOUTS.join(" or ")}`);
    },
  },
  app_label: {
    flag: "--app-label",
    about: "label of the Django app",
    fallback: null,
    otherwise: "detected",
    check: (text) => {
      if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(text))
        throw usageError("bad_label", `"${text}" is no label of a Django app`, "such as --app-label myApp");
    },
  },
  as: {
    flag: "--as",
    about: "who acts: id, username or e-mail address",
    fallback: null,
    otherwise: "whoever sits at the shell",
    check: anyText,
  },
  tz: {
    flag: "--tz",
    about: "time zone of display and of bare input times",
    fallback: null,
    otherwise: "the system's",
    check: (text) => {
      if (!isZone(text))
        throw usageError("bad_timezone", `"${text}" is not an IANA time zone`, "such as --tz Europe/Madrid");
    },
  },
  format: {
    flag: "--format",
    about: FORMATS.join(", "),
    fallback: null,
    otherwise: "table on a terminal, tsv in a pipe",
    check: (text) => {
      if (!(FORMATS as readonly string[]).includes(text))
        throw usageError("bad_format", `"${text}" is not a format`, `--format takes ${FORMATS.join(", ")}`);
    },
  },
  offer_ttl: {
    flag: "--ttl",
    about: "how long a waitlist offer holds its seat",
    fallback: `${DEFAULT_OFFER_HOURS}h`,
    otherwise: `${DEFAULT_OFFER_HOURS}h`,
    check: (text) => {
      if (parseOfferTime(text) === null)
        throw usageError(
          "bad_ttl",
          `"${text}" is not how long an offer can hold a seat`,
          "from 1m to 366d, such as 24h, 90m or 2d (--ttl, CLASSBOOK_OFFER_TTL, or offer_ttl in a config file)",
        );
    },
  },
} as const satisfies Record<string, Declaration>;
export type Setting = keyof typeof SETTINGS;

export const SETTING_NAMES = Object.keys(SETTINGS) as Setting[];

export function isSetting(name: string): name is Setting {
  return Object.hasOwn(SETTINGS, name);
}

export function variableOf(name: Setting): string {
  return `CLASSBOOK_${name.toUpperCase()}`;
}

/** Which of the two config files. */
export type ConfigFile = "project" | "user";

export const PROJECT_FILE = "classbook.config.json";

/** The project's file is that of the folder one is in. */
export function configPath(which: ConfigFile, env: NodeJS.ProcessEnv): string {
  if (which === "project") return resolve(PROJECT_FILE);
  return join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "classbook", "config.json");
}

/**
 * The settings of a file; null where there is no such file.
 *
 * @throws ClassbookError usage `bad_config`: it cannot be read, or says what classbook does not know
 */
export function readConfig(path: string): Partial<Record<Setting, string>> | null {
  const content = readConfigFile(path);
  const problems = problemsIn(content ?? {});
  if (problems.length > 0)
    throw usageError(
      "bad_config",
      `${path}: ${problems.join("; ")}`,
      `settings: ${SETTING_NAMES.join(", ")}, each a text; \`classbook config unset NAME\` takes one out`,
      problems,
    );
  return content;
}

/** What is wrong with a file's settings, a sentence each. */
export function problemsIn(content: Record<string, unknown>): string[] {
  return Object.entries(content).flatMap(([key, value]) => {
    if (!isSetting(key)) return [`there is no setting "${key}"`];
    return typeof value === "string" ? [] : [`${key} is ${JSON.stringify(value)}, and has to be a text`];
  });
}

export interface Origin {
  /** As it was written, not checked. Null where nobody says it. */
  value: string | null;
  source: "flag" | "environment" | ConfigFile | "default";
  /** The config file that says it; null for every other source. */
  file: string | null;
}

export interface SettingsParts {
  /** By commander's names: `appLabel`. */
  flags: object;
  env: NodeJS.ProcessEnv;
  /** For the commands that look at settings and mend them: what is broken in environment and files is as if it were not there. */
  mending?: boolean;
}

/** The settings of one command line; the files are read once, when first asked for. */
export class Settings {
  readonly #parts: SettingsParts;
  #files: { which: ConfigFile; path: string; values: Partial<Record<Setting, string>> }[] | null = null;

  constructor(parts: SettingsParts) {
    this.#parts = parts;
  }

  /** @throws ClassbookError usage `bad_config` */
  origin(name: Setting): Origin {
    const { flags, env } = this.#parts;
    const typed = (flags as Record<string, string | undefined>)[optionOf(name)];
    if (typed !== undefined) return { value: typed, source: "flag", file: null };
    const fromEnv = env[variableOf(name)];
    if (fromEnv !== undefined && fromEnv !== "") return { value: fromEnv, source: "environment", file: null };
    this.#files ??= (["project", "user"] as const).map((which) => this.#read(which));
    for (const { which, path, values } of this.#files)
      if (values[name] !== undefined) return { value: values[name], source: which, file: path };
    return { value: null, source: "default", file: null };
  }

  #read(which: ConfigFile): { which: ConfigFile; path: string; values: Partial<Record<Setting, string>> } {
    const path = configPath(which, this.#parts.env);
    try {
      return { which, path, values: readConfig(path) ?? {} };
    } catch (error) {
      if (this.#parts.mending !== true) throw error;
      return { which, path, values: {} };
    }
  }

  /** The value in force, checked; null where nobody says any. @throws ClassbookError usage, saying where it stands */
  get(name: Setting): string | null {
    const origin = this.origin(name);
    try {
      checkOrigin(name, origin);
      return origin.value;
    } catch (error) {
      if (this.#parts.mending !== true || origin.source === "flag") throw error;
      return null;
    }
  }
}

/** Where a value stands, for a sentence about it; null where it was typed. */
function placeOf(name: Setting, { source, file }: Origin): string | null {
  if (source === "environment") return variableOf(name);
  return file === null ? null : `${name} in ${file}`;
}

/** @throws ClassbookError usage: the value can be none of the setting, and where it stands */
export function checkOrigin(name: Setting, origin: Origin): void {
  if (origin.value === null) return;
  try {
    SETTINGS[name].check(origin.value);
  } catch (error) {
    const place = placeOf(name, origin);
    if (place === null || !(error instanceof ClassbookError)) throw error;
    throw usageError(error.code, `${error.message} (${place})`, error.hint ?? undefined);
  }
}

/** As commander names the flag's value: `appLabel` for `--app-label`. */
function optionOf(name: Setting): string {
  return SETTINGS[name].flag.slice(2).replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
