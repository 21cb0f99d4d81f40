/** The house rules as functions over source texts, so that they can be tried on a house that breaks them. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { ROOT } from "./program.ts";

/** Source texts by path from the repository's root. */
export type House = ReadonlyMap<string, string>;

export interface Import {
  from: string;
  /** A path from the root, or a package's name. */
  to: string;
  isPackage: boolean;
}

const SKIPPED = new Set(["node_modules", "dist"]);

export function readHouse(folders: readonly string[]): House {
  const house = new Map<string, string>();
  const visit = (path: string) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path)) if (!SKIPPED.has(name)) visit(join(path, name));
    } else if (/\.(ts|mjs|js)$/.test(path)) house.set(relative(ROOT, path), readFileSync(path, "utf8"));
  };
  for (const folder of folders) visit(join(ROOT, folder));
  return house;
}

/** Code without comments, so that what a comment mentions does not count. */
function code(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
}

const IMPORT = /^(?:import|export)\b[^;"`]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm;

/** Static, dynamic and type imports, and re-exports. */
export function importsOf(house: House): Import[] {
  const found: Import[] = [];
  for (const [from, text] of house) {
    for (const [, linked, bare, late] of code(text).matchAll(IMPORT)) {
      const name = (linked ?? bare ?? late)!;
      const isPackage = !name.startsWith(".");
      found.push({ from, to: isPackage ? name : normalize(join(dirname(from), name)), isPackage });
    }
  }
  return found;
}

/** Which rooms a room may import beside itself. */
const FLOORS: Record<string, readonly string[]> = {
  "src/domain": [],
  "src/db": ["src/domain"],
  "src/operations": ["src/db", "src/domain"],
  "src/legacy": ["src/db", "src/domain"],
  "src/admin": ["src/operations", "src/db", "src/domain"],
  "src/cli": ["src/admin", "src/legacy", "src/operations", "src/db", "src/domain"],
  migrations: ["src/db"],
};

/** The one file that lists the schema's steps. */
const STEPS_ARE_LISTED_IN = "src/db/schema-state.ts";

function roomOf(path: string): string | null {
  return Object.keys(FLOORS).find((room) => path.startsWith(`${room}/`)) ?? null;
}

export function wrongFloors(house: House): string[] {
  return importsOf(house)
    .filter(({ from, to, isPackage }) => {
      const room = roomOf(from);
      if (isPackage || room === null) return false;
      const target = roomOf(to);
      if (target === "migrations" && from === STEPS_ARE_LISTED_IN) return false;
      return target === null || (target !== room && !FLOORS[room]!.includes(target));
    })
    .map(({ from, to }) => `${from} imports ${to}`);
}

/** Packages by room; a room that is not named takes none but Node's own. */
const PACKAGES: Record<string, RegExp> = {
  "src/domain": /^(luxon|rrule)$/,
  "src/db": /^(node:.*|kysely|better-sqlite3|pg|pg-copy-streams|stream-json\/.*)$/,
  "src/operations": /^(luxon|kysely)$/,
  "src/legacy": /^(node:crypto|luxon|kysely)$/,
  "src/admin": /^(luxon|kysely)$/,
  "src/cli": /^(node:.*|commander|inquirer|cli-table3|string-width|csv-parse\/sync|luxon)$/,
  migrations: /^$/,
};

export function wrongPackages(house: House): string[] {
  return importsOf(house)
    .filter(({ from, to, isPackage }) => {
      const room = roomOf(from);
      if (!isPackage || room === null) return false;
      return !PACKAGES[room]!.test(to) || (to === "rrule" && from !== "src/domain/series.ts");
    })
    .map(({ from, to }) => `${from} imports ${to}`);
}

/** Every circle once, as a path. Type imports count: what needs each other's types is one thing. */
export function circles(house: House): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of importsOf(house).filter(({ isPackage }) => !isPackage))
    targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const path: string[] = [];
  const found: string[] = [];
  const visit = (file: string) => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(" → "));
    if (at >= 0 || done.has(file)) return;
    path.push(file);
    for (const target of targets.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of house.keys()) visit(file);
  return found;
}

export function wrongNames(house: House): string[] {
  const vague = /(^|\/)index\.ts$|(^|[/.-])(utils?|helpers?|common|manager|service|types)\.ts$/;
  return [...house.keys()].filter((path) => vague.test(path));
}

const IMPURE =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\brandomUUID\b|\bprocess\./;

/** Where the domain and the migration ask the world for the time, for chance, or for anything else. */
export function impurities(house: House): string[] {
  return linesOf(house, /^src\/(domain|legacy)\//, IMPURE);
}

export function consoles(house: House): string[] {
  return linesOf(house, /^(src|migrations|bin)\//, /\bconsole\./);
}

/** Floors that ask src/db, and build no query themselves. */
export function queries(house: House): string[] {
  return linesOf(
    house,
    /^src\/(domain|legacy|operations|admin|cli)\//,
    /\.(selectFrom|insertInto|updateTable|deleteFrom|pragma)\(|\bsql`/,
  );
}

function linesOf(house: House, files: RegExp, pattern: RegExp): string[] {
  return [...house]
    .filter(([path]) => files.test(path))
    .flatMap(([path, text]) =>
      code(text)
        .split("\n")
        .filter((line) => pattern.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
}

export const MOST_LINES = 300;

export function tooLong(house: House): string[] {
  return [...house]
    .map(([path, text]) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > MOST_LINES)
    .map(({ path, lines }) => `${path}: ${lines} lines`);
}
