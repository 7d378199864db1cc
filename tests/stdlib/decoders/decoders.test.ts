import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import type { DecoderImplementation, Decoding } from "#stdlib/decoders/kind.js";
import { registry } from "#stdlib/registry.js";
import { kthGreatest, nucleusThreshold } from "#stdlib/decoders/shared/cutoffs.js";
import { SeenTokens } from "#stdlib/decoders/shared/seen-tokens.js";
import { topScoredTokens, logNormalizer, warpScores } from "#stdlib/decoders/shared/warp.js";

interface Golden {
  readonly vocabulary: number;
  readonly warps: readonly {
    readonly settings: Readonly<
      Record<
        "temperature" | "top_k" | "top_p" | "repetition_penalty" | "frequency_penalty" | "presence_penalty",
        number
      >
    > & { readonly min_p?: number; readonly bias: Readonly<Record<string, number>> };
    readonly scores: readonly number[];
    readonly seen: readonly number[];
    /** Position in `seen` from which tokens were generated; those before it are the prompt's. */
    readonly written_from: number;
    readonly probabilities: readonly number[];
    readonly likelihoods: readonly number[];
  }[];
  readonly tables: { readonly last: readonly (readonly number[])[]; readonly before: readonly (readonly number[])[] };
  readonly searches: readonly {
    readonly settings: {
      num_beams: number;
      length_penalty: number;
      early_stopping: boolean;
      repetition_penalty: number;
    };
    readonly ends: readonly number[];
    readonly most: number;
    readonly prompts: readonly (readonly number[])[];
    readonly texts: readonly (readonly number[])[];
    readonly scores: readonly number[] | null;
  }[];
}
const file = new URL("../../../../tests/golden/oracle/decoders.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;
const { vocabulary: V, tables } = golden;

async function decoder(name: string): Promise<DecoderImplementation> {
  return (await registry.find("decoder", name)!.load!()) as DecoderImplementation;
}
const call = (word: string, given: Record<string, number | boolean> = {}) => ({
  kind: "decoder",
  word,
  arguments: given,
});

/** Returns the scores that the two tables give after a text, as the oracle's model does. */
function scoresAfter(text: readonly number[]): number[] {
  const [a, b] = text.slice(-2) as [number, number];
  return tables.last[b]!.map((x, i) => Math.fround(x + 0.5 * tables.before[a]![i]!));
}
/** Runs a decoding over the tables to its end. The rows of the batch are reordered as in a cache. */
function run(decoding: Decoding, prompts: readonly (readonly number[])[]): Decoding {
  let rows = prompts.map((p) => [...p]);
  for (let steps = 0; !decoding.done; steps++) {
    assert.ok(steps < 100, "it never ends");
    const logits = rows.flatMap(scoresAfter);
    const next = rows.map((row) => scoresAfter(row).reduce((best, x, i, all) => (x > all[best]! ? i : best), 0));
    const step = decoding.step(decoding.reads === "next" ? Int32Array.from(next) : Float32Array.from(logits));
    rows = Array.from(step.tokens, (token, i) => [...rows[step.rows ? step.rows[i]! : i]!, token]);
    assert.equal(rows.length, prompts.length * decoding.width);
  }
  return decoding;
}
const begin = (
  prompts: readonly (readonly number[])[],
  more: { ends?: readonly number[]; maxTokens?: number; numbers?: readonly number[] } = {},
) => ({
  prompts: prompts.map((p) => Int32Array.from(p)),
  vocabulary: V,
  ends: new Set(more.ends ?? []),
  padId: 0,
  maxTokens: more.maxTokens ?? 12,
  ...(more.numbers && { numbers: more.numbers }),
});

describe("warped token distributions", () => {
  for (const { settings, scores, seen, written_from, probabilities, likelihoods } of golden.warps)
    it(`match transformers for ${JSON.stringify(settings)}`, () => {
      const bent = Float32Array.from(scores);
      const text = new SeenTokens(seen.slice(0, written_from));
      for (const token of seen.slice(written_from)) text.write(token);
      warpScores(bent, text, {
        repetitionPenalty: settings.repetition_penalty,
        frequencyPenalty: settings.frequency_penalty,
        presencePenalty: settings.presence_penalty,
        bias: Object.entries(settings.bias).map(([token, added]) => [Number(token), added] as const),
        temperature: settings.temperature,
        topK: settings.top_k,
        topP: settings.top_p,
        minP: settings.min_p ?? 0,
      });
      const shift = logNormalizer(Float32Array.from(scores));
      likelihoods.forEach((wanted, i) => assert.ok(Math.abs(scores[i]! - shift - wanted) < 1e-6));
      const sum = bent.reduce((a, s) => a + Math.exp(s), 0);
      bent.forEach((s, i) => {
        assert.ok(Math.abs(Math.exp(s) / sum - probabilities[i]!) < 1e-6, `token ${String(i)}`);
        assert.equal(s === -Infinity, probabilities[i] === 0, `token ${String(i)}`);
      });
    });
  it("select the greatest scores as sorting would", () =>
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 }),
        fc.nat(45),
        (list, count) => {
          const sorted = list
            .map((score, token) => ({ token, score }))
            .sort((a, b) => b.score - a.score || a.token - b.token);
          assert.deepEqual(topScoredTokens(Float32Array.from(list), count + 1), sorted.slice(0, count + 1));
        },
      ),
    ));
});

describe("score cutoffs", () => {
  const scores = fc.array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ min: -30, max: 30, noNaN: true })), {
    minLength: 1,
    maxLength: 300,
  });
  it("equal those found by sorting all scores", () =>
    fc.assert(
      fc.property(scores, fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(400), (list, p, place) => {
        const all = Float32Array.from(list);
        const sorted = [...all].sort((a, b) => b - a);
        const count = 1 + (place % all.length);
        assert.ok(kthGreatest(all, count) === sorted[count - 1]);
        const weights = sorted.map((s) => Math.exp(s - sorted[0]!));
        const out = (1 - p) * weights.reduce((a, b) => a + b, 0);
        // Sums from the least weight upwards, as transformers does. `near` accepts sums that another order rounds
        // differently.
        const tail = (at: number) => weights.slice(at).reduceRight((a, b) => a + b, 0);
        const near = (at: number) => Math.abs(tail(at) - out) < 1e-9 * tail(0);
        const least = nucleusThreshold(all, p);
        const kept = sorted.findLastIndex((s) => s >= least);
        const equal = sorted.indexOf(least);
        assert.ok(tail(equal) > out || equal === 0 || near(equal), "what is kept reaches it");
        assert.ok(kept === sorted.length - 1 || tail(kept + 1) <= out || near(kept + 1), "with one less it doesn't");
      }),
      { numRuns: 500 },
    ));
});

describe("beam search", () => {
  for (const { settings, ends, most, prompts, texts, scores } of golden.searches)
    it(`matches transformers for ${JSON.stringify(settings)}, ends ${ends.join()}`, async () => {
      const beam = await decoder("beam");
      const { num_beams: width, ...given } = settings;
      const done = run(
        beam.begin(call("beam", { width, ...given }), begin(prompts, { ends, maxTokens: most })),
        prompts,
      );
      assert.deepEqual(
        done.texts.map((t) => t.tokens),
        texts,
      );
      if (scores)
        done.texts.forEach((t, i) => assert.ok(Math.abs(t.score! - scores[i]!) < 2e-5, `score ${String(t.score)}`));
      for (const t of done.texts) assert.equal(t.ended, ends.includes(t.tokens.at(-1)!) ? "end" : "length");
    });
  it("gives the same result for each text alone", async () => {
    const beam = await decoder("beam");
    for (const { prompts, texts, ends, most } of golden.searches.slice(0, 1))
      for (const [i, prompt] of prompts.entries()) {
        const done = run(beam.begin(call("beam", { width: 2 }), begin([prompt], { ends, maxTokens: most })), [prompt]);
        assert.deepEqual(done.texts[0]!.tokens, texts[i]);
      }
  });
  it("is cut off at a stop string", async () => {
    const { prompts, texts, ends, most } = golden.searches[0]!;
    const done = run(
      (await decoder("beam")).begin(call("beam", { width: 2 }), begin(prompts, { ends, maxTokens: most })),
      prompts,
    );
    done.stop(1, 1);
    assert.deepEqual(done.texts[1]!.tokens, texts[1]!.slice(0, 1));
    assert.equal(done.texts[1]!.ended, "stop");
  });
});

describe("greedy decoding", () => {
  const { prompts } = golden.searches[0]!;
  it("equals beam search of width 1", async () => {
    const alone = golden.searches.find((s) => s.settings.num_beams === 1)!;
    const done = run(
      (await decoder("greedy")).begin(call("greedy"), begin(alone.prompts, { ends: alone.ends })),
      alone.prompts,
    );
    assert.equal(done.reads, "next");
    assert.deepEqual(
      done.texts.map((t) => t.tokens),
      alone.texts,
    );
  });
  it("never repeats a token under a heavy penalty while others remain", async () => {
    const done = run(
      (await decoder("greedy")).begin(call("greedy", { repetition_penalty: 1e6 }), begin(prompts)),
      prompts,
    );
    done.texts.forEach((t, i) =>
      assert.equal(new Set([...prompts[i]!, ...t.tokens]).size, new Set(prompts[i]).size + t.tokens.length),
    );
  });
  it("is done at once if no token may be generated", async () => {
    assert.ok((await decoder("greedy")).begin(call("greedy"), begin(prompts, { maxTokens: 0 })).done);
  });
});

describe("sampling", () => {
  const many = Array.from({ length: 4000 }, () => [3, 4]);
  it("draws tokens by probability", async () => {
    const done = run(
      (await decoder("sample")).begin(call("sample", { temperature: 0.8, top_k: 6 }), begin(many, { maxTokens: 1 })),
      many,
    );
    const bent = Float32Array.from(scoresAfter([3, 4]));
    warpScores(bent, new SeenTokens([]), { repetitionPenalty: 1, temperature: 0.8, topK: 6, topP: 1 });
    const sum = bent.reduce((a, s) => a + Math.exp(s), 0);
    bent.forEach((s, token) => {
      const share = done.texts.filter((t) => t.tokens[0] === token).length / many.length;
      assert.ok(Math.abs(share - Math.exp(s) / sum) < 0.03, `token ${String(token)}: ${String(share)}`);
    });
  });
  it("is reproducible by seed whatever else is in the batch, and differs between seeds", async () => {
    const sample = await decoder("sample");
    const prompts = [
      [3, 4],
      [5, 6],
      [3, 4],
    ];
    const texts = (seed: number, some: readonly (readonly number[])[], numbers = [0, 1, 2]) =>
      run(sample.begin(call("sample", { seed, temperature: 2 }), begin(some, { numbers })), some).texts.map(
        (t) => t.tokens,
      );
    const all = texts(1, prompts);
    assert.deepEqual(texts(1, [prompts[1]!], [1]), [all[1]]);
    assert.notDeepEqual(all[0], all[2]);
    assert.notDeepEqual(texts(2, prompts), all);
  });
  it("equals greedy decoding if only one token can be drawn", async () => {
    const { prompts } = golden.searches[0]!;
    const one = run((await decoder("sample")).begin(call("sample", { top_k: 1 }), begin(prompts)), prompts);
    const likeliest = run((await decoder("greedy")).begin(call("greedy"), begin(prompts)), prompts);
    assert.deepEqual(one.texts, likeliest.texts);
  });
});
