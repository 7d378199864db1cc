/**
 * Fits the linear head over the embeddings of a frozen base, as `baseline(probe)` fits its linear model. The
 * standardization is folded into the head's weights, so that the head reads raw embeddings.
 */
import type { SparseRows } from "./tfidf/sparse.js";
import { denseToSparseRows, chooseFeatureScale, fitStandardization } from "./dense-features.js";
import { fitSingleLabelModel, type SingleLabelModel } from "./linear-labels.js";

export interface ExactLinearHead {
  /** Shape [labels × features]. */
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * Fits the head; `found` is the label of each row. Throws no coded errors; ends early, in any way, when the signal is
 * aborted.
 */
export async function fitExactHead(
  features: readonly Float32Array[],
  found: readonly string[],
  { labels, signal }: { readonly labels: readonly string[]; readonly signal?: AbortSignal },
): Promise<ExactLinearHead> {
  const { mean, share, standard } = fitStandardization(features.map((one) => Float64Array.from(one)));
  const rows = features.map((one) => standard(Float64Array.from(one)));
  const given = { labels, ...(signal && { signal }) };
  const scale = await chooseFeatureScale(given, rows, (role) => (role === "label" ? found : null));
  const dense = denseToSparseRows(rows, scale);
  const model = await fitSingleLabelModel(dense, found, labels, { signal });
  const width = mean.length;
  const weight = new Float32Array(labels.length * width);
  const bias = new Float32Array(labels.length).fill(unseen(model, dense));
  model.parts.forEach((part, label) => {
    if (!part) return;
    const rowWeights = part.weights.map((w, j) => w * scale * share[j]!);
    weight.set(rowWeights, label * width);
    bias[label] = part.added - rowWeights.reduce((sum, w, j) => sum + w * mean[j]!, 0);
  });
  return { weight, bias };
}

/**
 * Returns the logit of a label without rows: for an average row, the label gets the probability that the linear model
 * gives it.
 */
function unseen({ parts, rare }: SingleLabelModel, rows: SparseRows): number {
  const missing = parts.filter((part) => part === null).length;
  if (missing === 0) return 0;
  let sum = 0;
  for (let row = 0; row < rows.count; row++)
    sum += logSum(
      parts.flatMap((part) => {
        if (!part) return [];
        let score = part.added;
        for (let i = rows.starts[row]!; i < rows.starts[row + 1]!; i++)
          score += rows.values[i]! * part.weights[rows.columnIndexes[i]!]!;
        return [score];
      }),
    );
  return sum / rows.count + Math.log(rare / (1 - rare * missing));
}
function logSum(all: readonly number[]): number {
  const most = Math.max(...all);
  return most + Math.log(all.reduce((sum, one) => sum + Math.exp(one - most), 0));
}
