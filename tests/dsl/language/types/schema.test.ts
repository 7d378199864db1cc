/** A schema that a metric names is checked with the program; its errors are reported at its name. */
import assert from "node:assert/strict";
import { compiled } from "../../world.js";

const failure = { failed: { code: "schema-malformed", data: { path: "order.json", why: "it is a poem" } } };
const program = (metrics: string) =>
  `data d { source: csv("a.csv"), columns: { input: a, target: b }, split: random(train: 80%, test: 20%) }
model m { base: "t5", task: text2text_generation }
train m on d
evaluate m on d.test { metrics: ${metrics} }`;
const t5 = {
  ...{ folder: "/models/t5", hash: "t5-hash", family: "t5", parameters: 1000, hasTokenizer: true, positions: 512 },
  config: { d_model: 8, num_layers: 1, d_ff: 8, vocab_size: 8, num_heads: 1, d_kv: 8 },
  shapes: { "shared.weight": [8, 8] },
};

describe("JSON schemas of metrics", () => {
  it("are accepted by path, or omitted", () => {
    const { codes, actions } = compiled(program('[json_validity("order.json"), field_f1]'), { base: t5 });
    assert.deepEqual(codes, []);
    const evaluation = actions!.find((one) => one.verb === "evaluate");
    assert.ok(evaluation?.verb === "evaluate");
    assert.deepEqual(
      evaluation.metrics.map(({ arguments: given }) => given),
      [{ schema: "order.json" }, {}],
    );
  });
  it("are reported at their path if malformed, for either metric", () => {
    for (const metric of ["json_validity", "field_f1"]) {
      const text = program(`[exact_match, ${metric}(schema: "order.json")]`);
      const { diagnostics } = compiled(text, { base: t5, schema: failure });
      assert.deepEqual(
        diagnostics.map(({ code, span }) => [code, text.slice(span.start, span.end)]),
        [["schema-malformed", '"order.json"']],
      );
    }
  });
});
