// Installs what package-lock.json names and builds dist/, each only where it is not done already.
// Plain Node without dependencies: it runs before there are any.
import { execFileSync } from "node:child_process";
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

const installed = join(root, "node_modules", ".package-lock.json");
if (modified(installed) < modified(join(root, "package-lock.json"))) {
  console.error("Installing dependencies (better-sqlite3 may compile: about a minute) …");
  execFileSync(npm, ["ci", "--no-audit", "--no-fund"], { cwd: root, stdio: ["ignore", 2, 2] });
}
const sources = ["src", "migrations", "scripts", "package.json"].map((name) => newest(join(root, name)));
if (modified(join(root, "dist", "main.js")) < Math.max(...sources)) {
  console.error("Building dist/ …");
  execFileSync(process.execPath, [join(root, "scripts", "build.mjs")], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
}
