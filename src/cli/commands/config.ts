/** `config`: what is set, where it comes from, and setting it for good. Opens no database. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { maskAddress } from "../../domain/command.ts";
import { usageError } from "../../domain/error.ts";
import { isReadByOthers, readConfigFile, writeConfigFile } from "../config-file.ts";
import { wordArgument } from "../options.ts";
import { escapeControl, printObject, printRows, type Row } from "../output.ts";
import {
  type ConfigFile,
  checkOrigin,
  configPath,
  isSetting,
  type Origin,
  problemsIn,
  readConfig,
  SETTING_NAMES,
  SETTINGS,
  type Setting,
  Settings,
  variableOf,
} from "../settings.ts";
import type { Shell, WithShell } from "../shell.ts";

const SHOWN = ["setting", "value", "source", "file"];
const PATHS = ["source", "file", "exists", "problem"];

/** Of a new file. An address may have a password in it: nobody else reads the user's. */
const MODES = { user: 0o600, project: 0o644 };

interface FileFlags {
  project?: boolean;
  user?: boolean;
}

export function defineConfig(config: Command, shell: WithShell): void {
  config
    .command("show")
    .addArgument(wordArgument("[SETTING...]", "", SETTING_NAMES))
    .description("each setting's value, and where it comes from")
    .addHelpText(
      "after",
      "\nExits with 2 where a value can be none of its setting.\n\nExample:\n  $ classbook config show\n  $ classbook config show tz --fields value",
    )
    .action((names: string[], _flags: object, command: Command) => {
      const here = shell(command, SHOWN, { mending: true });
      return show(here, command.optsWithGlobals(), names);
    });
  withFile(
    config
      .command("set")
      .addArgument(wordArgument("<SETTING>", "", SETTING_NAMES))
      .argument("<VALUE>"),
  )
    .description("write a setting into a config file; what else stands in it stays")
    .addHelpText(
      "after",
      `\n${settingsHelp()}\n\nExample:\n  $ classbook config set tz Europe/Madrid\n  $ classbook config set db sample/school.sqlite3 --project`,
    )
    .action((name: string, value: string, flags: FileFlags, command: Command) =>
      change(shell(command, SHOWN, { mending: true }), whichFile(flags), requireSetting(name), value),
    );
  withFile(config.command("unset").addArgument(wordArgument("<SETTING>", "", SETTING_NAMES)))
    .description("take a setting out of a config file")
    .addHelpText("after", "\nExample:\n  $ classbook config unset tz")
    .action((name: string, flags: FileFlags, command: Command) =>
      change(shell(command, SHOWN, { mending: true }), whichFile(flags), name, null),
    );
  config
    .command("path")
    .description("where the two config files are, and whether they can be read")
    .addHelpText("after", "\nExample:\n  $ classbook config path")
    .action((_flags: object, command: Command) => showPaths(shell(command, PATHS, { mending: true })));
}

function withFile(command: Command): Command {
  return command
    .option("--user", "the user's file (the default)")
    .option("--project", "the file of the folder you are in, which comes before the user's");
}

function settingsHelp(): string {
  const lines = SETTING_NAMES.map((name) => `  ${name.padEnd(10)} ${SETTINGS[name].about}`);
  return ["SETTING is one of:", ...lines].join("\n");
}

/** @throws ClassbookError usage `bad_flags` */
function whichFile({ project, user }: FileFlags): ConfigFile {
  if (project && user)
    throw usageError("bad_flags", "--project and --user exclude each other", "left out, it is --user");
  return project ? "project" : "user";
}

/** @throws ClassbookError usage `unknown_setting` */
function requireSetting(name: string): Setting {
  if (isSetting(name)) return name;
  throw usageError(
    "unknown_setting",
    `there is no setting "${name}"`,
    `settings: ${SETTING_NAMES.join(", ")}`,
  );
}

function rowOf(name: string, { value, source, file }: Origin): Row {
  return { setting: name, value: value === null ? null : maskAddress(value), source, file };
}

/** @param flags as they were typed: they come before all else, here too */
async function show(here: Shell, flags: { json?: boolean }, names: readonly string[]): Promise<void> {
  const { output, env } = here;
  const chosen = names.length === 0 ? SETTING_NAMES : [...new Set(names.map(requireSetting))];
  const settings = new Settings({ flags: flags.json ? { ...flags, format: "json" } : flags, env });
  const found = chosen.map((name) => [name, settings.origin(name)] as const);
  const byDefault = { tz: () => here.zone, format: () => output.format } as Partial<
    Record<Setting, () => string>
  >;
  const person = output.format === "table" && output.fields === null;
  const rows = found.map(([name, origin]) => {
    if (origin.source !== "default") return rowOf(name, origin);
    const value = byDefault[name]?.() ?? SETTINGS[name].fallback;
    return { ...rowOf(name, origin), value: value ?? (person ? `(${SETTINGS[name].otherwise})` : null) };
  });
  await printRows(output, SHOWN, rows);
  const wrong = found.flatMap(([name, origin]) => problemOf(() => checkOrigin(name, origin)));
  if (wrong.length > 0)
    throw usageError(
      "bad_setting",
      wrong.join("; "),
      "correct it with `classbook config set`, or in the environment",
      wrong,
    );
}

/** What is wrong, as a sentence; nothing where nothing is. */
function problemOf(check: () => void): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/**
 * Works on files that cannot be used as they are, too: this is what mends them.
 *
 * @param name a setting; to take out, whatever the file has
 * @param value null takes it out
 */
async function change(here: Shell, which: ConfigFile, name: string, value: string | null): Promise<void> {
  const { output, env, dryRun } = here;
  if (value === "")
    throw usageError(
      "empty_value",
      `${name} "" says nothing`,
      `\`classbook config unset ${name}\` takes it out`,
    );
  if (value !== null) SETTINGS[requireSetting(name)].check(value);
  const file = configPath(which, env);
  const before = readConfigFile(file) ?? {};
  const { [name]: old, ...others } = before;
  if (old === undefined) requireSetting(name);
  const after = value === null ? others : { ...before, [name]: value };
  const holdsPassword = value !== null && maskAddress(value) !== value;
  const changes = !dryRun && (old ?? null) !== value;
  if (changes) writeConfigFile(file, after, holdsPassword ? MODES.user : MODES[which]);
  const row = { ...rowOf(name, { value, source: which, file }) };
  await printObject(output, row, () => `${escapeControl(sentenceOf(row, old !== undefined, dryRun))}\n`);
  if (name === "db" && which === "user" && value !== null && isRelative(value))
    here.say("A path that does not begin with / is looked for in the folder where classbook is run.");
  if (changes && holdsPassword && isReadByOthers(file))
    here.say(
      `There is a password in it, and others can read ${file}: chmod 600 it, or leave the password to PGPASSWORD.`,
    );
  const problems = problemsIn(after);
  if (problems.length > 0) here.say(`${file} cannot be used yet: ${escapeControl(problems.join("; "))}.`);
  if (dryRun) here.say("Nothing was written.");
  else if (isSetting(name)) sayWhatComesFirst(here, name, value, file);
}

function sentenceOf({ setting, value, file }: Row, was: boolean, dryRun: boolean): string {
  if (value !== null) return `${dryRun ? "Would set " : ""}${setting} = ${value} in ${file}`;
  if (!was) return `${setting} is not set in ${file}`;
  return dryRun ? `Would take ${setting} out of ${file}` : `${setting} is no longer set in ${file}`;
}

function isRelative(address: string): boolean {
  return !/^(\/|~|:memory:|[a-z][a-z0-9+]+:\/\/|sqlite:\/)/i.test(address);
}

/** Nobody should wonder why what they set has no effect. @param written the file that was changed */
function sayWhatComesFirst(here: Shell, name: Setting, value: string | null, written: string): void {
  const { source, file } = new Settings({ flags: {}, env: here.env, mending: true }).origin(name);
  if (source === "environment") here.say(`${variableOf(name)} is set, and comes first.`);
  else if (file !== null && file !== written)
    here.say(`${file} sets ${name}${value === null ? " still" : ", and comes first"}.`);
}

async function showPaths(here: Shell): Promise<void> {
  const rows = (["project", "user"] as const).map((source) => {
    const file = configPath(source, here.env);
    return {
      source,
      file,
      exists: existsSync(file),
      problem: problemOf(() => void readConfig(file))[0] ?? null,
    };
  });
  await printRows(here.output, PATHS, rows);
}
