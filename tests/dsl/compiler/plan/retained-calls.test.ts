import assert from "node:assert/strict";
import { recipeHash } from "#dsl/compiler/plan/hash.js";
import { withoutAddressQueries } from "#dsl/compiler/plan/retained-calls.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Recipe } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { compiled } from "../../world.js";

const LABELS = ["https://a.example/?x=1", "b"];
const SUM = "ab".repeat(32);

function recipeOf(source: string): Recipe {
  const { actions = [], diagnostics } = compiled(`data tickets {
  source: ${source}
  columns: { text: body, label: team }
  split: random(train: 80%, validation: 20%)
}
model router { base: "all-MiniLM-L6-v2", task: text_classification }
train router on tickets`);
  assert.ok(diagnostics.every(({ severity }) => severity === "warning"));
  const { recipe } = mustExist(actions.find((one) => one.verb === "train")?.plan, "a training");
  return { ...recipe, data: { ...recipe.data, labels: LABELS } };
}
const csv = (query: string): string => `csv("https://data.example/rows.csv${query}")`;
const argumentsOf = (source: unknown): Call["arguments"] => (source as Call).arguments;

describe("stored plans", () => {
  it("omit the query of source addresses and keep other texts", () => {
    const kept = withoutAddressQueries(recipeOf(csv("?sig=planted")), () => SUM);
    assert.ok(!JSON.stringify(kept).includes("planted"));
    const { path, ...others } = argumentsOf(kept.data.source);
    assert.equal(path, `https://data.example/rows.csv?…${SUM}`);
    assert.deepEqual({ ...others, path: "" }, { ...argumentsOf(recipeOf(csv("?sig=planted")).data.source), path: "" });
    assert.deepEqual(kept.data.labels, LABELS);
  });
  it("omit the query in sources of splits and in nested sources", () => {
    const split = recipeOf(csv("?a=1")).data.source;
    const mixed = { source: { train: split, test: { kind: "source", word: "mix", arguments: { sources: [split] } } } };
    assert.ok(!JSON.stringify(withoutAddressQueries(mixed)).includes("a=1"));
  });
  it("omit the query in words of every kind", () => {
    for (const kind of new Set(registry.words.map((word) => word.kind))) {
      const address = "https://host.example/v1?sig=planted";
      const kept = withoutAddressQueries({
        plan: [{ kind, word: "any", arguments: { to: { record: { url: [address] } }, text: "a?b" } }],
      });
      assert.ok(!JSON.stringify(kept).includes("planted"), kind);
      assert.ok(JSON.stringify(kept).includes("a?b"), kind);
    }
  });
  it("keep the recipe hash of the program, which does not depend on the query", () => {
    const hash = recipeHash(recipeOf(csv("?sig=planted")));
    assert.equal(recipeHash(withoutAddressQueries(recipeOf(csv("?sig=planted")), () => SUM)), hash);
    assert.equal(recipeHash(recipeOf(csv("?sig=other"))), hash);
    assert.notEqual(recipeHash(recipeOf('csv("https://data.example/other.csv?sig=planted")')), hash);
    // The hash of a source without a query does not change.
    const plain = recipeOf(csv(""));
    assert.equal(recipeHash(withoutAddressQueries(plain)), recipeHash(plain));
  });
});
