// Loads the bundle with the machine code that V8 made of it at an earlier start, which takes a third off a start.
// Node does this by itself from 22.8 on (module.enableCompileCache).
//
// What was compiled lies beside the bundle, in one file for each version of Node: a JSON index of places by chunk, after
// its own length, and then the code. Chunks are named by their content, so an entry never grows stale; V8 refuses
// code of another build or other flags by itself. Where the file cannot be read or written, chunks are compiled anew.
const { closeSync, openSync, readFileSync, readSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Script } = require("node:vm");

const LENGTH_BYTES = 4;

/**
 * Runs a bundle of CommonJS chunks that lie in one folder.
 *
 * @param {string} folder
 * @param {string} entry the chunk to begin with; it is not named by its content, so it is always compiled
 * @returns what the entry exports
 */
exports.loadCompiled = function loadCompiled(folder, entry) {
  const file = join(folder, `.compiled-${process.version}-${process.arch}`);
  const kept = openKept(file);
  const probe = new Script("0").createCachedData();
  const scripts = new Map();
  const modules = new Map();
  let grown = false;

  function load(name) {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const path = join(folder, name);
    const cachedData = name === entry ? undefined : kept.read(name);
    const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(path, "utf8")}\n})`;
    const script = new Script(source, { filename: path, cachedData });
    if (name !== entry) {
      grown ||= cachedData === undefined;
      scripts.set(name, script);
    }
    const module = { exports: {} };
    modules.set(name, module);
    script.runInThisContext()(module.exports, requireFrom, module, path, folder);
    return module.exports;
  }
  function requireFrom(id) {
    return id.startsWith("./") ? load(id.slice(2)) : require(id);
  }

  process.on("exit", () => {
    // Flags of V8 that a command has set since are part of what it would write, and the next start has others. (Another
    // text than the probe's, for V8 would take the very same one from memory and look at no flags.)
    if (grown && !new Script("1", { cachedData: probe }).cachedDataRejected) kept.write(scripts);
  });
  return load(entry);
};

function openKept(file) {
  let index = {};
  let descriptor = null;
  let start = 0;
  try {
    descriptor = openSync(file);
    const length = readAt(0, LENGTH_BYTES).readUInt32LE();
    index = JSON.parse(readAt(LENGTH_BYTES, length).toString());
    start = LENGTH_BYTES + length;
  } catch {
    index = {};
  }
  function readAt(position, length) {
    const bytes = Buffer.allocUnsafe(length);
    if (readSync(descriptor, bytes, 0, length, position) !== length) throw new Error("cut short");
    return bytes;
  }
  return {
    /** Undefined where nothing is kept of it. */
    read(name) {
      const place = index[name];
      if (place === undefined) return undefined;
      try {
        return readAt(start + place[0], place[1]);
      } catch {
        return undefined;
      }
    },
    /** Keeps what is there, and what this start compiled beside it. */
    write(scripts) {
      const codes = new Map();
      for (const name of Object.keys(index)) {
        const code = this.read(name);
        if (code !== undefined) codes.set(name, code);
      }
      for (const [name, script] of scripts) if (!codes.has(name)) codes.set(name, script.createCachedData());
      const places = {};
      let at = 0;
      for (const [name, code] of codes) {
        places[name] = [at, code.length];
        at += code.length;
      }
      const head = Buffer.from(JSON.stringify(places));
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32LE(head.length);
      const draft = `${file}-${process.pid}`;
      try {
        if (descriptor !== null) closeSync(descriptor);
        writeFileSync(draft, Buffer.concat([length, head, ...codes.values()]));
        renameSync(draft, file);
      } catch {
        rmSync(draft, { force: true }); // Nobody may write here, or the disk is full: the next start is as slow.
      }
    },
  };
}
