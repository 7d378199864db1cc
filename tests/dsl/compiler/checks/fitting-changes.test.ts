/**
 * The fixes that `memory-short` suggests fit into memory, are not larger than necessary, and can be inserted at their
 * position.
 */
import assert from "node:assert/strict";
import { insertionEdit } from "#dsl/language/diagnostics/insertion.js";
import { lengthQuantile } from "#dsl/compiler/plan/lengths.js";
import { compiled, dataFacts, type World } from "../../world.js";

/** Texts of up to 511 tokens, so that activations take much of the memory. */
const long: World = {
  data: () =>
    dataFacts({
      splits: Object.fromEntries(
        ["train", "validation", "test"].map((name) => [
          name,
          {
            rows: 800,
            labels: ["no", "yes"].map((label) => ({ label, count: 400 })),
            lengths: { step: 64, counts: [300, 200, 100, 100, 50, 30, 15, 5], total: 100_000, longest: 511 },
          },
        ]),
      ),
    }),
};
const data =
  'data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 10%, test: 10%) }\n';
const programs = [
  `${data}model m { base: "minilm", task: text_classification }\ntrain m on d`,
  `${data}model m { base: "minilm", task: text_classification }\ntrain m on d { batch_size: 64, recompute: none }`,
  `${data}model m { base: "minilm", task: text_classification }\nrecipe r {\n  epochs: 1 // once\n}\ntrain m on d with r { accumulate: 2 }`,
  `${data}model m {\n  base: "minilm"\n  task: text_classification\n  technique: lora(rank: 4)\n}\ntrain m on d { batch_size: 128 }`,
];
const mended = (text: string, edits: readonly { start: number; end: number; text: string }[]): string =>
  edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((whole, { start, end, text: put }) => whole.slice(0, start) + put + whole.slice(end), text);

describe("fix suggested by `memory-short`", () => {
  it("makes the program fit in memory, for four programs and many memory sizes", () => {
    let mends = 0;
    for (const program of programs)
      for (let memory = 4e8; memory < 4e9; memory *= 1.15) {
        const [d] = compiled(program, { ...long, memory }).diagnostics;
        if (d?.code !== "memory-short") continue;
        assert.ok(d.data.needed > memory);
        assert.equal(d.data.fits, d.data.change.takes <= memory);
        if (!d.data.fits) {
          assert.equal(d.fix, undefined);
          continue;
        }
        mends++;
        assert.ok(d.fix, `${program} ${String(memory)}`);
        const after = mended(program, d.fix.edits);
        const again = compiled(after, { ...long, memory });
        assert.deepEqual(
          again.codes.filter((code) => code !== "truncated"),
          [],
          after,
        );
      }
    assert.ok(mends > 15, String(mends));
  });
  it("keeps the effective batch size if a smaller batch is enough", () => {
    const program = programs[1]!;
    const told = (memory: number) => {
      const [d] = compiled(program, { ...long, memory }).diagnostics;
      return d?.code === "memory-short" ? d.data.change : undefined;
    };
    const whole = told(1e6)!; // nothing fits
    assert.equal(whole.same, false);
    let memory = 6e9;
    while (!told(memory)) memory *= 0.98;
    const first = told(memory)!;
    assert.deepEqual([first.text, first.same], ["batch_size: 32, accumulate: 2", true]);
  });
  it("never changes more settings on a machine with more memory", () => {
    const costs = [5e8, 7e8, 1e9, 1.5e9].map((memory) => {
      const [d] = compiled(programs[1]!, { ...long, memory }).diagnostics;
      return d?.code === "memory-short" ? d.data.change.text.split(", ").length : 0;
    });
    assert.deepEqual(
      costs,
      costs.toSorted((a, b) => b - a),
    );
  });
});

describe("insertion of keys into a block", () => {
  const put = (text: string, open: number, close: number): string => {
    const edit = insertionEdit(
      text,
      ["a: 1", "b: 2"],
      open < 0 ? undefined : { source: "x", start: open, end: close },
      text.length,
    );
    return mended(text, [edit]);
  };
  it("handles one-line, multi-line, empty and missing blocks", () => {
    assert.equal(put("train m on d", -1, 0), "train m on d { a: 1, b: 2 }");
    assert.equal(put("r { }", 2, 5), "r { a: 1, b: 2 }");
    assert.equal(put("r { epochs: 1 }", 2, 15), "r { epochs: 1, a: 1, b: 2 }");
    assert.equal(put("r { epochs: 1, }", 2, 16), "r { epochs: 1, a: 1, b: 2 }");
    assert.equal(put("r {\n    epochs: 1 // c\n}", 2, 24), "r {\n    epochs: 1 // c\n    a: 1\n    b: 2\n}");
  });
});

describe("quantiles of a length histogram", () =>
  it("return the upper end of their bin, at most the longest length", () => {
    const lengths = { step: 10, counts: [50, 45, 4, 1], total: 1000, longest: 33 };
    assert.deepEqual(
      [0.5, 0.9, 0.95, 0.99, 1].map((share) => lengthQuantile(lengths, share)),
      [9, 19, 19, 29, 33],
    );
    assert.equal(lengthQuantile(null, 0.5), null);
  }));
