import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { Call } from "#dsl/language/types/value.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import { readHeader, readTensor } from "#kernel/tensors/safetensors.js";
import { restoreHeads } from "#stdlib/sparsities/shared/whole-heads.js";
import { prunedUnitCount } from "#stdlib/sparsities/shared/prune.js";
import { registry } from "#stdlib/registry.js";
import { word, structured } from "#stdlib/sparsities/structured.js";

const fixtures = new URL("../../../../tests/fixtures/models/", import.meta.url);
const share = (one: number) => ({ share: one });
const callOf = (given: Call["arguments"]): Call => ({ kind: "sparsity", word: "structured", arguments: given });

function modelIn(name: string) {
  const file = new URL(`${name}/model.safetensors`, fixtures).pathname;
  const header = readHeader(file);
  const config = JSON.parse(readFileSync(new URL(`${name}/config.json`, fixtures), "utf8")) as Record<string, unknown>;
  const family = registry.ofKind("model").find((one) => one.capabilities?.modelType === config["model_type"])!;
  const shapes = Object.fromEntries(Object.entries(header.tensors).map(([tensor, { shape }]) => [tensor, shape]));
  const facts = { family: family.name, config, shapes };
  return {
    facts,
    family: family.capabilities as FamilyCapabilities,
    read: (tensor: string) => readTensor(file, tensor, header),
  };
}
const floatsOf = ({ bytes }: NDArray): Float32Array => new Float32Array(bytes.slice().buffer);

/** Every family with a fixture; with a head count where its config can set fewer heads. */
const FAMILIES: readonly (readonly [fixture: string, given: Call["arguments"]])[] = [
  ["bert-plain", { heads: share(0.5), feed_forward: share(0.4) }],
  ["gpt2-plain", { feed_forward: share(0.4) }],
  ["llama-grouped", { heads: share(0.5), feed_forward: share(0.25) }],
  ["mistral-window", { heads: share(0.5), feed_forward: share(0.25) }],
  ["qwen2-bias", { heads: share(0.5), feed_forward: share(0.25) }],
  ["t5-plain", { feed_forward: share(0.4) }],
  ["t5-gated", { feed_forward: share(0.4) }],
];

describe("structured sparsify", () => {
  for (const [fixture, given] of FAMILIES)
    it(`${fixture}: produces what was planned, readable by its family`, async () => {
      const whole = modelIn(fixture);
      const call = callOf(given);
      const planned = word.capabilities!.resultingBase!(call as never, whole.facts as never, whole.family);
      assert.ok(!("why" in planned), JSON.stringify(planned));
      const made = structured.make!(call, whole);
      assert.deepEqual(made.shapes, planned.shapes);
      let less = 0;
      for (const [name, shape] of Object.entries(made.shapes)) {
        assert.deepEqual(made.tensor(name).shape, shape, name);
        less += Number(shape.join() !== whole.facts.shapes[name]!.join());
      }
      assert.ok(less > 0);
      const family = await implementationOf(registry, "model", whole.facts.family);
      const [before, after] = [whole.facts.config, made.config].map((config) => family.sizes(family.config(config)));
      if (given["heads"] !== undefined) assert.ok(after!.heads < before!.heads);
      assert.ok(after!.intermediate < before!.intermediate);
      assert.equal(after!.hidden, before!.hidden);
    });

  it("mobilebert: removes equally many units from all inner layers of a block", () => {
    const [one] = JSON.parse(
      readFileSync(new URL("../../golden/oracle/encoders-mobilebert.json", fixtures), "utf8"),
    ) as readonly { readonly config: Record<string, number>; readonly shapes: Record<string, readonly number[]> }[];
    const family = registry.find("model", "mobilebert")!.capabilities!;
    const made = word.capabilities!.resultingBase!(
      callOf({ feed_forward: share(0.5) }) as never,
      { config: one!.config, shapes: one!.shapes } as never,
      family,
    );
    assert.ok(!("why" in made), JSON.stringify(made));
    const left = made.config["intermediate_size"] as number;
    assert.equal(left, one!.config["intermediate_size"]! / 2);
    const inner = Object.keys(one!.shapes).filter((name) => /\.intermediate\.dense\.(weight|bias)$/.test(name));
    const out = Object.keys(one!.shapes).filter((name) => /(?<!attention)\.output\.dense\.weight$/.test(name));
    assert.ok(inner.length > 2 && out.length === inner.length / 2, `${String(inner.length)}, ${String(out.length)}`);
    for (const name of inner) assert.equal(made.shapes[name]![0], left, name);
    for (const name of out) assert.equal(made.shapes[name]![1], left, name);
    const others = Object.keys(one!.shapes).filter((name) => !inner.includes(name) && !out.includes(name));
    for (const name of others) assert.deepEqual(made.shapes[name], one!.shapes[name], name);
  });

  it("keeps the units with the greatest weights, with all their numbers", () => {
    const whole = modelIn("bert-plain");
    const inner = Object.keys(whole.facts.shapes).find((name) => name.endsWith("0.intermediate.dense.weight"))!;
    const [wide, width] = whole.facts.shapes[inner]! as [number, number];
    const great = new Set([1, 2, 5]);
    const read = (name: string): NDArray => {
      const array = whole.read(name);
      if (name !== inner) return array;
      const floats = floatsOf(array).map((x, i) => (great.has(Math.floor(i / width)) ? 100 : 1e-3) * (x + 1));
      return { ...array, bytes: new Uint8Array(floats.buffer) };
    };
    const made = structured.make!(callOf({ feed_forward: share((wide - 3) / wide) }), { ...whole, read });
    const kept = floatsOf(made.tensor(inner));
    const before = floatsOf(read(inner));
    assert.deepEqual(
      [...kept],
      [...great].flatMap((unit) => [...before.subarray(unit * width, (unit + 1) * width)]),
    );
    const out = inner.replace("intermediate.dense", "output.dense");
    const columns = floatsOf(whole.read(out));
    const rows = whole.facts.shapes[out]![0]!;
    assert.deepEqual(
      [...floatsOf(made.tensor(out))],
      Array.from({ length: rows }, (_, row) => [...great].map((unit) => columns[row * wide + unit]!)).flat(),
    );
  });

  it("restores removed heads as zeros, and leaves the others unchanged", () => {
    const whole = modelIn("bert-plain");
    const made = structured.make!(callOf({ heads: share(0.5) }), whole);
    const back = restoreHeads(made, whole.family)!;
    assert.deepEqual(back.shapes, whole.facts.shapes);
    assert.equal(back.config["pruned_heads"], undefined);
    for (const name of Object.keys(made.shapes).filter((one) => one.includes("attention.self.query.weight"))) {
      const [now, then] = [floatsOf(back.whole(name, made.tensor(name))), floatsOf(whole.read(name))];
      const same = now.reduce((count, x, i) => count + Number(x === then[i]), 0);
      const zero = now.reduce((count, x) => count + Number(x === 0), 0);
      assert.deepEqual([same, zero], [now.length / 2, now.length / 2], name);
    }
  });

  it("rejects what a family's config cannot express, and suggests a possible share", () => {
    const refused = (fixture: string, given: Call["arguments"]) => {
      const { facts, family } = modelIn(fixture);
      const planned = word.capabilities!.resultingBase!(callOf(given) as never, facts as never, family);
      return "why" in planned ? planned : undefined;
    };
    assert.match(refused("gpt2-plain", { heads: share(0.5) })!.why, /no head size/);
    assert.match(refused("t5-plain", { heads: share(0.5) })!.why, /blocks share/);
    assert.match(refused("bert-plain", { heads: share(0.01) })!.instead, /heads: \d+%/);
  });

  it("removes the nearest allowed number of units", () => {
    const fits = (left: number): boolean => 12 % left === 0;
    assert.deepEqual(
      [0.1, 0.3, 0.5, 0.9].map((one) => prunedUnitCount({ count: 12, fits }, one)),
      [0, 6, 6, 11],
    );
    assert.equal(prunedUnitCount({ count: 12, fits: () => true }, 0.25), 3);
  });
});
