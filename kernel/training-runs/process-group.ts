/**
 * A training whose updates a process group shares. The group is started before the first step, all or none. If one
 * process is lost, the others end and a new group continues from the last checkpoint. Rank 0 is this process: it has
 * the run, the screen and, in the end, the weights.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readCheckpoints } from "../runs/checkpoints.js";
import type { EngineInfo, EngineSession } from "../engines/engine.js";
import type { RootRank } from "../remote/process-group/root-rank.js";
import type { SharedStateLayout } from "../remote/process-group/shared-session.js";
import { engineWorkOf } from "../engines/engine-work.js";
import type { TrainingAttempt, FirstAttempt, SettlingResult } from "./step-provider.js";

export interface ProcessGroup {
  readonly hub: RootRank;
  /**
   * Waits until all ranks have joined and opened the model, and sends them the initial state. Coded errors
   * `gang-incomplete`, `rank-failed`.
   */
  begin(session: Pick<EngineSession, "read" | "write">, shares: SharedStateLayout, step: number): Promise<void>;
  /** Returns why a rank was lost, once it is known whether it can be replaced; other errors are returned unchanged. */
  why(error: unknown): Promise<unknown>;
  /** Ends the group. Nothing is left of it when this resolves. */
  end(): Promise<void>;
}
/** Starts the other ranks; they open the model while this process does. */
export type GroupLauncher = (engine: EngineInfo) => Promise<ProcessGroup>;
/** Returns the launcher of a process group for a plan. */
export type GroupLauncherFor = (plan: Plan) => GroupLauncher;

/** A lost rank, and the step from which its replacements continue. */
export interface LostRank {
  readonly rank: number;
  readonly of: number;
  readonly why: string;
  readonly step: number;
}

/** Maximum consecutive process-group failures without a new checkpoint. */
const MOST = 3;

interface GroupAttempt extends FirstAttempt {
  readonly onReplaced?: ((replaced: LostRank) => void) | undefined;
}

/**
 * Trains with a process group, and with a new one after the loss of a rank. Coded error `gang-gave-up`.
 * @param train one attempt
 */
export async function runWithGroup<R extends SettlingResult>(
  first: GroupAttempt,
  gathers: GroupLauncher,
  train: (attempt: TrainingAttempt, gang: ProcessGroup) => Promise<R>,
): Promise<R> {
  let { engine, checkpoints } = first;
  for (let lost = 1; ; lost++) {
    const gang = await gathers(engine.info);
    try {
      const result = await train({ engine, checkpoints }, gang);
      result.trained.settled.then(
        () => gang.end(),
        () => gang.end(),
      );
      return result;
    } catch (thrown) {
      const error = await gang.why(thrown);
      await gang.end();
      const loss = lossIn(error);
      if (!loss || first.signal?.aborted) throw error;
      const found = readCheckpoints(first.run);
      const step = stepOf(found);
      if (step > stepOf(checkpoints)) lost = 0;
      if (lost >= MOST)
        throw new CodedError("gang-gave-up", { gangs: lost, step: step || null, why: loss.why }, { cause: error });
      first.onReplaced?.({ ...loss, step });
      checkpoints = found;
      engine = await first.engines.engine(engineWorkOf(first.plan));
    }
  }
}

function stepOf(checkpoints: TrainingAttempt["checkpoints"]): number {
  return checkpoints.reduce((step, one) => ("position" in one ? Math.max(step, one.position.step) : step), 0);
}

/** Returns which rank was lost; null for an error that new processes would not fix. */
function lossIn(error: unknown): Omit<LostRank, "step"> | null {
  if (!(error instanceof CodedError)) return null;
  const coded = error as CodedError<"rank-lost"> | CodedError<"engine-died">;
  if (coded.code === "rank-lost") return coded.data;
  // Rank 0's own engine.
  return coded.code === "engine-died" ? { rank: 0, of: 0, why: coded.message } : null;
}
