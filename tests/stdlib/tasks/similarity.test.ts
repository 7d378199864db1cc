/** sentence_similarity beside sentence-transformers: embeddings of small models, and ten AdamW steps of every loss. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { values, type Values } from "#dsl/graph/values.js";
import type { Call } from "#dsl/plan/plan.js";
import type { ModelImplementation } from "#stdlib/kinds/model.js";
import type { TaskImplementation } from "#stdlib/kinds/task.js";
import type { TechniqueImplementation } from "#stdlib/kinds/technique.js";
import { adamw } from "#stdlib/optimizers/adamw.run.js";
import { assemble } from "#stdlib/programs/assemble.js";
import { assembleForward } from "#stdlib/programs/forward.js";
import type { AssembleOptions } from "#stdlib/programs/options.js";
import { registry } from "#stdlib/registry.js";
import { sentenceSimilarity } from "#stdlib/tasks/sentence_similarity.run.js";
import type { TaughtPairs } from "#stdlib/tasks/similarity-rows.js";
import { uniform } from "#tests/oracles/numbers.js";
import { familyOf, weightsOf } from "../models/encoder-models.js";
import { feedsOf, follow, near, root, run, shapesOf, type Batch, type Trained } from "../models/golden.js";

type Shapes = Readonly<Record<string, readonly number[]>>;
type Steps = Omit<Trained, "final">;
interface Golden {
  readonly name: string;
  readonly shapes: Shapes;
  readonly config: Readonly<Record<string, unknown>>;
  readonly forward: Batch;
  readonly embeddings: Readonly<Record<string, unknown>>;
  readonly trained: Readonly<
    Record<
      string,
      {
        readonly batches: readonly Batch[];
        readonly full: Steps;
        readonly lora: Steps & { readonly shapes: Shapes };
      }
    >
  >;
  readonly prompts?: Readonly<Record<string, unknown>> & { readonly shapes: Shapes };
}
const { models } = JSON.parse(readFileSync(new URL("golden/oracle/similarity.json", root), "utf8")) as {
  models: readonly Golden[];
};
const call = (kind: string, word: string, given: Call["arguments"] = {}): Call => ({ kind, word, arguments: given });
const technique = async (word: string, given: Call["arguments"] = {}): Promise<AssembleOptions["technique"]> => ({
  call: call("technique", word, given),
  implementation: (await registry.find("technique", word)!.load!()) as TechniqueImplementation,
});
const drawn = (title: string, shapes: Shapes): Record<string, Values> =>
  Object.fromEntries(
    Object.entries(shapes).map(([key, shape]) => [key, values(shape, uniform(`${title}/${key}`, shape, 0.05))]),
  );
/** The loss that a golden name stands for, and the roles that lead to it. */
const lossOf = (name: string): string => name.replace(/-.*/, "");

describe("sentence_similarity beside sentence-transformers, in float64", () => {
  for (const golden of models) {
    describe(golden.name, () => {
      let common: Omit<AssembleOptions, "technique" | "task" | "optimizer" | "clip" | "dropout" | "tensors">;
      const base = weightsOf(golden);
      const task = (given: Call["arguments"]): AssembleOptions["task"] => ({
        call: call("task", "sentence_similarity", given),
        implementation: sentenceSimilarity,
      });
      before(async () => {
        const family: ModelImplementation = await familyOf(golden);
        common = { family, config: family.config(golden.config), labels: 0, prefixInCheckpoint: false, seed: 0 };
      });
      for (const [pooling, wanted] of Object.entries(golden.embeddings))
        it(`embeddings by ${pooling}`, async () => {
          const o = { ...common, technique: await technique("full"), tensors: shapesOf(base) };
          const program = assembleForward({ ...o, task: task({ pooling, normalize: false }) }, false);
          near(run(program, feedsOf(golden.forward), base).outputs["logits"]!, wanted, 1e-4);
          const units = assembleForward({ ...o, task: task({ pooling }) }, false);
          const { data, shape } = run(units, feedsOf(golden.forward), base).outputs["logits"]!;
          for (let row = 0; row < shape[0]!; row++) {
            const own = data.slice(row * shape[1]!, (row + 1) * shape[1]!);
            assert.ok(Math.abs(own.reduce((sum, x) => sum + x * x, 0) - 1) < 1e-9);
          }
        });
      if (golden.prompts)
        it("embeddings under virtual tokens", async () => {
          const { shapes, ...embeddings } = golden.prompts!;
          const checkpoint = { ...base, ...drawn(`${golden.name}/prompts`, shapes) };
          const tuning = await technique("prompt_tuning", { tokens: 3, from: "adapter" });
          for (const [pooling, wanted] of Object.entries(embeddings)) {
            const o = { ...common, technique: tuning, tensors: shapesOf(checkpoint) };
            const program = assembleForward({ ...o, task: task({ pooling, normalize: false }) }, false);
            near(run(program, feedsOf(golden.forward), checkpoint).outputs["logits"]!, wanted, 1e-4);
          }
        });
      for (const [name, trained] of Object.entries(golden.trained))
        for (const word of ["full", "lora"] as const)
          it(`${name}: losses and norms of ${trained.full.losses.length} steps of ${word}`, async () => {
            const told = trained[word];
            const checkpoint = word === "full" ? base : { ...base, ...drawn(golden.name, trained.lora.shapes) };
            const { weight_decay, epsilon, betas } = told.optimizer;
            const targets = Object.keys(trained.lora.shapes).map((key) => key.split(".").at(-3)!);
            const lora = { rank: 3, alpha: 5, targets: [...new Set(targets)], from: "adapter" };
            const programs = assemble({
              ...common,
              task: task({ loss: lossOf(name) }),
              technique: await technique(word, word === "lora" ? lora : {}),
              optimizer: {
                call: call("optimizer", "adamw", { weight_decay, epsilon, beta1: betas[0], beta2: betas[1] }),
                implementation: adamw,
              },
              dropout: 0,
              clip: told.clip,
              tensors: shapesOf(checkpoint),
            });
            follow(programs, trained.batches, { ...told, final: {} }, checkpoint);
            if (word === "lora")
              assert.deepEqual(Object.values(programs.saved).sort(), Object.keys(trained.lora.shapes).sort());
          });
    });
  }
});

describe("what rows of two texts teach", () => {
  const columns = (
    given: Readonly<Record<string, readonly unknown[]>>,
    labels: readonly string[] = [],
    loss = "auto",
  ) => {
    const count = given["text"]!.length;
    return {
      count,
      values: (role: string) => given[role],
      numbers: Int32Array.from({ length: count }, (_, i) => i + 1),
      ids: () => new Int32Array(0),
      labels,
      tokenizer: { vocabulary: 9, mask: null, special: new Set<number>(), tokens: () => [] },
      model: "m",
      data: "d",
      call: call("task", "sentence_similarity", { loss }),
    };
  };
  const teach = (...o: Parameters<typeof columns>) =>
    (sentenceSimilarity as TaskImplementation).supervision.teach!(columns(...o)) as TaughtPairs;
  const fed = (taught: TaughtPairs, rows: readonly number[]) => {
    const feeds = taught.feeds({ rows, width: 3, seed: 0, epoch: 0 }, new Int32Array(0));
    const { bytes, shape } = feeds["labels"]!;
    return { shape, data: Array.from(new Float32Array(bytes.slice().buffer)) };
  };

  it("each text of a row is fed, role after role", () => {
    const taught = teach({ text: ["a", "b", "c"], text_pair: ["d", "e", "f"], negative: ["g", "h", "i"] });
    assert.deepEqual([...taught.texts!([2, 0])], [2, 0, 5, 3, 8, 6]);
    assert.equal(taught.loss, "ranking");
    assert.deepEqual(fed(taught, [2, 0]), { shape: [2, 4], data: [1, 0, 0, 0, 0, 1, 0, 0] });
    assert.equal(taught.counts({ rows: [2, 0], seed: 0, epoch: 0 }), 2);
  });
  it("what belongs to a text as well is no negative: the same positive, the same text, the same group", () => {
    const text = ["a", "b", "a", "d"];
    const text_pair = ["x", "x", "y", "z"];
    const groups = teach({ text, text_pair, group: ["", "g", "", "g"] });
    assert.deepEqual(fed(groups, [0, 1, 2, 3]).data, [1, -1, -1, 0, -1, 1, 0, -1, -1, 0, 1, 0, 0, -1, 0, 1]);
    const plain = teach({ text, text_pair });
    assert.deepEqual(fed(plain, [1, 3]).data, [1, 0, 0, 1]);
  });
  it("the loss follows from the roles, unless it is written", () => {
    const pairs = { text: ["a", "b"], text_pair: ["c", "d"] };
    assert.equal(teach(pairs).loss, "ranking");
    assert.equal(teach({ ...pairs, score: [0, 5] }).loss, "cosent");
    assert.equal(teach({ ...pairs, label: ["no", "yes"] }, ["no", "yes"]).loss, "contrastive");
    const online = teach({ ...pairs, label: ["no", "yes"] }, ["no", "yes"], "online_contrastive");
    assert.deepEqual([online.loss, fed(online, [1, 0]).data], ["online_contrastive", [1, 0]]);
    assert.equal(teach({ ...pairs, score: [0, 5] }, [], "online_contrastive").loss, "cosent");
  });
  it("`ranking` leaves pairs that don't belong together out, and takes their texts as negatives", () => {
    const pairs = { text: ["a", "a", "b"], text_pair: ["x", "y", "z"], label: ["yes", "no", "yes"] };
    const taught = teach(pairs, ["no", "yes"], "ranking");
    assert.deepEqual(fed(taught, [0, 1, 2]).data, [1, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert.equal(taught.counts({ rows: [0, 1, 2], seed: 0, epoch: 0 }), 2);
  });
  it("scores are laid onto cosines, and those outside are told with their row", () => {
    const pairs = { text: ["a", "b"], text_pair: ["c", "d"] };
    const ranged = (range: { from: number; to: number } | null, score: readonly number[]) => {
      const rows = columns({ ...pairs, score }, [], "cosine");
      const given = { ...rows, call: { ...rows.call, arguments: { loss: "cosine", range } } };
      return fed(sentenceSimilarity.supervision.teach!(given) as TaughtPairs, [0, 1]).data;
    };
    assert.deepEqual(ranged({ from: 0, to: 5 }, [0, 5]), [0, 1]);
    assert.deepEqual(ranged({ from: -4, to: 4 }, [-4, 2]), [-1, 0.5]);
    assert.deepEqual(ranged(null, [-1, 0.25]), [-1, 0.25]);
    assert.throws(() => ranged(null, [0.5, 3]), { code: "cosine-out-of-range" });
  });
  it("refuses three labels, and negatives that the loss has no use for", () => {
    const pairs = { text: ["a", "b"], text_pair: ["c", "d"] };
    assert.throws(() => teach({ ...pairs, label: ["x", "y"] }, ["x", "y", "z"]), { code: "two-labels" });
    assert.throws(() => teach({ ...pairs, negative: ["e", "f"], score: [0, 1] }), {
      code: "negatives-without-ranking",
    });
  });
});
