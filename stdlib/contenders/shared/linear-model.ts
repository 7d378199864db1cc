/** A linear model over rows of numbers, by what the rows teach. */
import type { ContenderGiven } from "../kind.js";
import { ridgeFitted, said } from "./tfidf/linear.js";
import type { SparseRows } from "./tfidf/sparse.js";
import { labelModel, setsModel, type LinearModel, type Setting } from "./linear-labels.js";
import type { Values } from "./training-rows.js";

/** What a linear model needs beside its rows. */
export type Learning = Pick<ContenderGiven, "labels" | "signal" | "onProgress"> & {
  readonly setting?: Setting | undefined;
  readonly tolerance?: number | undefined;
};

export async function modelOf(
  { labels, signal, setting, tolerance }: Learning,
  learnt: SparseRows,
  values: Values,
): Promise<LinearModel> {
  const [label, sets, score] = [values("label"), values("labels"), values("score")];
  if (label) return labelModel(learnt, label.map(String), labels, { signal, setting, tolerance });
  if (sets) return setsModel(learnt, sets as readonly (readonly string[])[], labels, { signal, setting, tolerance });
  const counts = setting && setting.c !== 1 ? new Float64Array(learnt.count).fill(setting.c) : undefined;
  const numbers = await ridgeFitted(learnt, (score ?? []).map(Number), { signal, counts, tolerance });
  const own = new Float64Array(1);
  return {
    what: "ridge regression",
    bytes: numbers.weights.byteLength,
    said(rows, row) {
      said(numbers, rows, row, own);
      return Float32Array.from(own);
    },
  };
}
