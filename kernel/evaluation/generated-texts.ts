/** Generates a text for every row of a split, with its reference text, for text metrics. */
import type { GenerationSettings } from "#dsl/compiler/plan/action.js";
import type { GeneratedTextMetricInput } from "#stdlib/metrics/kind.js";
import type { PreparedData } from "../data/prepare.js";
import { ContinuationCollector, promptDisplayText } from "../inference/prompts.js";
import { promptsAndTargets, promptsOfSplit } from "../inference/reference-texts.js";
import type { ModelHandle } from "../models/model-handle.js";
import type { OpenSession } from "../session/open-session.js";
import type { ExecutionContext } from "../session/execution-context.js";

export async function generateTextsForMetrics(
  session: OpenSession,
  handle: ModelHandle,
  rows: { readonly prepared: PreparedData; readonly split: string },
  o: GenerationSettings & { readonly batch_size: number },
  context: ExecutionContext,
): Promise<GeneratedTextMetricInput> {
  const { prompts, targets } = promptsAndTargets(rows.prepared, rows.split, handle.plan.template !== undefined);
  const gathered = prompts.map((prompt) => new ContinuationCollector(promptDisplayText(prompt)));
  for await (const piece of session.models.requests.write(handle, prompts, o, context.hostContext, context.signal))
    gathered[piece.row]!.add(piece);
  return {
    written: gathered.map((text) => text.written().continuation),
    targets,
    asked: prompts.map(promptDisplayText),
  };
}

/** Generates one token for the first row, so that warm-up is not part of the measured time. */
export async function generateWarmUpToken(
  session: OpenSession,
  handle: ModelHandle,
  { prepared, split }: { readonly prepared: PreparedData; readonly split: string },
  o: GenerationSettings & { readonly batch_size: number },
  context: ExecutionContext,
): Promise<void> {
  const prompts = promptsOfSplit(prepared, split, handle.plan.template !== undefined).slice(0, 1);
  const pieces = session.models.requests.write(
    handle,
    prompts,
    { ...o, max_tokens: 1 },
    context.hostContext,
    context.signal,
  );
  while (!(await pieces.next()).done);
}
