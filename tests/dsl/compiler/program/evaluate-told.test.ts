/** Errors in an `evaluate`: all are reported at once, each at its position, with a fix. */
import assert from "node:assert/strict";
import { textsOfCode } from "#dsl/language/diagnostics/codes.js";
import { compiled, marked } from "../../world.js";

const before = `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, test: 20%) }
model m { base: "minilm", task: text_classification }
train m on d
`;
function told(text: string) {
  const { text: source, places } = marked(text);
  const { diagnostics } = compiled(source);
  const found = diagnostics.map(({ code, span }) => [code, span.start, span.end] as const);
  return {
    diagnostics,
    found: found.toSorted(([, a], [, b]) => a - b),
    at: (codes: readonly string[]) => codes.map((code, i) => [code, places[i]?.start, places[i]?.end]),
    mended: diagnostics.reduceRight((mended, { fix }) => {
      const [edit] = fix?.edits ?? [];
      return edit ? `${mended.slice(0, edit.start)}${edit.text}${mended.slice(edit.end)}` : mended;
    }, source),
  };
}

describe("errors in an `evaluate` statement", () => {
  it("cover every entry of `by`", () => {
    const { found, at } = told(
      `${before}evaluate m on d.test { by: [‹custumer›, ‹lenght›(bins: 4), customer, ‹taem›] }`,
    );
    assert.deepEqual(found, at(["unknown-column", "unknown-word", "unknown-column"]));
  });
  it("cover every metric, unknown or of another task", () => {
    const { found, at } = told(
      `${before}evaluate m on d.test { metrics: [‹acuracy›, ‹perplexity›, accuracy, ‹bleu›, ‹F2›] }`,
    );
    assert.deepEqual(found, at(["unknown-word", "metric-of-other-task", "metric-of-other-task", "unknown-word"]));
  });
  it("list all metrics of the task in the help", () => {
    const { diagnostics } = told(`${before}evaluate m on d.test { metrics: perplexity }`);
    const { help } = textsOfCode("metric-of-other-task", diagnostics[0]!.data as never);
    assert.doesNotMatch(help ?? "", / more$/);
  });
  it("do not include thresholds on metrics without a direction", () => {
    for (const bar of ["at_least", "at_most"])
      assert.deepEqual(told(`${before}evaluate m on d.test { require: ${bar}(selection_rate(yes), 40%) }`).found, []);
  });
  it("include thresholds in the wrong direction, with a one-word fix", () => {
    const wrong = `${before}evaluate m on d.test { require: [‹at_least›(log_loss, 0.5), at_most(latency, 20ms), ‹at_most›(accuracy, 80%)] }`;
    const { found, at, mended } = told(wrong);
    assert.deepEqual(found, at(["bar-turned", "bar-turned"]));
    assert.match(mended, /require: \[at_most\(log_loss, 0\.5\), at_most\(latency, 20ms\), at_least\(accuracy, 80%\)\]/);
  });
});

describe("`with` before a block", () => {
  it("is removed by a fix", () => {
    const { found, at, diagnostics, mended } = told(`${before}train m on d ‹with› { epochs: 2 }`);
    assert.deepEqual(found, at(["unexpected"]));
    assert.match(textsOfCode("unexpected", diagnostics[0]!.data as never).help ?? "", /remove it/);
    assert.match(mended, /train m on d \{ epochs: 2 \}/);
  });
});
