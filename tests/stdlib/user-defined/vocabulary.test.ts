import assert from "node:assert/strict";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { compile } from "#dsl/compiler/program/compile.js";
import { emptyEnvironment } from "#dsl/compiler/plan/known-names.js";
import { complete } from "#dsl/assist/complete.js";
import { hoverAt } from "#dsl/assist/hover.js";
import { Facts } from "#dsl/language/types/facts.js";
import type { Call } from "#dsl/language/types/value.js";
import { makeExtensibleRegistry, type Word } from "#dsl/language/types/registry.js";
import type { LabelMetricInput } from "#stdlib/metrics/kind.js";
import type { MetricRecord, TechniqueRecord } from "#stdlib/user-defined/record.js";
import { storedImplementation } from "#stdlib/user-defined/store.js";
import { makeSessionVocabulary } from "#stdlib/user-defined/vocabulary.js";
import { registry as builtIn } from "#stdlib/registry.js";
import type { MetricImplementation } from "#stdlib/metrics/kind.js";
import { compiled, definitions } from "#tests/dsl/world.js";
import { scaleShift } from "./scale-shift.js";

const errors: MetricRecord = {
  name: "errors",
  doc: "How many rows are wrong.",
  greaterIsBetter: false,
  compute: (_call, { truth, predicted }) => truth.filter((t, i) => t !== predicted[i]).length,
};
const outcome = {
  ...{ labels: ["a", "b"], truth: Int32Array.of(0, 1, 1), predicted: Int32Array.of(0, 0, 1) },
  probabilities: new Float32Array(6),
} satisfies LabelMetricInput;
const plain: Call = { kind: "metric", word: "errors", arguments: {} };

function refusal(kind: "technique" | "metric", record: unknown): CodedError {
  try {
    makeSessionVocabulary().define(kind, record);
  } catch (error) {
    assert.ok(error instanceof CodedError);
    return error;
  }
  assert.fail("nothing was refused");
}

describe("extensible vocabulary", () => {
  it("adds a word that the built-in vocabulary does not contain", () => {
    const vocabulary = makeSessionVocabulary();
    vocabulary.define("technique", scaleShift);
    assert.equal(vocabulary.registry.find("technique", "scale_shift")!.doc, scaleShift.doc);
    assert.ok(vocabulary.registry.ofKind("technique").some((w) => w.name === "lora"));
    assert.equal(builtIn.find("technique", "scale_shift"), undefined);
    assert.equal(makeSessionVocabulary().registry.find("technique", "scale_shift"), undefined);
  });
  it("gives each metric its own copy of the data, safe from its changes", () => {
    const bold = makeSessionVocabulary().define("metric", {
      ...errors,
      compute(_call: Call, { truth, predicted, probabilities }: LabelMetricInput) {
        truth.sort();
        predicted.set(truth);
        probabilities.fill(1);
        return 0;
      },
      ofTags(_call: Call, { truth }: { truth: string[][] }) {
        truth[0]!.length = 0;
        return truth.length;
      },
    });
    const own = storedImplementation(bold.definition!) as MetricImplementation;
    const mixed = { ...outcome, truth: Int32Array.of(1, 0, 1), probabilities: new Float32Array(6) };
    assert.equal(own.compute!(plain, mixed), 0);
    assert.deepEqual(mixed, { ...outcome, truth: Int32Array.of(1, 0, 1), probabilities: new Float32Array(6) });
    const tags = { scheme: "bio" as const, truth: [["O"]], predicted: [["O"]] };
    assert.equal(own.ofTags!(plain, tags), 1);
    assert.deepEqual(tags.truth, [["O"]]);
  });
  it("replaces a redefined word, and finds the earlier implementation by its hash", () => {
    const vocabulary = makeSessionVocabulary();
    const first = vocabulary.define("metric", errors);
    const second = vocabulary.define("metric", { ...errors, compute: () => 7 });
    assert.notEqual(first.definition, second.definition);
    assert.equal(vocabulary.registry.ofKind("metric").filter((w) => w.name === "errors").length, 1);
    assert.equal((storedImplementation(first.definition!) as MetricImplementation).compute!(plain, outcome), 1);
    assert.equal((storedImplementation(second.definition!) as MetricImplementation).compute!(plain, outcome), 7);
    assert.equal(vocabulary.define("metric", errors).definition, first.definition);
  });
  it("includes the text surrounding a definition in its hash, as functions may use its names", () => {
    const place = (text: string) => ({ text, placeOf: () => [] });
    const hashes = ["const a = 1", "const a = 2"].map(
      (t) => makeSessionVocabulary().define("metric", errors, place(t)).definition,
    );
    assert.notEqual(hashes[0], hashes[1]);
  });
  it("rejects built-in names, planned or built, and malformed names", () => {
    assert.equal(refusal("technique", { ...scaleShift, name: "lora" }).code, "word-taken");
    assert.equal(refusal("metric", { ...errors, name: "accuracy" }).code, "word-taken");
    for (const name of ["none", "Scale", "scale-shift", "", 3, undefined])
      assert.equal(refusal("technique", { ...scaleShift, name }).code, "word-malformed", String(name));
  });
  it("explains what is wrong with a record, and how to write it", () => {
    const without = Object.fromEntries(Object.entries(scaleShift).filter(([key]) => key !== "trains"));
    const cases: readonly [unknown, RegExp][] = [
      [undefined, /expects a record, not undefined/],
      [without, /it has no trains/],
      [{ ...scaleShift, arround: scaleShift.around }, /it has no key arround/],
      [{ ...scaleShift, around: "layers" }, /around must be a function, not string \(layers\)/],
      [{ ...scaleShift, doc: " " }, /no description/],
      [{ ...scaleShift, saved: "adapter" }, /saved is not one of two/],
      [{ ...scaleShift, parameters: {} }, /parameters must be a list/],
      [{ ...scaleShift, parameters: [{ name: "size" }] }, /size has no known type/],
      [
        { ...scaleShift, parameters: [{ name: "size", type: "integer", default: 1.5 }] },
        /default of size is not of its type/,
      ],
      [
        {
          ...scaleShift,
          parameters: [
            { name: "a", default: 1 },
            { name: "a", default: 2 },
          ],
        },
        /two parameters a/,
      ],
      [{ ...scaleShift, parameters: [{ name: "a", default: 1, min: 0 }] }, /a has no key min/],
    ];
    for (const [record, said] of cases) {
      const error = refusal("technique", record);
      assert.match(error.message, said);
      assert.equal(error.code, "word-malformed");
      assert.match((error.data as { write: string }).write, /write |its keys are /);
    }
    assert.match(refusal("metric", { name: "m", doc: "d" }).message, /computes nothing/);
    const unknown = refusal("metric", { ...errors, greaterIsBetter: "sometimes" });
    assert.match(unknown.message, /greaterIsBetter must be a boolean, or "none", not string \(sometimes\)/);
  });
  it("gives a metric the direction declared in its record", () => {
    const better = (more: Pick<MetricRecord, "greaterIsBetter">) => {
      const vocabulary = makeSessionVocabulary();
      const { name, doc, compute } = errors;
      vocabulary.define("metric", { name, doc, compute, ...more });
      return vocabulary.registry.find("metric", name)?.capabilities?.better;
    };
    const given = [{}, { greaterIsBetter: true }, { greaterIsBetter: false }, { greaterIsBetter: "none" }] as const;
    assert.deepEqual(given.map(better), ["greater", "greater", "less", "none"]);
  });
  it("names the failing user function, once", () => {
    const vocabulary = makeSessionVocabulary();
    const broken = vocabulary.define("metric", { ...errors, compute: () => (undefined as unknown as { x: number }).x });
    const at = storedImplementation(broken.definition!) as MetricImplementation;
    assert.throws(
      () => at.compute!(plain, outcome),
      (e: CodedError) => {
        assert.equal(e.code, "word-failed");
        assert.match(e.message, /^compute of your metric errors failed: Cannot read/);
        assert.ok(e.cause instanceof TypeError);
        return true;
      },
    );
    const silent = vocabulary.define("metric", { ...errors, compute: () => "3" as unknown as number });
    assert.throws(
      () => (storedImplementation(silent.definition!) as MetricImplementation).compute!(plain, outcome),
      /must return a number, not 3/,
    );
  });
  it("reports a planned parameter of a record as not built yet", () => {
    const word: Word = {
      ...{ kind: "cleaner", name: "shorten", doc: "Cuts texts.", example: "clean: shorten" },
      parameters: [
        {
          ...{ name: "by", type: { is: "number" }, doc: "", why: "", impact: "low" },
          planned: { meanwhile: "cut them before" },
        },
      ],
    };
    const grown = makeExtensibleRegistry(builtIn);
    grown.define(word);
    const text = 'data d { source: csv("a.csv"), columns: { text: t }, clean: shorten(by: 3) }';
    const [told] = compile([{ id: "a", title: "a", text }], grown, Facts.none, "assist", emptyEnvironment).diagnostics;
    assert.deepEqual([told?.code, told && text.slice(told.span.start, told.span.end)], ["not-built-yet", "by"]);
  });
  it("checks, completes and explains from the record, also in another thread", () => {
    const vocabulary = makeSessionVocabulary();
    const sized: TechniqueRecord = {
      ...scaleShift,
      parameters: [{ name: "size", type: "integer", default: 8, range: { min: 1 }, doc: "How large." }],
    };
    vocabulary.define("technique", sized);
    const far = makeSessionVocabulary();
    for (const word of structuredClone(vocabulary.told()))
      (far.registry as unknown as { define(w: unknown): void }).define(word);
    for (const { registry } of [vocabulary, far]) {
      const codes = (text: string) =>
        compile([{ id: "a", title: "a", text }], registry, Facts.none, "assist", emptyEnvironment).diagnostics.map(
          (d) => d.code,
        );
      const model = (technique: string) => `model m { base: "x", task: text_classification, technique: ${technique} }`;
      assert.deepEqual(codes(model("scale_shift(size: 3)")), []);
      assert.deepEqual(codes(model("scale_shift(size: 0)")), ["out-of-range"]);
      assert.deepEqual(codes(model("scale_shift(siez: 3)")), ["unknown-argument"]);
      assert.deepEqual(codes(model("scale_shfit")), ["unknown-word"]);
      const context = { registry, earlier: [], facts: Facts.none, outside: emptyEnvironment };
      const text = model("scale_");
      const offered = complete(text, text.indexOf("scale_") + 6, context).items.map((i) => i.text);
      assert.ok(
        offered.some((t) => t.startsWith("scale_shift")),
        offered.join(),
      );
      const whole = model("scale_shift");
      assert.match(hoverAt(whole, whole.indexOf("scale_shift") + 2, context)!.markdown, /Scales and shifts/);
      // With a known base as well: a word that was loaded as data can't count what trains, so the hover states the
      // total.
      const { facts } = compiled(`${definitions}\ntrain m on d`);
      const sized = model("scale_shift(size: 3)").replace('"x"', '"minilm"');
      const at = sized.indexOf("3)");
      assert.match(hoverAt(sized, at, { ...context, facts })!.markdown, /parameters train besides the head/);
    }
  });
});
