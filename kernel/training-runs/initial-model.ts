/** The model of a training before its first step: in its initial state, or as the newest checkpoint has it. */
import { predictionProbeOf } from "../models/prediction-changes.js";
import { loadNewestCheckpoint } from "../runs/checkpoints.js";
import { prepareTrainingHead } from "../models/own-head.js";
import type { OpenModel } from "../models/open-model.js";
import type { TrainingLoopInput } from "../training/loop/contract.js";
import type { RunResult, TrainRequest } from "./request.js";
import type { RunClaim } from "../training/claim-run.js";
import type { OpenSession } from "../session/open-session.js";
import type { TrainingInputs } from "./training-inputs.js";
import type { ExecutionContext } from "../session/execution-context.js";
import { withProgressLabel } from "../host/host-context.js";
import type { RunEvent } from "../events/events.js";
import { eventsUntil } from "../runs/read-events.js";

/** What the model of a training is opened with. */
interface InitialModelContext extends Pick<RunClaim, "run" | "checkpoints"> {
  readonly session: OpenSession;
  readonly request: TrainRequest;
  readonly stage: ExecutionContext;
  readonly material: TrainingInputs;
}

/**
 * Opens the model in the engine in its initial state: a new run takes the base's own head and the standardisation of
 * its targets.
 */
export async function openInitialModel(options: InitialModelContext): Promise<OpenModel> {
  const { request, stage: context } = options;
  const opening = (): Promise<OpenModel> => openIn(options);
  // No progress line for a trial of a sweep: each trial opens its own model.
  return request.run.trial
    ? opening()
    : withProgressLabel(context.hostContext, `weights of ${request.run.name} loaded`, opening);
}

async function openIn(options: InitialModelContext): Promise<OpenModel> {
  const { session, request, stage: context, material, run, checkpoints } = options;
  const { base, labels } = material;
  const { folder } = context.hostContext;
  const { machine, continues } = request;
  const more = { opens: machine?.opens, objective: continues?.objective };
  const open = await session.weights.fresh(run.path, request.plan, base, labels, folder, more);
  const goesOn = checkpoints.length > 0;
  await continues?.begins(open, material, run, goesOn);
  // A resumed run has its initial state in the checkpoint.
  if (goesOn || (continues && !continues.head)) return open;
  const lost = await prepareTrainingHead(open, request.plan, material);
  if (lost) request.listener.onHeadLost?.(lost);
  return open;
}

export async function predictionsBefore(
  { request, stage: context, material }: InitialModelContext,
  open: OpenModel,
): Promise<RunResult["before"]> {
  const { prepared, encoding, tokenizer, base, rows, validation } = material;
  const asking = await predictionProbeOf({
    plan: request.plan,
    open,
    prepared,
    encoding,
    tokenizer,
    base,
    rows: validation ?? rows,
    validates: validation !== null,
  });
  return asking && { asking, answers: await asking.ask(context.signal) };
}

/**
 * Loads the newest readable checkpoint of a resumed run, and reports those that could not be read. `behind`: the run's
 * events up to that checkpoint.
 */
export async function loadNewestReadable(
  { request, run, checkpoints }: InitialModelContext,
  open: OpenModel,
): Promise<Pick<TrainingLoopInput, "resume" | "damaged"> & { readonly behind: readonly RunEvent[] }> {
  if (checkpoints.length === 0) return { resume: null, damaged: [], behind: [] };
  const { checkpoint, damaged } = await loadNewestCheckpoint(open.session, checkpoints);
  for (const { file, error } of damaged) request.listener.onDamaged?.(file, (error as Error).message, checkpoint);
  return { resume: checkpoint, damaged, behind: eventsUntil(run.events(), checkpoint.position.step) };
}
