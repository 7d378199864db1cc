/** Names of metrics: one for each call, and the names that saved scores use. */
import assert from "node:assert/strict";
import { parseValue, fillValueDefaults } from "#dsl/compiler/statement/value.js";
import type { Call } from "#dsl/language/types/value.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";

const metrics = registry.find("verb", "evaluate")!.parameters.find(({ name }) => name === "metrics")!;
function named(written: string): readonly string[] {
  const read = parseValue(written, metrics, registry);
  const { value, diagnostics } = fillValueDefaults(read.value as readonly Call[], metrics, registry, {});
  assert.deepEqual(
    [...read.diagnostics, ...diagnostics].filter(({ severity }) => severity === "error"),
    [],
    written,
  );
  return (value as unknown as readonly Call[]).map((call) => metricName(call, registry));
}

describe("metric names", () => {
  it("equal the keys under which scores are stored", () => {
    for (const [written, name] of [
      ["accuracy", "accuracy"],
      ["f1", "f1"],
      ["f1(macro)", "f1(macro)"],
      ["f1(of: spam)", "f1(spam)"],
      ["f1(binary, of: spam)", "f1(binary, spam)"],
      ['f1(of: "card arrival")', "f1(card arrival)"],
      ["calibration_error", "calibration_error"],
      ["cohen_kappa", "cohen_kappa"],
      ["cohen_kappa(quadratic)", "cohen_kappa(quadratic)"],
      ["edit_distance", "edit_distance"],
      ["edit_distance(words)", "edit_distance(words)"],
      ["rouge", "rouge(rougeL)"],
      ["rouge(rouge2)", "rouge(rouge2)"],
      ["distinct", "distinct(2)"],
      ["repetition", "repetition(4)"],
      ["roc_auc", "roc_auc(macro)"],
      ["average_precision", "average_precision(macro)"],
      ["chrf", "chrf"],
      ["chrf(2)", "chrf(2)"],
      ["entity_f1", "entity_f1"],
      ["entity_f1(micro)", "entity_f1(micro)"],
      ["mrr", "mrr"],
      ["mrr(10)", "mrr(10)"],
      ["ndcg", "ndcg(10)"],
      ["recall_at(5)", "recall_at(5)"],
      ["top_accuracy(3)", "top_accuracy(3)"],
      ['json_validity("order.json")', "json_validity(order.json)"],
    ] as const)
      assert.deepEqual(named(written), [name], written);
  });
  it("are unique for each call", () => {
    const judge = (more: string): string => `judge(${more})`;
    const calls = [
      ...["calibration_error", "calibration_error(bins: 2)", "calibration_error(bins: 200)"],
      ...["entity_f1(micro)", "entity_f1(micro, reading: lenient)", "entity_f1(micro, reading: strict)"],
      ...["f1", 'f1(of: "none")', 'f1(of: "auto")', 'f1(of: "characters")', 'f1(of: "macro")', "f1(macro)"],
      ...[
        "f1(binary)",
        'f1(of: "binary, spam")',
        "f1(binary, of: spam)",
        'f1(of: "of: x")',
        'f1(of: "")',
        'f1(of: " a")',
      ],
      ...['f1(of: "a")', 'f1(of: "a\\"")'],
      judge('"http://127.0.0.1:1/v1", model: "m"'),
      judge('"http://127.0.0.1:2/v1", model: "m"'),
      judge('"http://127.0.0.1:1/v1", model: "m", against: target'),
      judge('"http://127.0.0.1:1/v1", model: "m", key: secret(env: A)'),
      judge('"http://127.0.0.1:1/v1", model: "m", key: secret(env: B)'),
      ...[1, 2].map((n) => judge(`"http://127.0.0.1:1/v1", model: "m", prompt: "${"x".repeat(80)} {a} {b} ${n}"`)),
    ];
    const names = named(calls.join(", "));
    assert.equal(new Set(names).size, calls.length, names.join("\n"));
    assert.ok(names.every((name) => name.length < 160));
  });
});
