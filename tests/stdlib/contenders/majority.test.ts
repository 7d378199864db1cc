/** Baselines of tasks of every kind, on rows as tables contain them. */
import assert from "node:assert/strict";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { simpleBaseline } from "#stdlib/contenders/baseline.run.js";
import type { PredictedRows } from "#stdlib/tasks/kind.js";
import type { BaselineRows } from "#stdlib/contenders/kind.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";

const rowsOf = (columns: Readonly<Record<string, readonly unknown[]>>): BaselineRows => ({
  count: Object.values(columns)[0]!.length,
  values: (role) => columns[role],
});

async function asked(
  task: string,
  of: "majority" | "tfidf",
  train: Readonly<Record<string, readonly unknown[]>>,
  scored: Readonly<Record<string, readonly unknown[]>>,
  o: { readonly labels?: readonly string[]; readonly texts?: number; readonly words?: PredictedRows["words"] } = {},
): Promise<readonly (readonly number[])[]> {
  const implementation = (await mustExist(registry.find("task", task)?.load, task)()) as never;
  const call: Call = { word: task, kind: "task", arguments: {} };
  const labels = o.labels ?? [];
  const rows = rowsOf(scored);
  const ready = await simpleBaseline.ready({
    ...{ call: { word: "baseline", kind: "contender", arguments: { of } }, task: { call, implementation }, labels },
    train: rowsOf(train),
    rows: {
      ...rows,
      texts: o.texts ?? 1,
      predictedRows: {
        count: rows.count,
        labels,
        call,
        ids: () => new Int32Array(),
        ...(o.words && { words: o.words }),
      } as never,
    },
    ...{ has: registry.find("task", task)?.capabilities, warn: () => undefined, writing: null, batchSize: 8 },
    host: {
      folder: ".",
      prompted: () => Promise.reject(new Error("a baseline asks no base")),
      vectors: () => Promise.reject(new Error("a baseline of words reads no base")),
    },
  });
  const all = await ready.ask(Uint32Array.from({ length: rows.count }, (_, row) => row));
  assert.ok("outputs" in all);
  return all.outputs.map((logits) => Array.from(logits));
}
const best = (logits: readonly number[]): number => logits.indexOf(Math.max(...logits));

describe("baselines", () => {
  it("predict a word's most frequent tag, and the most frequent overall for unknown words", async () => {
    const labels = ["O", "B-city"];
    const train = {
      tokens: [["we", "saw", "Bath"], ["a", "bath", "in", "Bath"], ["Bath"]],
      tags: [["O", "O", "B-city"], ["O", "O", "O", "B-city"], ["O"]],
    };
    const words = () => ({ starts: Int32Array.of(1, 2, 3), cut: 0 });
    const [said] = await asked(
      "token_classification",
      "majority",
      train,
      { tokens: [["Bath", "bath", "Rome"]] },
      { labels, words },
    );
    assert.deepEqual(
      [0, 1, 2].map((word) => best(said!.slice(word * 2, word * 2 + 2))),
      [1, 0, 0],
    );
    for (const word of [0, 1, 2])
      assert.ok(Math.abs(Math.exp(said![word * 2]!) + Math.exp(said![word * 2 + 1]!) - 1) < 1e-6);
  });
  it("predict numbers from words, and pairs of texts from the words of each", async () => {
    const text = ["a good phone", "a good book", "a poor phone", "a poor book", "good", "poor"];
    const train = { text, score: [9, 8, 2, 1, 9, 1] };
    const [good, poor] = await asked("regression", "tfidf", train, { text: ["good phone", "poor phone"] });
    assert.ok(good![0]! > poor![0]! + 1);
    const pairs = {
      text: ["red", "red", "blue", "blue"],
      text_pair: ["red", "blue", "red", "blue"],
      label: ["y", "n", "n", "y"],
    };
    const said = await asked(
      "text_classification",
      "tfidf",
      pairs,
      { text: ["red"], text_pair: ["blue"] },
      { labels: ["n", "y"] },
    );
    assert.equal(said[0]!.length, 2);
  });
  it("compare texts by their shared words", async () => {
    const train = { text: ["a red car", "the sea"], text_pair: ["a car that is red", "blue water"], score: [1, 0] };
    const scored = { text: ["the red car", "sea"], text_pair: ["a red car", "mountain"], score: [1, 0] };
    const vectors = await asked("sentence_similarity", "tfidf", train, scored, { texts: 2 });
    assert.equal(vectors.length, 4);
    const cosine = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
    assert.ok(cosine(vectors[0]!, vectors[2]!) > 0.4 && cosine(vectors[0]!, vectors[2]!) < 1);
    assert.equal(cosine(vectors[1]!, vectors[3]!), 0);
    // Without similarity scores, each text is compared with all others.
    const { text, text_pair } = scored;
    const all = await asked("sentence_similarity", "tfidf", train, { text, text_pair }, { texts: 2 });
    assert.ok(cosine(all[0]!, all[2]!) > 0.4 && Math.abs(cosine(all[0]!, all[3]!)) < 0.1);
  });
  it("are rejected for unsupported tasks, with an alternative", () => {
    const refuses = (task: string, of: string, roles: readonly string[]) => {
      const has = registry.find("task", task)?.capabilities;
      const wanted = { task: { word: task, kind: "task", arguments: {} }, taskCapabilities: has, roles };
      const call = { word: "baseline", kind: "contender", arguments: { of } };
      return (
        mustExist(registry.find("contender", "baseline")?.capabilities, "it").refusal(call, wanted)?.instead ?? null
      );
    };
    assert.equal(refuses("text_classification", "tfidf", ["text", "label"]), null);
    assert.equal(refuses("sentence_similarity", "majority", ["text", "text_pair", "label"]), null);
    assert.match(refuses("sentence_similarity", "majority", ["text", "text_pair", "score"]) ?? "", /tfidf/);
    for (const of of ["tfidf", "probe"])
      assert.match(refuses("token_classification", of, ["tokens", "tags"]) ?? "", /majority/);
    assert.match(refuses("sentence_similarity", "probe", ["text", "text_pair", "score"]) ?? "", /NAME\.base/);
    assert.match(refuses("chat", "tfidf", ["messages"]) ?? "", /NAME\.base/);
    assert.match(refuses("question_answering", "majority", ["question", "context", "answer"]) ?? "", /model/);
  });
});
