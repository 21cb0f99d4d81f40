// Installs what package-lock.json names and builds dist/, each only where it is not done already.
// Plain Node without dependencies: it runs before there are any.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

function modified(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newest(path) {
  const at = statSync(path);
  if (!at.isDirectory()) return at.mtimeMs;
  return Math.max(at.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Runs a step, its output on stderr. Where it fails, says so in one sentence after what the step itself said, and ends. */
function step(program, args, failed, hint) {
  const ran = spawnSync(program, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: program.endsWith(".cmd"), // Windows starts command files in no other way.
  });
  if (ran.status === 0) return;
  const why = ran.error?.message ?? (ran.signal === null ? `exit ${ran.status}` : ran.signal);
  console.error(`setup: ${failed} (${why})\n  ${hint}`);
  process.exit(1);
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 17)) {
  console.error(`setup: Node ${process.versions.node} is too old\n  classbook needs Node 20.17 or later`);
  process.exit(1);
}
const installed = join(root, "node_modules", ".package-lock.json");
if (modified(installed) < modified(join(root, "package-lock.json"))) {
  console.error("Installing dependencies (better-sqlite3 may compile: about a minute) …");
  step(
    npm,
    ["ci", "--no-audit", "--no-fund"],
    "the dependencies could not be installed",
    "the reason stands above: no network, or, where better-sqlite3 had to be compiled, no compiler (it needs Python 3, make and a C++ compiler); then run it again",
  );
}
const sources = ["src", "migrations", "scripts", "package.json"].map((name) => newest(join(root, name)));
if (modified(join(root, "dist", "main.cjs")) < Math.max(...sources)) {
  console.error("Building dist/ …");
  step(
    process.execPath,
    [join(root, "scripts", "build.mjs")],
    "dist/ could not be built",
    "the reason stands above; `npm ci` puts the dependencies right if they are at fault",
  );
}
