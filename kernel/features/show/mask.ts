/** `show NAME.mask`: which tokens of training rows are predicted. */
import type { ActionSubject } from "#dsl/compiler/plan/action.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { lossMaskView } from "../../display/data/mask.js";
import type { DisplayOutput } from "../../display/html.js";
import { splitNamesOf, type PreparedData } from "../../data/prepared.js";
import { encodeSplit, rowEncodingOptionsOf } from "../../data/encoding/encoded.js";
import { hasLossMask, firstRowsWithLossMask, lossMaskTitleOf } from "../../data/encoding/masked-rows.js";
import type { ModelHandle } from "../../models/model-handle.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { OpenSession } from "../../session/open-session.js";

/** The first training rows, token by token: of `on`, or of the data that the model was trained on. */
export async function trainingTokenMaskView(
  session: OpenSession,
  handle: ModelHandle,
  on: ActionSubject | undefined,
  context: ExecutionContext,
): Promise<DisplayOutput> {
  const rows = on && "data" in on ? { recipe: { model: handle.plan, data: on.data } } : handle.weights?.plan;
  if (!rows) throw new CodedError("not-trained", { model: handle.name });
  const { model, data } = rows.recipe;
  const { base, tokenizer } = await session.weights.parts(rows, context.hostContext, handle.weights?.folder);
  const prepared = await session.datasets.data(data, dataReadingSettingsOf(model), context.hostContext);
  const encoding = await rowEncodingOptionsOf(rows, base, tokenizer, prepared.labels, model.name);
  const { implementation } = encoding.task;
  if (!hasLossMask(implementation)) throw new CodedError("no-mask", { task: model.task.word });
  const encoded = await encodeSplit(prepared, { data: data.name, split: splitOf(on, prepared) }, encoding);
  const seed = "training" in rows.recipe ? rows.recipe.training.seed : 0;
  return lossMaskView(await firstRowsWithLossMask(encoded, implementation, { tokenizer, most: 4, seed }), {
    model: handle.name,
    what: lossMaskTitleOf(implementation),
  });
}

function splitOf(on: ActionSubject | undefined, prepared: PreparedData): string {
  if (on && "data" in on && on.split !== null) return on.split;
  return splitNamesOf(prepared).includes("train") ? "train" : "all";
}
