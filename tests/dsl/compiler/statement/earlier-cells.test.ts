/**
 * The cache of earlier cells does not change results: the answer equals that of a fresh compiler, whatever was compiled
 * before.
 */
import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { compile } from "#dsl/compiler/program/compile.js";
import { EarlierCellsCache } from "#dsl/compiler/statement/earlier-cells.js";
import { emptyEnvironment, type CompilerEnvironment } from "#dsl/compiler/plan/known-names.js";
import { Facts } from "#dsl/language/types/facts.js";
import type { Registry } from "#dsl/language/types/registry.js";
import { registry } from "#stdlib/registry.js";
import { columns } from "../../world.js";

const cells = [
  'data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }',
  'data d { source: csv("b.csv"), columns: { text: text, label: labl } }',
  'model m { base: "minilm", task: text_classification }',
  "model m { base: domain, task: regression }",
  'model domain { base: "minilm", task: fill_mask, technique: full }',
  "recipe quick { epochs: $rounds }",
  "recipe slow like quick { epochs: 9 }",
  "parameters { rounds: 3 }",
  "parameters { rounds: many",
  "train m on d with quick",
  "train m on d with slow as first\nevaluate first on d.test",
  "sweep m on d as s { vary: { batch_size: choice(8, 16) }, maximize: accuracy }",
  "train m on d with s.best",
  'use "common.tune"',
  "evaluate m on d.test",
  "engine { threads: 2 }",
  "const x = 1",
] as const;
const table = (path: string) => ({ word: "csv", kind: "source", arguments: { path } }) as const;
const worlds: readonly Facts[] = [
  Facts.none,
  Facts.none.with({ about: "name", of: "rounds" }, { value: 4 }),
  Facts.none.with({ about: "table", source: table("a.csv"), folder: "." }, { columns, sample: [] }),
  Facts.none.with(
    { about: "file", path: "common.tune", folder: "." },
    { text: "recipe quick { epochs: 1 }", path: "c" },
  ),
];
const outsides: readonly CompilerEnvironment[] = [
  emptyEnvironment,
  { ...emptyEnvironment, typescript: ["quick"] },
  { ...emptyEnvironment, trained: { domain: "hash" } },
];

describe("cache of earlier cells", () => {
  it("gives the result of a fresh compiler after random edits", () => {
    const step = fc.record({
      at: fc.nat(5),
      cell: fc.nat(cells.length - 1),
      world: fc.nat(worlds.length - 1),
      outside: fc.nat(outsides.length - 1),
      upTo: fc.integer({ min: 1, max: 6 }),
      purpose: fc.constantFrom("assist" as const, "run" as const),
      otherWords: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const notebook: string[] = cells.slice(0, 6);
        const kept = new EarlierCellsCache();
        for (const { at, cell, world, outside, upTo, purpose, otherWords } of steps) {
          notebook[at] = cells[cell]!;
          const sources = notebook.slice(0, upTo).map((text, i) => ({ id: `cell-${i}`, title: `cell ${i}`, text }));
          const answer = (words: Registry, from?: EarlierCellsCache) =>
            compile(sources, words, worlds[world]!, purpose, outsides[outside]!, from);
          const fresh = answer(registry);
          assert.deepEqual(answer(registry, kept), fresh);
          // A different list of words, even with the same words, invalidates the cache.
          if (otherWords) assert.deepEqual(answer({ ...registry, words: [...registry.words] }, kept), fresh);
        }
      }),
      { numRuns: 150 },
    );
  });
  it("avoids reading unchanged cells again", () => {
    let looked = 0;
    const words = [...registry.words];
    const counting: Registry = {
      ...registry,
      words,
      find: ((kind: string, name: string) => {
        if (kind === "verb") looked++;
        return registry.find(kind, name);
      }) as Registry["find"],
    };
    const sources = Array.from({ length: 30 }, (_, i) => ({
      id: `c${i}`,
      title: "c",
      text: `recipe r${i} { epochs: ${i + 1} }`,
    }));
    const kept = new EarlierCellsCache();
    const cost = (count: number): number => {
      looked = 0;
      compile(sources.slice(0, count), counting, Facts.none, "assist", emptyEnvironment, kept);
      return looked;
    };
    assert.ok(cost(30) > 25);
    assert.ok(cost(30) < 5, String(looked));
    assert.ok(cost(12) < 5, String(looked));
    assert.ok(cost(30) < 5, String(looked));
  });
  it("takes less than 15 kB per cell", function () {
    this.timeout(60_000);
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const sources = Array.from({ length: 900 }, (_, i) => ({
      ...{ id: `g${i}`, title: "g" },
      text: `recipe r${i} { epochs: ${1 + (i % 5)} }`,
    }));
    const kept = new EarlierCellsCache();
    const heldAfter = (from: number, to: number): number => {
      for (let count = from; count <= to; count++)
        compile(sources.slice(0, count), registry, Facts.none, "run", emptyEnvironment, kept);
      collect();
      return process.memoryUsage().heapUsed / 1024;
    };
    const first = heldAfter(1, 300);
    const each = (heldAfter(301, 900) - first) / 600;
    assert.ok(each < 15, `${each.toFixed(1)} kB a cell`);
    const { diagnostics } = compile([...sources.slice(0, 450), { id: "x", title: "x", text: "recipe y like r449 { }" }],
      registry, Facts.none, "run", emptyEnvironment, kept); // prettier-ignore
    assert.deepEqual(diagnostics, []);
  });
});
