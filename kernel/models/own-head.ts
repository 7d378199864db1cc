/** The head that a base brings, where a training begins with it: its rows are put into the order of the data's labels, by name. */
import type { ModelPlan } from "#dsl/language/types/subject.js";
import type { Base } from "../bases/base.js";
import type { EngineSession } from "../engines/engine.js";
import { isTunebookHead, keepsBaseHead, headLastLayerPath, haveSameLabels } from "../bases/programs.js";

export interface ReplacedHead {
  readonly base: string;
  readonly own: readonly string[];
  readonly labels: readonly string[];
}

/** Before the first step. Returns what must be told: the base's head tells other labels apart, so that a new one begins. */
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
