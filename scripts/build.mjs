// Bundles src/ and migrations/ into dist/: one entry with lazily loaded chunks, so that a command
// loads only what it uses. better-sqlite3's native library stays a dependency resolved at run time.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** esbuild has said what is wrong where; the stack would be its own. */
function fail(message) {
  console.error(`build: ${message.split("\n")[0]}`);
  process.exit(1);
}

const { build, transform } = await import("esbuild").catch((error) => fail(error.message));

const ADDON = "better-sqlite3/build/Release/better_sqlite3.node";

/** What packages load at every start, though classbook needs it rarely, or knows it without a search. */
const quickStart = {
  name: "quick-start",
  setup({ onResolve, onLoad }) {
    const contents = {
      // Commander starts programs for subcommands in files of their own; classbook has none.
      "node:child_process": `module.exports = { get spawn() { return require("node:child_process").spawn; } };`,
      // Searches a dozen folders for the library of better-sqlite3.
      bindings: `module.exports = () => require("${ADDON}");`,
    };
    onResolve({ filter: /^(node:child_process|bindings)$/ }, ({ path, importer, namespace }) =>
      namespace === "quick-start" || !/node_modules[\\/](commander|better-sqlite3)[\\/]/.test(importer)
        ? undefined
        : { path, namespace: "quick-start" },
    );
    onLoad({ filter: /.*/, namespace: "quick-start" }, ({ path }) => ({
      contents: contents[path],
      resolveDir: root,
    }));
  },
};

const dist = join(root, "dist");
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: { main: "src/cli/main.ts" },
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  write: false,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  sourcemap: false,
  chunkNames: "chunk-[hash]",
  define: { "process.env.CLASSBOOK_VERSION": JSON.stringify(version) },
  external: [ADDON, "pg-native"],
  plugins: [quickStart],
  logLevel: "warning",
}).catch(({ message }) => fail(message));

// esbuild splits ES modules only, and Node starts CommonJS faster (bin/classbook.js).
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
for (const { path, text } of outputFiles) {
  const { code } = await transform(text, {
    format: "cjs",
    platform: "node",
    target: "node20",
    minifyWhitespace: true,
    supported: { "dynamic-import": false },
  }).catch(({ message }) => fail(message));
  writeFileSync(join(dist, basename(path)), code);
}
