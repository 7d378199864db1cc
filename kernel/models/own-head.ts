/**
 * The head at the start of a training: the base's own one, with its rows permuted into the order of the data's labels by
 * name, and the standardisation of the targets.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import type { BaseModel } from "../bases/base.js";
import type { EngineSession } from "../engines/engine.js";
import type { EncodedRows } from "../data/encoding/encoded.js";
import { setTargetStandardisation } from "../runs/standardised-weights.js";
import type { OpenModel } from "./open-model.js";
import { hasTunebookOnlyHead, keepsBaseHead, headLastLayerPath, haveSameLabels } from "../bases/programs.js";

export interface ReplacedHead {
  readonly base: string;
  readonly own: readonly string[];
  readonly labels: readonly string[];
}

/**
 * Prepares the head of a new training before its first step. Returns a note if the base's head has other labels, so that
 * a new head is used.
 */
export async function prepareTrainingHead(
  { session, standardised }: Pick<OpenModel, "session" | "standardised">,
  { recipe: { model, training } }: Plan,
  {
    base,
    labels,
    rows,
  }: {
    readonly base: Pick<BaseModel, "facts">;
    readonly labels: readonly string[];
    readonly rows: Pick<EncodedRows, "taught">;
  },
): Promise<ReplacedHead | null> {
  const lost = await alignBaseHead(session, model, base, labels);
  const standard = rows.taught?.standard;
  // With privacy, the head would reveal the mean and standard deviation of the training targets.
  if (standardised && standard && !training.privacy)
    await setTargetStandardisation(session, standardised, standard, standardised.knows);
  return lost;
}

/** Call before the first step. Returns a note if the base's head has other labels, so that a new head is used. */
export async function alignBaseHead(
  session: Pick<EngineSession, "read" | "write">,
  model: ModelPlan,
  base: Pick<BaseModel, "facts">,
  labels: readonly string[],
): Promise<ReplacedHead | null> {
  if (hasTunebookOnlyHead(model)) return null;
  const baseLabels = base.facts.heads?.[model.task.word] ?? [];
  if (!keepsBaseHead(model, base.facts, labels)) return { base: model.base, own: baseLabels, labels };
  if (!haveSameLabels(baseLabels, labels) || labels.every((label, i) => label === baseLabels[i])) return null;
  const last = await headLastLayerPath(model, base.facts.family);
  for (const name of [`${last}.weight`, `${last}.bias`]) {
    const before = await session.read(name);
    const width = before.bytes.byteLength / labels.length;
    const bytes = new Uint8Array(before.bytes.byteLength);
    labels.forEach((label, i) => {
      const from = baseLabels.indexOf(label) * width;
      bytes.set(before.bytes.subarray(from, from + width), i * width);
    });
    await session.write(name, { ...before, bytes });
  }
  return null;
}
