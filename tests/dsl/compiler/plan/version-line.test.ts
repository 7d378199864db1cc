import assert from "node:assert/strict";
import { complete } from "#dsl/assist/complete.js";
import type { AssistContext } from "#dsl/assist/items.js";
import { applyEdits } from "#dsl/language/diagnostics/fixing.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { Facts } from "#dsl/language/types/facts.js";
import { formatSource } from "#dsl/language/syntax/format.js";
import { registry } from "#stdlib/registry.js";
import { compiled } from "../../world.js";

const found = (text: string | readonly string[]) => compiled(text, { purpose: "assist" }).diagnostics;

describe("version line", () => {
  it("is accepted at the start of a file or cell, after comments", () => {
    assert.deepEqual(found("tune 1\nrecipe r { epochs: 3 }"), []);
    assert.deepEqual(found("// what this is\n/* and more */ tune 1 // one\n"), []);
    assert.deepEqual(found(["tune 1\nrecipe r { epochs: 3 }", "tune 1\nrecipe s like r { seed: 1 }"]), []);
  });
  for (const [text, code, place] of [
    ["tune 2", "unknown-version", "2"],
    ["tune 0", "unknown-version", "0"],
    ["tune 1.5", "unknown-version", "1.5"],
    ['tune "1"', "unknown-version", '"1"'],
    ["tune", "unknown-version", "tune"],
    ["recipe r { epochs: 3 }\ntune 1", "misplaced-version", "tune 1"],
    ["tune 1\nrecipe r { epochs: 3 }\ntune 1", "misplaced-version", "tune 1"],
    ["tune router on tickets", "unknown-verb", "tune"],
    ["tune 1 { epochs: 3 }", "statement-takes-no-block", "{ epochs: 3 }"],
    ["tune 1, 2", "too-many-operands", "2"],
    ["tune 1 with fast", "unknown-connector", "with"],
  ] as const)
    it(`reports ${code} for ${JSON.stringify(text)}`, () => {
      const start = text.lastIndexOf(place);
      assert.deepEqual(
        found(text).map(({ code: is, span }) => [is, span.start, span.end]),
        [[code, start, start + place.length]],
      );
    });
  it("is moved to the top or removed by its fix", () => {
    for (const [text, wanted] of [
      ["// a recipe\nrecipe r { epochs: 3 }\n\ntune 1\n", "// a recipe\ntune 1\nrecipe r { epochs: 3 }\n\n"],
      ["tune 1\nrecipe r { epochs: 3 }\ntune 1", "tune 1\nrecipe r { epochs: 3 }"],
    ] as const) {
      const [misplaced] = found(text);
      const fixed = applyEdits(text, misplaced!.fix!.edits);
      assert.equal(fixed, wanted);
      assert.deepEqual(found(fixed), []);
    }
  });
  it("is formatted", () => {
    const verbs = registry.verbs().map((verb) => verb.name);
    assert.equal(formatSource("tune   1\n\n\nrecipe r{}", verbs), "tune 1\n\nrecipe r {}\n");
  });
  it("does not change the recipe hash", () => {
    const program =
      'data d { source: csv("a.csv"), columns: { text: t, label: l }, split: random(train: 80%, test: 20%) }\n' +
      'model m { base: "minilm", task: text_classification }\ntrain m on d\n';
    const [plain, versioned] = [program, `tune 1\n${program}`].map((text) => {
      const train = compiled(text).actions?.find((action) => action.verb === "train");
      return train?.plan.recipeHash;
    });
    assert.ok(plain);
    assert.equal(versioned, plain);
  });
  it("is offered by completion only at the start of a text", () => {
    const context: AssistContext = { registry, earlier: [], facts: Facts.none, outside: emptyEnvironment };
    const texts = (text: string) => complete(text, text.length, context).items.map((item) => item.text);
    assert.ok(texts("").includes("tune 1"));
    assert.ok(!texts("recipe r { epochs: 3 }\n").includes("tune 1"));
    assert.deepEqual(texts("tune "), ["1"]);
    assert.deepEqual(texts("tune 1 "), []);
  });
});
