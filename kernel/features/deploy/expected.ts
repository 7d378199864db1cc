/** Golden inputs for a deployed model, and the notebook model's outputs on them. */
import { LRUCache } from "lru-cache";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { ModelToDeploy } from "#stdlib/targets/kind.js";
import { callText } from "../../host/value-text.js";
import { withProgressLabel } from "../../host/host-context.js";
import { loadImplementation } from "../../host/load-implementation.js";
import { runtimeAnswersOf, type RuntimeAnswers } from "../../deployments/runtime-answers.js";
import { promptsThatFit } from "../../deployments/fitting.js";
import { goldenInputsOf, type GoldenInputs } from "../../deployments/golden.js";
import { goldenInputsHash } from "../../deployments/proof.js";
import { writesText } from "../../models/model-handle.js";
import { type TrainedWeights } from "../../runs/weights.js";
import type { OpenedRun } from "../../models/opened-run.js";
import type { ExecutionContext } from "../../session/execution-context.js";
import type { DeployAction } from "./deployment-context.js";

/** `room`: maximum tokens of a target with fixed sizes. */
export async function goldenInputsFor(
  action: DeployAction,
  { weights, tokenizer }: OpenedRun,
  { chat, parts }: ModelToDeploy,
  room: number,
): Promise<GoldenInputs> {
  const { model, data } = weights.plan.recipe;
  const { answers } = await loadImplementation(model.task, "task");
  const masked = answers?.places !== undefined && tokenizer.mask !== null && !("context" in data.columns);
  const golden = goldenInputsOf({
    maxLength: model.max_length,
    roles: Object.keys(data.columns),
    mask: masked ? (tokenizer.tokens(Int32Array.of(tokenizer.mask))[0] ?? null) : null,
    writes: !writesText(model) ? false : model.template !== undefined ? "turns" : "texts",
  });
  if (golden.is === "asked") return golden;
  const { family, config, technique } = parts;
  const taken = technique.implementation.virtual?.(technique.call).positions ?? 0;
  const whole = family.shape === "encoder-decoder";
  const positions = whole ? Infinity : Math.min(family.sizes(config).positions - taken, room);
  const most = whole ? Math.min(golden.most, room - 1) : golden.most;
  const fit = await promptsThatFit({ ...golden, most }, { chat, tokenizer, positions });
  if ("is" in fit) return fit;
  const shortest = Number.isFinite(fit.shortest)
    ? `the shortest text has ${String(fit.shortest)} tokens`
    : "it writes no text";
  throw new CodedError("cannot-deploy", {
    model: action.name,
    target: callText(action.target),
    why: `no prompt fits: ${chat ? "with its template " : ""}${shortest}, and it has ${String(positions)} positions for texts and answers`,
    instead: "a larger `max_length`, or another template, and train again",
  });
}

/** Cached by weights and hash of the inputs: several targets of one model are checked against the same outputs. */
const known = new WeakMap<TrainedWeights, LRUCache<string, RuntimeAnswers>>();
/** Cached input sets per model: its targets mostly use the same texts. */
const MOST = 4;

export async function expectedOutputs(
  { weights, open, base, tokenizer }: OpenedRun,
  golden: GoldenInputs,
  name: string,
  { hostContext, signal }: ExecutionContext,
): Promise<RuntimeAnswers> {
  const answers = known.get(weights) ?? new LRUCache<string, RuntimeAnswers>({ max: MOST });
  known.set(weights, answers);
  const hash = goldenInputsHash(golden);
  const before = answers.get(hash);
  if (before) return before;
  const notebook = { plan: weights.plan, labels: weights.labels, session: open.session, base, tokenizer };
  const answer = await withProgressLabel(hostContext, "predictions for generated inputs", () =>
    runtimeAnswersOf(notebook, golden, name, { signal }),
  );
  answers.set(hash, answer);
  return answer;
}
