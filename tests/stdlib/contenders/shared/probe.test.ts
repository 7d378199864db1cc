/** A linear head on a frozen base, with synthetic vectors. */
import assert from "node:assert/strict";
import type { BaselineContext, BaselineRows } from "#stdlib/contenders/kind.js";
import { seededRandom, type RandomSource } from "#stdlib/statistics/chance.js";
import { fitProbeBaseline } from "#stdlib/contenders/shared/probe.js";

const WIDTH = 12;
/**
 * Returns the vector that the base computes for a text, always the same for the same text. The last number never
 * changes, and the first depends on the text's first word.
 */
function vectorOf(text: string, width: number): Float32Array {
  const [first = "", seed = "0"] = text.split(" ");
  const unit = seededRandom(Number(seed));
  return Float32Array.from({ length: width }, (_, i) =>
    i === 0 ? 100 + (first === "up" ? 0.01 : -0.01) : i === width - 1 ? 7 : 3 * (unitOf(unit) - 0.5),
  );
}
const unitOf = (generator: RandomSource): number => (generator.next() >>> 0) / 2 ** 32;
const rowsOf = (values: Readonly<Record<string, readonly unknown[]>>): BaselineRows => ({
  count: Object.values(values)[0]!.length,
  values: (role) => values[role] as ReturnType<BaselineRows["values"]>,
});
async function said(
  train: Readonly<Record<string, readonly unknown[]>>,
  scored: Readonly<Record<string, readonly unknown[]>>,
  labels: readonly string[],
  width = WIDTH,
): Promise<{ readonly said: readonly (readonly number[])[]; readonly notes: string; readonly read: number }> {
  let read = 0;
  const ready = await fitProbeBaseline({
    ...{ train: rowsOf(train), rows: { ...rowsOf(scored), texts: 1 }, labels, batchSize: 8, writing: null },
    task: { call: { kind: "task", word: "text_classification", arguments: {} } },
    warn: () => undefined,
    host: {
      vectors: () =>
        Promise.resolve({
          ...{ name: "a-base", bytes: 1000 },
          read(texts: readonly string[]) {
            read += texts.length;
            return Promise.resolve(texts.map((text) => vectorOf(text, width)));
          },
        }),
    },
  } as unknown as BaselineContext);
  const all = await ready.ask(Uint32Array.from({ length: rowsOf(scored).count }, (_, row) => row));
  assert.ok("outputs" in all && ready.bytes! > 1000);
  return { said: all.outputs.map((one) => Array.from(one)), notes: ready.notes!.join(), read };
}
const textsOf = (count: number, from: number): string[] =>
  Array.from({ length: count }, (_, i) => `${i % 3 === 0 ? "up" : "down"} ${from + i}`);
const best = (logits: readonly number[]): number => logits.indexOf(Math.max(...logits));

describe("a linear head on a frozen base", () => {
  const [train, asked] = [textsOf(200, 1), textsOf(60, 1000)];
  const first = (text: string): string => text.split(" ")[0]!;

  it("finds small differences, whatever the spread of the features", async () => {
    const found = await said({ text: train, label: train.map(first) }, { text: asked }, ["down", "up"]);
    assert.deepEqual(
      found.said.map((one) => ["down", "up"][best(one)]),
      asked.map(first),
    );
    assert.equal(
      found.notes,
      "logistic regression over 12 numbers of each row from the frozen a-base, trained on 200 rows",
    );
    assert.equal(found.read, 260);
  });

  it("is regularized as strongly as unseen rows require", async () => {
    // Random labels in more dimensions than rows: without strong regularization, a model memorizes each row and is
    // confident about others without reason.
    const unit = seededRandom(9);
    const label = train.slice(0, 80).map(() => (unitOf(unit) < 0.5 ? "a" : "b"));
    const found = await said({ text: train.slice(0, 80), label }, { text: asked }, ["a", "b"], 300);
    const sure = found.said.map((one) => Math.exp(Math.max(...one)) / one.reduce((sum, x) => sum + Math.exp(x), 0));
    assert.ok(sure.reduce((a, b) => a + b, 0) / sure.length < 0.6, String(sure));
  });

  it("is unsure if there is nothing to learn", async () => {
    const unit = seededRandom(5);
    const label = train.map(() => (unitOf(unit) < 0.5 ? "a" : "b"));
    const found = await said({ text: train.map((text) => `up ${text.split(" ")[1]!}`), label }, { text: asked }, [
      "a",
      "b",
    ]);
    const sure = found.said.map((one) => Math.exp(Math.max(...one)) / one.reduce((sum, x) => sum + Math.exp(x), 0));
    assert.ok(sure.reduce((a, b) => a + b, 0) / sure.length < 0.6, "sure of what is chance");
  });

  it("learns pairs by what their texts share, label sets and numbers", async () => {
    const pairs = (texts: readonly string[]) => ({
      text: texts,
      text_pair: texts.map((text, i) => (i % 2 === 0 ? text : texts[(i + 7) % texts.length]!)),
    });
    const same = (texts: readonly string[]): string[] => texts.map((_, i) => (i % 2 === 0 ? "same" : "other"));
    const alike = await said({ ...pairs(train), label: same(train) }, pairs(asked), ["other", "same"]);
    const right = alike.said.filter((one, i) => ["other", "same"][best(one)] === same(asked)[i]).length;
    assert.ok(right >= 57, String(right));
    const sets = train.map((text) => (first(text) === "up" ? ["up", "all"] : ["all"]));
    const several = await said({ text: train, labels: sets }, { text: asked }, ["up", "all", "none"]);
    for (const [i, [up, all, none]] of several.said.entries())
      assert.ok(up! > 0 === (first(asked[i]!) === "up") && all! > 0 && none! < 0);
    const score = (text: string): number => (first(text) === "up" ? 50 : 10);
    const numbers = await said({ text: train, score: train.map(score) }, { text: asked }, []);
    for (const [i, [number]] of numbers.said.entries())
      assert.ok(Math.abs(number! - score(asked[i]!)) < 8, String(number));
  });
});
