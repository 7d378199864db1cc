/**
 * The fast score of a draw (`samplers`) equals the score measured on the drawn rows, for every metric that has one.
 */
import assert from "node:assert/strict";
import type { Call } from "#dsl/language/types/value.js";
import { seededRandom, drawBelow } from "#stdlib/statistics/chance.js";
import { generateResamples } from "#stdlib/statistics/bootstrap.js";
import type { MetricImplementation, ResampleScorers } from "#stdlib/metrics/kind.js";
import { registry } from "#stdlib/registry.js";
import {
  answersResampler,
  labelsResampler,
  numbersResampler,
  labelSetsResampler,
  tagsResampler,
  textsResampler,
} from "#stdlib/metrics/shared/resampled-outcomes.js";

const generator = seededRandom(11);
const below = (n: number): number => drawBelow(generator, n);
const rows = 40;
const list = <T>(of: (i: number) => T, length = rows): readonly T[] => Array.from({ length }, (_, i) => of(i));
const labels = ["a", "b", "c"];
const WORDS = ["the", "cat", "sat", "on", "a", "mat", ".", "Über"];
const text = (): string => list(() => WORDS[below(WORDS.length)]!, 1 + below(9)).join(" ");
const TAGS = ["O", "B-LOC", "I-LOC", "B-PER"];

/** One outcome of each kind: the measured input, and the same input for drawn rows. */
const outcomes: {
  readonly [K in keyof ResampleScorers]-?: readonly [input: never, drawn: (rows: Uint32Array) => never];
} = (() => {
  const shares = Float32Array.from(
    list(() => [1 + below(4), 1 + below(4), 1 + below(4)]).flatMap((row) =>
      row.map((x) => x / row.reduce((a, b) => a + b, 0)),
    ),
  );
  const one = {
    labels,
    truth: Int32Array.from(list(() => below(3))),
    predicted: Int32Array.from(list(() => below(3))),
    probabilities: shares,
  };
  const bits = () => Uint8Array.from(list(() => below(2), 3 * rows));
  const sets = {
    labels,
    truth: bits(),
    predicted: bits(),
    probabilities: Float32Array.from(list(() => below(8) / 8, 3 * rows)),
  };
  const numbers = {
    truth: Float64Array.from(list(() => below(9))),
    predicted: Float64Array.from(list(() => below(9) / 2)),
  };
  const lengths = list(() => 1 + below(6));
  const tagged = () => lengths.map((n) => list(() => TAGS[below(4)]!, n));
  const tags = { scheme: "bio" as const, truth: tagged(), predicted: tagged() };
  const answers = { answers: list(() => (below(3) ? text() : "")), gold: list(() => list(text, below(3))), loss: 1 };
  const texts = { written: list(text), targets: list(text) };
  const searches = list(() => list(() => ({ above: below(5), level: 1 + below(2) }), 1 + below(2)));
  const ranking = (drawn: Uint32Array) => ({ searches: Array.from(drawn, (i) => searches[i]!) });
  return {
    compute: [one, labelsResampler(one)],
    ofNumbers: [numbers, numbersResampler(numbers)],
    ofLabelSets: [sets, labelSetsResampler(sets)],
    ofTags: [tags, tagsResampler(tags)],
    ofAnswers: [answers, answersResampler(answers, () => 1)],
    ofWritten: [texts, textsResampler(texts)],
    ofRankings: [{ searches }, ranking],
  } as never;
})();

describe("metric scores of bootstrap samples", () => {
  let compared = 0;
  for (const word of registry.ofKind("metric").filter((w) => w.load))
    it(word.name, async () => {
      const metric = (await word.load!()) as MetricImplementation;
      const average = word.parameters.find(({ name }) => name === "average")?.type;
      const averages =
        average && "of" in average ? (average.of as readonly string[]).filter((name) => name !== "binary") : [null];
      for (const [part, sampler] of Object.entries(metric.samplers ?? {}) as [
        keyof ResampleScorers,
        (call: Call, input: never) => (drawn: Uint32Array) => number,
      ][])
        for (const given of averages) {
          const call: Call = {
            kind: "metric",
            word: word.name,
            arguments: {
              average: given,
              of: null,
              variant: "rougeL",
              places: 2,
              at: null,
              bins: 15,
              words: 2,
              weights: "linear",
            },
          };
          const [input, drawn] = outcomes[part];
          const quick = sampler(call, input);
          const draws = generateResamples(rows);
          for (let r = 0; r < 20; r++) {
            const own = draws.next().value;
            const want = (metric[part] as (call: Call, input: never) => number)(call, drawn(own));
            const got = quick(own);
            assert.ok(
              Math.abs(got - want) < 1e-9 || (Number.isNaN(got) && Number.isNaN(want)),
              `${part}(${given}): ${got}, measured ${want}`,
            );
            compared++;
          }
        }
    });
  after(() => assert.ok(compared > 300, `${compared} compared`));
});

describe("bootstrap sample without a rare label", () => {
  const whole = async (name: string): Promise<MetricImplementation> =>
    (await registry.find("metric", name)!.load!()) as MetricImplementation;
  const call = (word: string): Call => ({ kind: "metric", word, arguments: { average: "macro", of: null } });
  const truth = Uint8Array.from(list((row) => [1, Number(row === 0)]).flat());
  const sets = { labels: ["often", "once"], truth, predicted: truth, probabilities: Float32Array.from(truth) };
  const rare = Int32Array.from(list((row) => (row === 0 ? 2 : row % 2)));
  const shares = Float32Array.from(Array.from(rare).flatMap((own) => labels.map((_, l) => Number(l === own))));
  const one = { labels, truth: rare, predicted: rare, probabilities: shares };
  const without = Uint32Array.from({ length: 30 }, (_, i) => 1 + (i % 39));

  for (const name of ["f1", "precision", "recall", "average_precision"])
    it(`has no error: ${name}(macro)`, async () => {
      const metric = await whole(name);
      assert.equal(metric.ofLabelSets!(call(name), sets as never), 1);
      assert.equal(metric.samplers!.ofLabelSets!(call(name), sets as never)(without), 1);
      assert.equal(metric.samplers!.compute!(call(name), one)(without), 1);
    });
  it("has an error if the rare label is predicted wrongly", async () => {
    const metric = await whole("f1");
    const predicted = Uint8Array.from(truth, (is, at) => (at % 2 === 1 ? 1 - is : is));
    const wrong = metric.samplers!.ofLabelSets!(call("f1"), { ...sets, predicted } as never);
    assert.equal(wrong(without), 0.5);
  });
});
