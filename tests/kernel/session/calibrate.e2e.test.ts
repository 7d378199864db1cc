/**
 * `train … { calibrate: [...] }`: fitted to validation rows only, saved with the run, and used by later predictions.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ModelHandle } from "#kernel/models/model-handle.js";
import { NotebookOfOne } from "./notebook-of-one.js";
import { writeSmallBert } from "./small-bert.js";

const WORDS = Array.from({ length: 40 }, (_, i) => `w${i}`);
const text = (i: number, part: string): string =>
  [part.length, ...Array.from({ length: 5 }, (_, k) => WORDS[(i * (7 + 6 * k) + k * 11 + part.length) % 40]!)]
    .slice(1)
    .join(" ");
const row = (i: number, part: string, flip = 5): string =>
  `${i % 2 === 0 ? "good" : "bad"} ${text(i, part)},${(i % 2 === 0) === (i % flip !== 0) ? "yes" : "no"},${i % 3 === 0 ? "a|b" : "b"},${part}`;
const file = (test: readonly string[], validation: readonly string[]): string =>
  ["text,label,tags,part", ...Array.from({ length: 80 }, (_, i) => row(i, "train")), ...validation, ...test].join("\n");
const rows = (part: string, from: number, flip?: number) =>
  Array.from({ length: 40 }, (_, i) => row(from + i, part, flip));

const RECIPE = "epochs: 8, batch_size: 16, optimizer: adamw(learning_rate: 4e-3), dropout: 0";

describe("calibration on validation rows", function () {
  this.timeout(120_000);
  let book: NotebookOfOne;
  const shown = async (cell: string): Promise<string> =>
    (await book.run(cell)).map(({ bundle }) => String(bundle["text/plain"])).join("\n\n");
  const fitted = (name: string) => (book.values.get(name) as ModelHandle).fitted;
  before(() => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "bert"), ["good", "bad", ...WORDS]);
    const [validation, test] = [rows("validation", 200), rows("test", 400)];
    writeFileSync(join(book.folder, "one.csv"), file(test, validation));
    writeFileSync(join(book.folder, "other-test.csv"), file(rows("test", 600, 2), validation));
    writeFileSync(join(book.folder, "other-validation.csv"), file(test, rows("validation", 800, 3)));
  });
  after(() => book.close());
  const program = (
    path: string,
    name: string,
    calibrate: string,
  ) => `data ${name}_rows { source: csv("${path}"), columns: { text: text, label: label }, split: by_column(part) }
model ${name} { base: "bert", task: text_classification, technique: full, max_length: 16 }
train ${name} on ${name}_rows { ${RECIPE}${calibrate} }`;
  const BOTH = ", calibrate: [threshold(f1), temperature]";

  it("depends on validation rows only, not on test rows", async () => {
    const told = await shown(program("one.csv", "m", BOTH));
    assert.match(
      told,
      /m: temperature [\d.]+, threshold yes [\d.]+, fitted to 40 rows of m_rows\.validation\ntemperature: calibration_error [\d.]+ → [\d.]+, loss [\d.]+ → [\d.]+ on the rows that it was fitted to\nthreshold: f1\(binary\)? [\d.]+ → [\d.]+/,
    );
    await book.run(program("other-test.csv", "leak", BOTH));
    await book.run(program("other-validation.csv", "moved", BOTH));
    const numbers = (name: string) => [fitted(name)?.temperature, fitted(name)?.thresholds];
    assert.deepEqual(numbers("leak"), numbers("m"));
    assert.notDeepEqual(numbers("moved"), numbers("m"));
  });
  it("changes predictions but no weights and no recipe hash", async () => {
    await book.run(`train m on m_rows as plain { ${RECIPE} }`);
    assert.equal(fitted("plain"), null);
    const [m, plain] = ["m", "plain"].map((name) => book.values.get(name) as ModelHandle) as [ModelHandle, ModelHandle];
    assert.equal(m.weights?.plan.recipeHash, plain.weights?.plan.recipeHash);
    const asked = ["good w1 w2", "bad w3 w4", "w5 w9"];
    const [with_, without] = [await m.predict(asked), await plain.predict(asked)];
    const { temperature = 1, thresholds = {} } = m.fitted!;
    with_.forEach(({ label, probabilities }, i) => {
      const odds = (of: Readonly<Record<string, number>>) => Math.log(of["yes"]! / of["no"]!);
      assert.ok(Math.abs(odds(probabilities) * temperature - odds(without[i]!.probabilities)) < 1e-4);
      assert.equal(label, probabilities["yes"]! >= thresholds["yes"]! ? "yes" : "no");
    });
    const metrics = "metrics: [accuracy, loss, f1]";
    const text = await shown(
      `evaluate m on m_rows.validation { ${metrics} }\nevaluate plain on m_rows.validation { ${metrics} }`,
    );
    const [own, bare] = book.session.evaluations.slice(-2);
    assert.ok(own!.metrics["loss"]! < bare!.metrics["loss"]!);
    assert.ok(own!.metrics["f1"]! >= bare!.metrics["f1"]!);
    assert.match(text, /m: temperature .*, fitted to 40 rows of m_rows\.validation/);
    assert.match(text, /these are the rows that it was fitted to/);
  });
  it("is exported with a deployment, while its weights stay uncalibrated", async () => {
    const told = await shown('deploy m to onnx("out")');
    const { fitted: own } = JSON.parse(readFileSync(join(book.folder, "out/tunebook.json"), "utf8")) as {
      readonly fitted: unknown;
    };
    const { temperature, thresholds } = fitted("m")!;
    assert.deepEqual(own, { temperature, thresholds });
    assert.match(told, /temperature [\d.]+ that was fitted to validation/);
    assert.match(readFileSync(join(book.folder, "out/README.md"), "utf8"), /divide the logits by it/);
  });
  it("is loaded with the run, and fails if its file was modified", async () => {
    const folder = (book.values.get("m") as ModelHandle).folder!;
    await book.run(`model again { load: "${folder}" }`);
    assert.deepEqual(fitted("again"), fitted("m"));
    const path = join(folder, "calibration.json");
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, whole.replace(/"temperature": [\d.]+/, '"temperature": 1'));
    await assert.rejects((book.values.get("m") as ModelHandle).predict("good"), (error) => {
      assert.ok(error instanceof CodedError && error.code === "calibration-broken", String(error));
      return true;
    });
    writeFileSync(path, whole);
  });
  it("fits one threshold per label where rows allow, and names the other labels", async () => {
    const told =
      await shown(`data sets { source: csv("one.csv"), columns: { text: text, labels: tags }, split: by_column(part) }
model tags { base: "bert", task: multilabel_classification, technique: full, max_length: 16 }
train tags on sets { epochs: 1, batch_size: 16, calibrate: threshold }`);
    // Every row has label b, so no threshold can be fitted for it.
    assert.deepEqual(Object.keys(fitted("tags")?.thresholds ?? {}), ["a"]);
    assert.match(told, /warning\[[\w-]+\]: .*`threshold` of tags.* a \(1\d\).* b \(0\)/);
    assert.match(told, /threshold: f1\(macro\) [\d.]+ → [\d.]+/);
    const { thresholds = {} } = fitted("tags")!;
    const [one] = (await (book.values.get("tags") as ModelHandle).predict("good w1")) as unknown as readonly [
      { readonly labels: readonly string[]; readonly probabilities: Readonly<Record<string, number>> },
    ];
    assert.equal(one.labels.includes("a"), one.probabilities["a"]! >= thresholds["a"]!);
  });
});
