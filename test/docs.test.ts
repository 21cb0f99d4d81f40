/** The documents say what the program does. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { renderReference } from "../scripts/reference.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

test("docs/reference.md is what --help says (npm run reference)", async () => {
  expect(read("docs", "reference.md")).toBe(await renderReference());
});

test("every command's help has an example", async () => {
  const sections = (await renderReference()).split("\n## ").slice(1);
  const leaves = sections.filter((section) => !/\nCommands:\n/.test(section));
  expect(leaves.length).toBeGreaterThan(15);
  for (const section of leaves) expect(section, section.split("\n")[0]).toMatch(/Example:\n\s+\$ classbook /);
});

test("links between the documents lead somewhere", () => {
  const documents = [
    "README.md",
    "CHANGELOG.md",
    "src/README.md",
    "fixtures/README.md",
    ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
  ];
  for (const document of documents) {
    for (const [, target] of read(document).matchAll(/\]\(([^)#:]+)\)/g)) {
      expect(existsSync(join(root, dirname(document), target!)), `${document} → ${target}`).toBe(true);
    }
  }
});
