/** Printed output of each compiler phase: goldens for one small program, and the options of the command. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { phases, compilerPhaseText } from "#kernel/apps/checking/phases.js";
import { STEADY_MACHINE, withListings } from "#tools/reference/listings.js";
import { DatasetCache } from "#kernel/session/answers/dataset-cache.js";
import { called } from "./called.js";

const bless = process.env["TUNEBOOK_BLESS"] === "1" || process.argv.includes("--bless");
const root = fileURLToPath(new URL("../../../../..", import.meta.url));
const golden = join(root, "tests", "golden", "phases");
const program = join(root, "docs", "compiler", "program.tune");
const show = (...args: string[]) => called(root, "show", ...args);

describe("compiler phases", function () {
  this.timeout(120_000);
  const datasets = new DatasetCache({ machine: STEADY_MACHINE });
  for (const [phase, engine] of [
    ...phases.filter((one) => one !== "emitted").map((one) => [one, undefined] as const),
    ["emitted", "tensorflow"],
    ["emitted", "onnx"],
  ] as const)
    it(`match the committed output: ${phase}${engine === undefined ? "" : ` for ${engine}`}`, async () => {
      const { text, diagnostics } = await compilerPhaseText(phase, program, { datasets, engine });
      assert.deepEqual(diagnostics, []);
      const file = join(golden, `${engine ?? phase}.txt`);
      if (bless) {
        mkdirSync(golden, { recursive: true });
        writeFileSync(file, text!);
      }
      assert.ok(existsSync(file), `${file} is missing: look at what is printed, then bless it`);
      assert.equal(text, readFileSync(file, "utf8"));
    });

  it("are documented in docs/compiler.md with generated listings", async () => {
    const page = readFileSync(join(root, "docs", "compiler.md"), "utf8");
    assert.equal(await withListings(page, root), page, "run `npm run docs` and commit what it writes");
    assert.ok(phases.every((phase) => page.includes(`npx tunebook show ${phase} `)));
    const stale = page.replace("statement train", "statement trian");
    assert.notEqual(stale, page);
    assert.equal(await withListings(stale, root), page);
    await assert.rejects(withListings("```console\n$ rm -rf x\n```", root), /no listing can be made of/);
  });
});

describe("tunebook show", function () {
  this.timeout(60_000);
  const file = "docs/compiler/program.tune";
  it("prints the named part", async () => {
    const { stdout, status } = await show("tree", file, "router");
    assert.equal(status, 0);
    assert.match(stdout, /^statement model {2}6:1-11:2\n {2}operand word router/);
    assert.deepEqual(stdout.match(/^statement \w+/gm), ["statement model", "statement train"]);
    assert.match((await show("passes", file, "router")).stdout, /^pass +nodes/);
  });
  it("prints tokens and tree of a program with errors, and the error instead of a graph", async () => {
    const bad = "docs/compiler/mistake.tune";
    assert.equal((await show("tokens", bad)).status, 0);
    assert.match((await show("tree", bad)).stdout, /statement recipe .*\n.*operand word quick/);
    const { status, stdout, stderr } = await show("graph", bad);
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /error\[unknown-column\]/);
  });
  it("suggests a name for a misspelt one, and lists the phases", async () => {
    assert.match((await show("plan", file, "ruoter")).stderr, /error\[nothing-to-show\].*"ruoter"\n.*write router/);
    assert.match(
      (await show("grpah", file)).stderr,
      /error\[bad-usage\].*tokens, tree, plan, graph, passes, program, emitted/,
    );
    assert.match((await show("--help")).stdout, /graph +the training graph, layer by layer/);
  });
});
