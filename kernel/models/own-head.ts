/**
 * Reuses the base's own head at the start of a training: its rows are permuted into the order of the data's labels, by
 * name.
 */
import type { ModelPlan } from "#dsl/language/types/value.js";
import type { Base } from "../bases/base.js";
import type { EngineSession } from "../engines/engine.js";
import { isTunebookHead, keepsBaseHead, headLastLayerPath, haveSameLabels } from "../bases/programs.js";

export interface ReplacedHead {
  readonly base: string;
  readonly own: readonly string[];
  readonly labels: readonly string[];
}

/** Call before the first step. Returns a note if the base's head has other labels, so that a new head is used. */
export async function alignBaseHead(
  session: Pick<EngineSession, "read" | "write">,
  model: ModelPlan,
  base: Pick<Base, "facts">,
  labels: readonly string[],
): Promise<ReplacedHead | null> {
  if (isTunebookHead(model)) return null;
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
