/**
 * Judges labels by words: naive Bayes over words and pairs of words, leave-one-out (a row's words are subtracted from
 * the sums, so that no folds are needed). It knows what vectors of a text miss: names, phrases, technical terms.
 */
import { wordFeatures, type FeatureBag } from "./bags.js";
import { calibrateTemperature } from "./temperature.js";

/** Maximum distinct words, and maximum numbers in memory for all labels together. */
const BUCKETS = 2 ** 18;
const HELD = 2 ** 24;
/** Candidate pseudo-counts of a word per label. */
const UNSEEN = [0.003, 0.01, 0.03, 0.1, 0.3, 1];
/** Maximum rows to choose the pseudo-count on. */
const TRIED = 4000;

/** Returns null if no word occurs in two rows. */
export function labelProbabilitiesFromWords(
  texts: readonly string[],
  labels: Int32Array,
  count: number,
): Float32Array | null {
  const buckets = Math.min(BUCKETS, 2 ** Math.floor(Math.log2(HELD / count)));
  const { bags, different } = weighed(
    texts.map((text) => wordFeatures(text, buckets)),
    buckets,
  );
  if (different === 0) return null;
  const sums = new Float32Array(buckets * count);
  const [totals, rows] = [new Float64Array(count), new Float64Array(count)];
  bags.forEach(({ parts, counts }, row) => {
    const label = labels[row]!;
    rows[label]!++;
    parts.forEach((part, i) => {
      sums[part * count + label]! += counts[i]!;
      totals[label]! += counts[i]!;
    });
  });
  const counted = { bags, different, sums, totals, rows };
  const every = Math.ceil(bags.length / TRIED);
  const some = labels.filter((_, row) => row % every === 0);
  const losses = UNSEEN.map(
    (unseen) => calibrateTemperature(scored(unseen, counted, labels, count, every), some, count).loss,
  );
  const unseen = UNSEEN[losses.indexOf(Math.min(...losses))]!;
  return calibrateTemperature(scored(unseen, counted, labels, count), labels, count).chances;
}

interface Counted {
  readonly bags: readonly FeatureBag[];
  /** Number of words that occur in at least two rows. */
  readonly different: number;
  /** Counts [words × labels], and the totals per label. */
  readonly sums: Float32Array;
  readonly totals: Float64Array;
  readonly rows: Float64Array;
}

/** Scores every `every`-th row. */
function scored(
  unseen: number,
  { bags, different, sums, totals, rows }: Counted,
  labels: Int32Array,
  count: number,
  every = 1,
): Float64Array {
  const logs = sums.map((sum) => Math.log(sum + unseen));
  const all = totals.map((total) => Math.log(total + unseen * different));
  const scores = new Float64Array(Math.ceil(bags.length / every) * count);
  for (let row = 0; row < bags.length; row += every) {
    const { parts, counts } = bags[row]!;
    const rowOutputs = scores.subarray((row / every) * count, (row / every + 1) * count);
    const given = labels[row]!;
    const rowTotal = counts.reduce((a, b) => a + b, 0);
    const without = Math.log(totals[given]! - rowTotal + unseen * different);
    for (let label = 0; label < count; label++)
      rowOutputs[label] = Math.log(Math.max(1, rows[label]! - Number(label === given)) / bags.length);
    parts.forEach((part, i) => {
      const weight = counts[i]!;
      for (let label = 0; label < count; label++)
        if (label !== given) rowOutputs[label]! += weight * (logs[part * count + label]! - all[label]!);
      const left = Math.max(0, sums[part * count + given]! - weight);
      rowOutputs[given]! += weight * (Math.log(left + unseen) - without);
    });
  }
  return scores;
}

/** Drops words that occur in a single row, weights rarer words higher, and normalizes by the text's length. */
function weighed(
  bags: readonly FeatureBag[],
  buckets: number,
): { readonly bags: readonly FeatureBag[]; readonly different: number } {
  const rows = new Uint32Array(buckets);
  for (const { parts } of bags) for (const part of parts) rows[part]!++;
  const filteredBags = bags.map(({ parts, counts }) => {
    const indices = Array.from(parts.keys()).filter((i) => rows[parts[i]!]! > 1);
    const weights = indices.map(
      (i) => (1 + Math.log(counts[i]!)) * (1 + Math.log((1 + bags.length) / (1 + rows[parts[i]!]!))),
    );
    const length = Math.hypot(...weights) || 1;
    return {
      parts: Uint32Array.from(indices, (i) => parts[i]!),
      counts: Float32Array.from(weights, (w) => w / length),
    };
  });
  return { bags: filteredBags, different: rows.reduce((all, one) => all + Number(one > 1), 0) };
}
