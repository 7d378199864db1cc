/** Writes the checkpoints of a training: keeps the last one and the best one, and deletes the others. */
import { pruneCheckpoints, saveCheckpoint, type Checkpoint, type TrainingPosition } from "../../runs/checkpoints.js";
import type { UnstampedRunEvent } from "../../events/events.js";
import type { TrainingLoopInput } from "./contract.js";

type Writes = Pick<TrainingLoopInput, "model" | "run" | "lock" | "hooks" | "resume" | "validation">;

export class CheckpointWriter {
  last: Checkpoint | null;
  /** The best checkpoint that this process wrote. */
  best: Checkpoint | null = null;

  constructor(
    private readonly training: Writes,
    /** `elapsed`: seconds of the training so far. */
    private readonly loop: { readonly emit: (event: UnstampedRunEvent) => void; readonly elapsed: () => number },
  ) {
    this.last = training.resume;
  }

  /** Does nothing if the last checkpoint is of the same position. */
  async write(position: TrainingPosition): Promise<void> {
    const { last: before } = this;
    const { run, lock, model, hooks, validation } = this.training;
    const { step } = position;
    if (before?.position.step === step && before.position.validated === position.validated) return;
    lock.demand();
    for (const hook of hooks) await hook.saveCheckpoint?.(run, step);
    const made = await saveCheckpoint(run, model.session, model.saved, { ...position, seconds: this.loop.elapsed() });
    run.sync();
    this.last = made;
    const best = position.best?.step === step;
    if (best) this.best = made;
    const by = best ? { by: validation.watched.name } : {};
    this.loop.emit({ kind: "checkpoint", step, folder: made.file, best, ...by });
    // The previous checkpoint stays during training, in case this one is damaged.
    this.prune(position, before);
  }

  /** Deletes all checkpoints but those of `position`, of the best step and of `also`. */
  prune({ step, best }: TrainingPosition, also: Checkpoint | null = null): void {
    const { run, hooks } = this.training;
    const steps = [step, ...(also ? [also.position.step] : []), ...(best ? [best.step] : [])];
    pruneCheckpoints(run, steps);
    for (const hook of hooks) hook.pruneCheckpoints?.(run, steps);
  }
}
