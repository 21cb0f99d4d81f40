/** The documents say what the program does. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { renderAdminPage } from "../scripts/admin-page.ts";
import { isTold } from "../scripts/man.ts";
import { renderManPage, renderReference } from "../scripts/reference.ts";
import { SETTING_NAMES, variableOf } from "../src/cli/settings.ts";
import { listCommands } from "./support/commands.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

test("docs/reference.md is what --help says (npm run reference)", async () => {
  expect(read("docs", "reference.md")).toBe(await renderReference());
});

test("docs/admin.md is what the models are declared as (npm run reference)", () => {
  expect(read("docs", "admin.md")).toBe(renderAdminPage());
});

test("man/classbook.1 is what --help says (npm run reference), and is packed", async () => {
  expect(read("man", "classbook.1")).toBe(await renderManPage());
  const { man, files } = JSON.parse(read("package.json"));
  expect([man, files]).toEqual(["./man/classbook.1", expect.arrayContaining(["man"])]);
});

test("the man page has its sections, every command and every global flag", async () => {
  const page = await renderManPage();
  expect([...page.matchAll(/^\.SH (.+)$/gm)].map(([, name]) => name)).toEqual([
    ...["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "GLOBAL OPTIONS", "ENVIRONMENT", "FILES"],
    ...["EXIT STATUS", "EXAMPLES"],
  ]);
  const plain = page.replaceAll("\\-", "-");
  const told = (await listCommands()).filter(({ name }) => isTold(name.split(" ")));
  for (const { name } of told) expect(plain).toContain(`.SS "classbook ${name}`);
  for (const name of SETTING_NAMES) expect(plain).toContain(variableOf(name));
});

/** Where groff is not installed, the form of the page is tested elsewhere. */
const groff = spawnSync("groff", ["--version"]).status === 0;

test.skipIf(!groff)(
  "groff finds nothing wrong with the man page (NOT TESTED where there is no groff)",
  () => {
    const { status, stderr, stdout } = spawnSync(
      "groff",
      ["-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=100n", join(root, "man", "classbook.1")],
      {
        encoding: "utf8",
      },
    );
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("EXIT STATUS");
  },
);

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
