/**
 * Rows from which a target that quantizes activations determines their range: token ids only, which are never written.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { splitNamesOf } from "../data/prepared.js";
import { tokensAt } from "../data/sequences/token-rows.js";
import { encodeSplit, rowEncodingOptionsOf } from "../data/encoding/encoded.js";
import type { OpenedRun } from "../models/opened-run.js";
import type { HostContext } from "../host/host-context.js";
import type { DatasetCache } from "../session/answers/dataset-cache.js";

/**
 * Returns token ids of evenly spaced training rows; none if the data can no longer be read. Coded error
 * `private-scales`.
 */
export async function calibrationRows(
  session: { readonly datasets: DatasetCache },
  { weights, base, tokenizer }: OpenedRun,
  rows: number,
  stage: { readonly hostContext: HostContext },
): Promise<readonly Int32Array[]> {
  const { plan, labels } = weights;
  const { data, model, training } = plan.recipe;
  if (training.privacy) throw new CodedError("private-scales", { rows });
  const prepared = await session.datasets.data(data, dataReadingSettingsOf(model), stage.hostContext);
  const encoding = await rowEncodingOptionsOf(plan, base, tokenizer, labels, model.name);
  const split = splitNamesOf(prepared).includes("train") ? "train" : "all";
  const { ids, count } = await encodeSplit(prepared, { data: data.name, split }, encoding);
  const n = Math.min(rows, count);
  return Array.from({ length: n }, (_, i) => tokensAt(ids, Math.floor((i * count) / n)));
}
