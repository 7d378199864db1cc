/** Fits the linear model that suits the target role of the rows. */
import type { BaselineContext } from "../kind.js";
import { fitRidge, linearOutputs } from "./tfidf/linear.js";
import type { SparseRows } from "./tfidf/sparse.js";
import { fitSingleLabelModel, fitLabelSetModel, type LinearModel, type LinearModelSetting } from "./linear-labels.js";
import type { RoleValuesLookup } from "./training-rows.js";

/** Inputs of a linear model in addition to its rows. */
export type LinearModelContext = Pick<BaselineContext, "labels" | "signal" | "onProgress"> & {
  readonly setting?: LinearModelSetting | undefined;
  readonly tolerance?: number | undefined;
};

export async function fitLinearModel(
  { labels, signal, setting, tolerance }: LinearModelContext,
  learnt: SparseRows,
  values: RoleValuesLookup,
): Promise<LinearModel> {
  const [label, sets, score] = [values("label"), values("labels"), values("score")];
  if (label) return fitSingleLabelModel(learnt, label.map(String), labels, { signal, setting, tolerance });
  if (sets)
    return fitLabelSetModel(learnt, sets as readonly (readonly string[])[], labels, { signal, setting, tolerance });
  const counts = setting && setting.c !== 1 ? new Float64Array(learnt.count).fill(setting.c) : undefined;
  const numbers = await fitRidge(learnt, (score ?? []).map(Number), { signal, counts, tolerance });
  const buffer = new Float64Array(1);
  return {
    what: "ridge regression",
    bytes: numbers.weights.byteLength,
    predict(rows, row) {
      linearOutputs(numbers, rows, row, buffer);
      return Float32Array.from(buffer);
    },
  };
}
