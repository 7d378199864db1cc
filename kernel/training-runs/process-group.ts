/**
 * A training whose updates several processes share: they are called together before its first step, all or none, and where one
 * is lost the others end and all begin again from the last checkpoint. Rank 0 is this process: it has the run, the screen and,
 * afterwards, the weights.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { readCheckpoints } from "../runs/checkpoints.js";
import type { EngineInfo, EngineSession } from "../engines/engine.js";
import type { RootRank } from "../remote/process-group/root-rank.js";
import type { SharedStates } from "../remote/process-group/shared-session.js";
import { engineWorkOf } from "../engines/work.js";
import type { TrainingAttempt, FirstAttempt, SettlingResult } from "./step-provider.js";

export interface ProcessGroup {
  readonly hub: RootRank;
  /** Waits until all are there with the model open, and gives them the state that all go on from. Coded errors `gang-incomplete`, `rank-failed`. */
  begin(session: Pick<EngineSession, "read" | "write">, shares: SharedStates, step: number): Promise<void>;
  /** Why a rank was lost, once it is known whether it can be replaced; other errors as they are. */
  why(error: unknown): Promise<unknown>;
  /** Nothing of it is left when this settles. */
  end(): Promise<void>;
}
/** Calls the other ranks together; they open the model while this process does. */
export type GroupLauncher = (engine: EngineInfo) => Promise<ProcessGroup>;
/** Calls a process group together for a plan. */
export type GroupLauncherFor = (plan: Plan) => GroupLauncher;

/** A rank that was lost, and the step from which new ones go on. */
export interface ReplacedRank {
  readonly rank: number;
  readonly of: number;
  readonly why: string;
  readonly step: number;
}

/** Gangs in a row that may be lost without a new checkpoint. */
const MOST = 3;

interface GroupAttempt extends FirstAttempt {
  readonly onReplaced?: ((replaced: ReplacedRank) => void) | undefined;
}

/** Trains with a process group, and with a new one where a rank is lost. `train`: one attempt. Coded error `gang-gave-up`. */
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

/** Which rank is gone; null: it is something else that new processes wouldn't mend. */
function lossIn(error: unknown): Omit<ReplacedRank, "step"> | null {
  if (!(error instanceof CodedError)) return null;
  const coded = error as CodedError<"rank-lost"> | CodedError<"engine-died">;
  if (coded.code === "rank-lost") return coded.data;
  // Rank 0's own engine.
  return coded.code === "engine-died" ? { rank: 0, of: 0, why: coded.message } : null;
}
