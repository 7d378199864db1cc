/**
 * sentence_similarity from a Tune program to answers on the real engine: every loss, its metrics, predictions and
 * errors.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resolveBase } from "#kernel/bases/resolve.js";
import { readHeader } from "#kernel/tensors/safetensors.js";
import { modelTypeText, type ModelHandle } from "#kernel/models/model-handle.js";
import type { EmbeddingPrediction, SimilarityPrediction } from "#stdlib/tasks/sentence_similarity.run.js";
import { NotebookOfOne } from "../session/notebook-of-one.js";
import { writeSmallBert } from "../session/small-bert.js";

const root = new URL("../../../../tests/", import.meta.url);
const FILLER = ["the", "a", "room", "was", "and", "we", "it", "then", "so", "very"];
const TOPICS = ["rome", "oslo", "lima", "bern", "kiev", "cairo"];
const pick = <T>(list: readonly T[], i: number): T => list[((i % list.length) + list.length) % list.length]!;
const rows = Array.from({ length: 60 }, (_, i) => i);
const part = (i: number): string => (i % 4 === 0 ? "validation" : "train");
const filler = (i: number): string =>
  [i, 3 * i + 1, Math.floor(i / 10), 7 * i + 2].map((n) => pick(FILLER, n)).join(" ");

describe("sentence_similarity end to end", function () {
  this.timeout(240_000);
  let book: NotebookOfOne;
  const file = (name: string, lines: readonly string[]) => writeFileSync(join(book.folder, name), lines.join("\n"));
  const model = (name: string) => book.values.get(name) as ModelHandle;
  const metrics = () => book.session.evaluations.at(-1)!.metrics;
  const text = (i: number, topic = i) => `${filler(i)} ${pick(TOPICS, topic)}`;
  const other = (i: number, topic = i) => `${pick(TOPICS, topic)} ${filler(i + 31)} so`;
  const falls = (name: string, by: number) => {
    const losses = model(name).history.map((s) => s.loss);
    assert.ok(losses.at(-1)! < by * losses[0]!, `${losses[0]} … ${losses.at(-1)}`);
  };
  const refused = async (program: string, ...words: readonly string[]) =>
    assert.rejects(book.run(program), (error: Error & { diagnostics?: unknown; code?: string; data?: unknown }) => {
      const told = JSON.stringify([error.diagnostics, error.code, error.data, error.message]);
      for (const word of words) assert.ok(told.includes(word), `${word} in ${told}`);
      return true;
    });

  before(async () => {
    book = new NotebookOfOne();
    writeSmallBert(join(book.folder, "base"), [...FILLER, ...TOPICS]);
    const topic = (i: number) => pick(TOPICS, i);
    file("pairs.csv", ["a,b,city,part", ...rows.map((i) => `${text(i)},${other(i)},${topic(i)},${part(i)}`)]);
    const close = (i: number) => i % 3 !== 0;
    const held = (i: number) => `${text(i)},${other(i, close(i) ? i : i + 1)}`;
    file("told.csv", [
      "a,b,like,points,part",
      ...rows.map((i) => `${held(i)},${close(i) ? "same" : "other"},${close(i) ? 4 + (i % 2) : i % 2},${part(i)}`),
    ]);
    file("three.csv", ["a,b,c,part", ...rows.map((i) => `${text(i)},${other(i)},${other(i, i + 1)},${part(i)}`)]);
    await book.run(`
recipe plain { epochs: 20, batch_size: 15, optimizer: adamw(learning_rate: 3e-3), dropout: 0, seed: 1 }
data pairs { source: csv("pairs.csv"), columns: { text: a, text_pair: b, group: city }, split: by_column(part), allow: { shared-groups: "a city stands for what texts are about" } }
data scored { source: csv("told.csv"), columns: { text: a, text_pair: b, score: points }, split: by_column(part) }
data told { source: csv("told.csv"), columns: { text: a, text_pair: b, label: like }, labels: [other, same], split: by_column(part) }
data three { source: csv("three.csv"), columns: { text: a, text_pair: b, negative: c }, split: by_column(part) }
model finder { base: "base", task: sentence_similarity }`);
  });
  after(() => book.close());

  it("evaluates and embeds without training, unlike text_classification", async () => {
    await book.run("evaluate finder on pairs.validation { metrics: [mrr, loss] }");
    assert.ok(metrics()["mrr"]! > 0 && metrics()["mrr"]! <= 1 && metrics()["loss"]! > 0);
    const [one] = await model("finder").predict<EmbeddingPrediction>(text(1));
    assert.equal(one!.embedding.length, 32);
    await book.run('model labelled { base: "base", task: text_classification }');
    await refused("evaluate labelled on told.validation", "not-trained");
  });
  it("learns from pairs alone to rank the matching text first", async () => {
    await book.run("train finder on pairs with plain");
    falls("finder", 0.5);
    assert.deepEqual(Object.keys(model("finder").validations[0]!).sort(), ["loss", "mrr", "step"]);
    const made = JSON.stringify(await book.run("evaluate finder on pairs.validation"));
    assert.deepEqual(Object.keys(metrics()), ["mrr", "ndcg(10)", "recall_at(1)", "recall_at(10)"]);
    assert.ok(metrics()["mrr"]! > 0.9 && metrics()["ndcg(10)"]! > 0.9, JSON.stringify(metrics()));
    assert.ok(made.includes("mrr"));
    await book.run("evaluate finder on pairs.validation { metrics: [mrr(3), recall_at(2), loss] }");
    assert.deepEqual(Object.keys(metrics()), ["mrr(3)", "recall_at(2)", "loss"]);
    const best = Math.min(...model("finder").validations.map((v) => v["loss"]!));
    assert.ok(Math.abs(metrics()["loss"]! - best) < 1e-6);
  });
  it("predicts embeddings of texts and similarities of pairs", async () => {
    const texts = [text(1), other(1), text(2)];
    const said = await model("finder").predict<EmbeddingPrediction>(texts);
    assert.deepEqual(
      said.map((s) => s.text),
      texts,
    );
    assert.ok(said.every(({ embedding }) => embedding instanceof Float32Array && embedding.length === 32));
    const cosine = said[0]!.embedding.reduce((sum, x, i) => sum + x * said[1]!.embedding[i]!, 0);
    const [near, far] = await model("finder").predict<SimilarityPrediction>([
      [texts[0]!, texts[1]!],
      [texts[1]!, texts[2]!],
    ]);
    assert.deepEqual([near!.text, near!.text_pair], texts.slice(0, 2));
    assert.ok(Math.abs(near!.similarity - cosine) < 1e-5, `${near!.similarity} beside ${cosine}`);
    assert.ok(near!.similarity > far!.similarity);
    const both = await model("finder").predict<EmbeddingPrediction & SimilarityPrediction>([
      texts[2]!,
      [texts[0]!, texts[1]!],
    ]);
    assert.deepEqual([both[0]!.embedding.length, both[1]!.similarity], [32, near!.similarity]);
    assert.match(
      modelTypeText(model("finder").plan),
      /embedding: Float32Array[\s\S]*readonly \(readonly \[string, string\]\)\[\]\): [\s\S]*similarity: number/,
    );
    assert.match(JSON.stringify(await book.run(`predict finder on "${texts[0]}"`)), /32 numbers: /);
    await book.run("predict finder on pairs.validation as beside");
    assert.ok((book.values.get("beside") as readonly SimilarityPrediction[]).every((p) => p.similarity <= 1 + 1e-9));
  });
  it("learns a ranking from scores of any scale, and their values if a range is given", async () => {
    await book.run("train finder on scored with plain as ranked");
    falls("ranked", 0.7);
    assert.deepEqual(Object.keys(model("ranked").validations[0]!).sort(), ["loss", "spearman", "step"]);
    await book.run("evaluate ranked on scored.validation");
    assert.deepEqual(Object.keys(metrics()), ["spearman", "pearson"]);
    assert.ok(metrics()["spearman"]! > 0.6, JSON.stringify(metrics()));
    await book.run(
      'model graded { base: "base", task: sentence_similarity(loss: cosine, range: 0..5) }\ntrain graded on scored with plain\nevaluate graded on scored.validation { metrics: [loss, pearson] }',
    );
    falls("graded", 0.5);
    assert.ok(metrics()["loss"]! < 0.1, JSON.stringify(metrics()));
    await book.run("evaluate graded on pairs.validation");
    assert.ok(metrics()["mrr"]! > 0.5, JSON.stringify(metrics()));
  });
  for (const loss of ["contrastive", "online_contrastive"])
    it(`learns from same/different labels: ${loss}`, async () => {
      await book.run(
        `model m_${loss} { base: "base", task: sentence_similarity(loss: ${loss}) }\ntrain m_${loss} on told with plain`,
      );
      const made = JSON.stringify(
        await book.run(`evaluate m_${loss} on told.validation { metrics: [accuracy, f1, precision, recall, mrr] }`),
      );
      assert.ok(metrics()["accuracy"]! > 0.85 && metrics()["f1"]! > 0.85, JSON.stringify(metrics()));
      assert.match(made, /counts as \\+"same/);
    });
  it("learns from a third, unrelated text per row", async () => {
    await book.run("train finder on three with plain as hard { accumulate: 2, batch_size: 8 }");
    falls("hard", 0.7);
    await book.run("evaluate hard on three.validation");
    assert.ok(metrics()["mrr"]! > 0.6, JSON.stringify(metrics()));
  });
  it("trains with every technique and saves PEFT-compatible adapters for the body", async () => {
    for (const technique of [
      "lora(rank: 4)",
      "adapters(size: 8)",
      "bitfit",
      "ia3",
      "prompt_tuning(tokens: 3)",
      "prefix_tuning(tokens: 3)",
    ]) {
      const name = `by_${/^\w+/.exec(technique)![0]}`;
      await book.run(
        `model ${name} { base: "base", task: sentence_similarity, technique: ${technique} }\ntrain ${name} on pairs with plain { epochs: 5, optimizer: adamw(learning_rate: 1e-2), shuffle: none }`,
      );
      falls(name, 1);
      const folder = join(model(name).folder!, "adapter");
      const config = JSON.parse(readFileSync(join(folder, "adapter_config.json"), "utf8")) as Record<string, unknown>;
      if (config["peft_type"]) assert.equal(config["task_type"], "FEATURE_EXTRACTION");
      if (!technique.startsWith("lora")) continue;
      const names = Object.keys(readHeader(join(folder, "adapter_model.safetensors")).tensors);
      assert.ok(
        names.every((n) => n.startsWith("base_model.model.encoder.layer.")),
        names[0],
      );
      assert.equal(config["modules_to_save"], null);
      await book.run(
        `model again { base: "base", task: sentence_similarity, technique: lora(rank: 4, from: "${folder}") }\ntrain again on pairs with plain { epochs: 1, shuffle: none }`,
      );
      const [first, last] = [model("again").history[0]!.loss, model(name).history[0]!.loss];
      assert.ok(first < last, `${first} goes on from what began with ${last}`);
    }
  });
  it("reports mistakes before the run", async () => {
    await refused(
      'model c { base: "base", task: sentence_similarity(loss: cosine) }\ntrain c on pairs with plain',
      "missing-role",
      "score",
    );
    await refused(
      'model c { base: "base", task: sentence_similarity(loss: cosine) }\ntrain c on scored with plain',
      "cosine-out-of-range",
    );
    await refused("evaluate finder on pairs.validation { metrics: [spearman] }", "metric-of-other-task");
    await refused("evaluate finder on pairs.validation { metrics: [recall_at] }", "places");
    await refused("train finder on pairs with plain { packing: true }", "cannot-pack");
    file("flat.csv", ["a,b", "x,y", "z,w"]);
    await refused(
      'data flat { source: csv("flat.csv"), columns: { text: a } }\ntrain finder on flat with plain',
      "missing-role",
      "text_pair",
    );
  });
  it("gets the same losses and scores from streamed pairs as from pairs in memory", async () => {
    const said: unknown[] = [];
    for (const stream of ["", ", stream: true"]) {
      const name = stream ? "flow" : "held";
      await book.run(`data ${name} { source: csv("pairs.csv"${stream}), columns: { text: a, text_pair: b } }
train finder on ${name} with plain as finder_${name} { epochs: 2 }
evaluate finder_${name} on ${name} { metrics: [mrr, loss] }`);
      said.push([model(`finder_${name}`).history.map(({ loss, tokens }) => [loss, tokens]), metrics()]);
    }
    assert.deepEqual(said[1], said[0]);
  });
  it("takes pooling from the base's modules.json and rejects unknown modules", async () => {
    const folder = join(book.folder, "own");
    writeSmallBert(folder, [...FILLER, ...TOPICS]);
    const modules = (...types: readonly string[]) =>
      writeFileSync(
        join(folder, "modules.json"),
        JSON.stringify(
          types.map((type, i) => ({
            idx: i,
            name: `${i}`,
            path: i === 0 ? "" : `${i}_${type}`,
            type: `sentence_transformers.models.${type}`,
          })),
        ),
      );
    mkdirSync(join(folder, "1_Pooling"));
    writeFileSync(
      join(folder, "1_Pooling", "config.json"),
      JSON.stringify({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }),
    );
    modules("Transformer", "Pooling");
    const { facts } = await resolveBase("own", { folder: book.folder });
    assert.deepEqual(facts.embedding, { pooling: "cls", normalize: false, unknown: [] });
    await book.run(
      'model first { base: "own", task: sentence_similarity }\ntrain first on pairs with plain { steps: 1 }',
    );
    const { task } = model("first").weights!.plan.recipe.model;
    assert.deepEqual([task.arguments["pooling"], task.arguments["normalize"]], ["cls", false]);
    const dense = join(book.folder, "dense");
    writeSmallBert(dense, [...FILLER, ...TOPICS]);
    writeFileSync(
      join(dense, "modules.json"),
      JSON.stringify([
        { idx: 0, path: "", type: "sentence_transformers.models.Transformer" },
        { idx: 1, path: "1_Dense", type: "sentence_transformers.models.Dense" },
      ]),
    );
    await refused(
      'model second { base: "dense", task: sentence_similarity }\ntrain second on pairs with plain { steps: 1 }',
      "pooling-unknown",
      "Dense",
    );
    await book.run(
      'model third { base: "dense", task: sentence_similarity(pooling: mean) }\ntrain third on pairs with plain { steps: 1 }',
    );
  });

  it("gets the embeddings of sentence-transformers for all-MiniLM-L6-v2", async () => {
    const golden = (
      JSON.parse(readFileSync(new URL("golden/oracle/similarity.json", root), "utf8")) as {
        minilm: { texts: string[]; max_length: number; embeddings: number[][] };
      }
    ).minilm;
    // Never trained, so the base itself answers.
    await book.run(
      `model mini { base: "all-MiniLM-L6-v2", task: sentence_similarity, max_length: ${golden.max_length} }`,
    );
    const said = await model("mini").predict<EmbeddingPrediction>(golden.texts);
    said.forEach(({ embedding }, i) => {
      embedding.forEach((x, k) =>
        assert.ok(
          Math.abs(x - golden.embeddings[i]![k]!) < 1e-4,
          `${golden.texts[i]!.slice(0, 20)}: ${x} beside ${golden.embeddings[i]![k]}`,
        ),
      );
    });
  });
});
