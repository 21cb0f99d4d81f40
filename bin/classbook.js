#!/usr/bin/env node
// CommonJS: Node's loader of ES modules alone takes a fifth of its own start.
const nodeModule = require("node:module");
const { join } = require("node:path");

const dist = join(__dirname, "..", "dist");
// From Node 22.8 on, Node keeps what it compiled by itself.
nodeModule.enableCompileCache?.();
const { main } = nodeModule.enableCompileCache
  ? require(join(dist, "main.cjs"))
  : require("./compiled.js").loadCompiled(dist, "main.cjs");
void main(process.argv.slice(2));
