/**
 * sentence_similarity compared with sentence-transformers: embeddings of small models, and ten AdamW steps of every
 * loss.
 */
import assert from "node:assert/strict";
import { assemblePrograms } from "#stdlib/programs/assemble.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import type { TaskImplementation } from "#stdlib/tasks/kind.js";
import { sentenceSimilarity } from "#stdlib/tasks/sentence_similarity.run.js";
import type { TextPairTargets } from "#stdlib/tasks/shared/similarity-rows.js";
import { weightsOf } from "../models/encoder-models.js";
import { feedsOf, follow, near, run, shapesOf } from "../models/golden.js";
import { call, drawn, models, partsOf, startOf, task, technique, trainingOf } from "./similarity-models.js";

describe("sentence_similarity compared with sentence-transformers, in float64", () => {
  for (const golden of models) {
    describe(golden.name, () => {
      const base = weightsOf(golden);
      for (const [pooling, wanted] of Object.entries(golden.embeddings))
        it(`embeddings by ${pooling}`, async () => {
          const o = { ...(await partsOf(golden)), technique: await technique("full"), tensors: shapesOf(base) };
          const program = assembleForwardProgram({ ...o, task: task({ pooling, normalize: false }) }, false);
          near(run(program, feedsOf(golden.forward), base).outputs["logits"]!, wanted, 1e-4);
          const units = assembleForwardProgram({ ...o, task: task({ pooling }) }, false);
          const { data, shape } = run(units, feedsOf(golden.forward), base).outputs["logits"]!;
          for (let row = 0; row < shape[0]!; row++) {
            const own = data.slice(row * shape[1]!, (row + 1) * shape[1]!);
            assert.ok(Math.abs(own.reduce((sum, x) => sum + x * x, 0) - 1) < 1e-9);
          }
        });
      if (golden.prompts)
        it("embeddings with virtual tokens", async () => {
          const { shapes, ...embeddings } = golden.prompts!;
          const checkpoint = { ...base, ...drawn(`${golden.name}/prompts`, shapes) };
          const tuning = await technique("prompt_tuning", { tokens: 3, from: "adapter" });
          for (const [pooling, wanted] of Object.entries(embeddings)) {
            const o = { ...(await partsOf(golden)), technique: tuning, tensors: shapesOf(checkpoint) };
            const program = assembleForwardProgram({ ...o, task: task({ pooling, normalize: false }) }, false);
            near(run(program, feedsOf(golden.forward), checkpoint).outputs["logits"]!, wanted, 1e-4);
          }
        });
      for (const [name, trained] of Object.entries(golden.trained))
        for (const word of ["full", "lora"] as const)
          it(`${name}: losses and norms of ${trained.full.losses.length} steps of ${word}`, async () => {
            const programs = assemblePrograms(await trainingOf(golden, name, word));
            follow(programs, trained.batches, { ...trained[word], final: {} }, startOf(golden, name, word));
            if (word === "lora")
              assert.deepEqual(Object.values(programs.saved).sort(), Object.keys(trained.lora.shapes).sort());
          });
    });
  }
});

describe("supervision from text pairs", () => {
  const columns = (
    given: Readonly<Record<string, readonly unknown[]>>,
    labels: readonly string[] = [],
    loss = "auto",
  ) => {
    const count = given["text"]!.length;
    return {
      count,
      values: (role: string) => given[role],
      names: Int32Array.from({ length: count }, (_, i) => i + 1),
      ids: () => new Int32Array(0),
      labels,
      tokenizer: { vocabulary: 9, mask: null, special: new Set<number>(), tokens: () => [] },
      model: "m",
      data: "d",
      call: call("task", "sentence_similarity", { loss }),
    };
  };
  const teach = (...o: Parameters<typeof columns>) =>
    (sentenceSimilarity as TaskImplementation).supervision.teach!(columns(...o)) as TextPairTargets;
  const fed = (taught: TextPairTargets, rows: readonly number[]) => {
    const feeds = taught.feeds({ rows, width: 3, seed: 0, epoch: 0 }, new Int32Array(0));
    const { bytes, shape } = feeds["labels"]!;
    return { shape, data: Array.from(new Float32Array(bytes.slice().buffer)) };
  };

  it("feeds each text of a row, role after role", () => {
    const taught = teach({ text: ["a", "b", "c"], text_pair: ["d", "e", "f"], negative: ["g", "h", "i"] });
    assert.deepEqual([...taught.texts!([2, 0])], [2, 0, 5, 3, 8, 6]);
    assert.equal(taught.loss, "ranking");
    assert.deepEqual(fed(taught, [2, 0]), { shape: [2, 4], data: [1, 0, 0, 0, 0, 1, 0, 0] });
    assert.equal(taught.counts({ rows: [2, 0], seed: 0, epoch: 0 }), 2);
  });
  it("excludes other matches from the negatives: the same positive, text or group", () => {
    const text = ["a", "b", "a", "d"];
    const text_pair = ["x", "x", "y", "z"];
    const groups = teach({ text, text_pair, group: ["", "g", "", "g"] });
    assert.deepEqual(fed(groups, [0, 1, 2, 3]).data, [1, -1, -1, 0, -1, 1, 0, -1, -1, 0, 1, 0, 0, -1, 0, 1]);
    const plain = teach({ text, text_pair });
    assert.deepEqual(fed(plain, [1, 3]).data, [1, 0, 0, 1]);
  });
  it("chooses the loss by the roles, unless it is written", () => {
    const pairs = { text: ["a", "b"], text_pair: ["c", "d"] };
    assert.equal(teach(pairs).loss, "ranking");
    assert.equal(teach({ ...pairs, score: [0, 5] }).loss, "cosent");
    assert.equal(teach({ ...pairs, label: ["no", "yes"] }, ["no", "yes"]).loss, "contrastive");
    const online = teach({ ...pairs, label: ["no", "yes"] }, ["no", "yes"], "online_contrastive");
    assert.deepEqual([online.loss, fed(online, [1, 0]).data], ["online_contrastive", [1, 0]]);
    assert.equal(teach({ ...pairs, score: [0, 5] }, [], "online_contrastive").loss, "cosent");
  });
  it("omits unrelated pairs in `ranking`, and uses their texts as negatives", () => {
    const pairs = { text: ["a", "a", "b"], text_pair: ["x", "y", "z"], label: ["yes", "no", "yes"] };
    const taught = teach(pairs, ["no", "yes"], "ranking");
    assert.deepEqual(fed(taught, [0, 1, 2]).data, [1, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert.equal(taught.counts({ rows: [0, 1, 2], seed: 0, epoch: 0 }), 2);
  });
  it("maps scores to cosines, and reports scores out of range with their row", () => {
    const pairs = { text: ["a", "b"], text_pair: ["c", "d"] };
    const ranged = (range: { from: number; to: number } | null, score: readonly number[]) => {
      const rows = columns({ ...pairs, score }, [], "cosine");
      const given = { ...rows, call: { ...rows.call, arguments: { loss: "cosine", range } } };
      return fed(sentenceSimilarity.supervision.teach!(given) as TextPairTargets, [0, 1]).data;
    };
    assert.deepEqual(ranged({ from: 0, to: 5 }, [0, 5]), [0, 1]);
    assert.deepEqual(ranged({ from: -4, to: 4 }, [-4, 2]), [-1, 0.5]);
    assert.deepEqual(ranged(null, [-1, 0.25]), [-1, 0.25]);
    assert.throws(() => ranged(null, [0.5, 3]), { code: "cosine-out-of-range" });
  });
  it("ranks matches of a text: not itself, duplicates once, and any of its group", () => {
    const angle = (degrees: number) =>
      Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));
    const told = { a: 0, b: 10, c: 20, d: 50 } as const;
    type Name = keyof typeof told;
    const scored = (
      text: readonly Name[],
      text_pair: readonly Name[],
      more: Readonly<Record<string, readonly unknown[]>> = {},
    ) => {
      const taught = teach({ text, text_pair, ...more });
      const said = [...text, ...text_pair].map((name) => angle(told[name]));
      return sentenceSimilarity.answers!.score!(said, taught as never, columns({ text, text_pair }) as never);
    };
    // `a` finds b, d and itself among the candidates; itself doesn't count.
    assert.equal(scored(["a", "b", "d"], ["d", "a", "b"]).metrics["mrr"], (1 / 2 + 1 / 1 + 1 / 1) / 3);
    assert.equal(scored(["a", "b"], ["a", "d"]).metrics["mrr"], (1 + 1 / 2) / 2);
    // c finds b before d, and both are right.
    assert.equal(scored(["c", "a"], ["d", "b"]).metrics["mrr"], (1 / 2 + 1) / 2);
    assert.equal(scored(["c", "a"], ["d", "b"], { group: ["g", "g"] }).metrics["mrr"], 1);
    assert.deepEqual(
      scored(["c", "a"], ["d", "b"])
        .mistakes(5)
        .map((m) => [m.row, m.truth, m.predicted]),
      [[0, "d", "b"]],
    );
  });
  it("has a split loss equal to the loss of one batch, except for equal texts", () => {
    const unit = (...x: readonly number[]) => Float32Array.from(x, (v) => v / Math.hypot(...x));
    const text = ["a", "b", "c"];
    const text_pair = ["x", "y", "z"];
    const said = [unit(1, 2), unit(3, -1), unit(1, 1), unit(2, 2), unit(1, -2), unit(-1, 1)];
    const { metrics: told } = sentenceSimilarity.answers!.score!(
      said,
      teach({ text, text_pair }) as never,
      columns({ text, text_pair }) as never,
    );
    const cosine = (i: number, j: number) => 20 * said[i]!.reduce((sum, x, k) => sum + x * said[j]![k]!, 0);
    const want = [0, 1, 2].map(
      (i) => Math.log([3, 4, 5].reduce((sum, j) => sum + Math.exp(cosine(i, j)), 0)) - cosine(i, i + 3),
    );
    assert.ok(Math.abs(told["loss"]! - want.reduce((a, b) => a + b) / 3) < 1e-6);
  });
  it("rejects three labels, and negatives that the loss does not use", () => {
    const pairs = { text: ["a", "b"], text_pair: ["c", "d"] };
    assert.throws(() => teach({ ...pairs, label: ["x", "y"] }, ["x", "y", "z"]), { code: "two-labels" });
    assert.throws(() => teach({ ...pairs, negative: ["e", "f"], score: [0, 1] }), {
      code: "negatives-without-ranking",
    });
  });
});
