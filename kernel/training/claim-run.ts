/** Claims a run for training, with its lock: a new one, or an interrupted one of the same recipe. */
import { existsSync, readdirSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { CodedError, lastOf, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { SEMANTICS_VERSION, semanticsVersionOf } from "#dsl/compiler/plan/semantics.js";
import { readCheckpoints, type Checkpoint, type DamagedCheckpoint } from "../runs/checkpoints.js";
import {
  damageText,
  readPlanAndLock,
  isRunFolder,
  trainingNameOf,
  recipeHashOfRun,
  unreadableRunError,
} from "../runs/history/damage.js";
import { isRunOfTrial, isSweepTrial } from "../runs/history/runs-by-recipe.js";
import { RunFolder, type NewRunFacts } from "../runs/run-folder.js";
import { runBusyError, lockHolderOf, lockRun, RunLock } from "../runs/run-lock.js";
import type { TrialOfRun } from "../runs/together/trials.js";

export interface RunClaim {
  readonly run: RunFolder;
  readonly lock: RunLock;
  /** Checkpoints that it may continue from, oldest first; none in a new run. */
  readonly checkpoints: readonly (Checkpoint | DamagedCheckpoint)[];
}

/**
 * Number of folders that a new run tries, in case another process that deletes folders locks one before this process
 * does.
 */
const TRIES = 8;

/** Creates a run and locks it before anything is in it. */
export function claimNewRun(root: string, name: string, plan: Plan, about: NewRunFacts): RunClaim {
  for (let tries = 1; ; tries++)
    try {
      return claimed(root, name, plan, about);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== "run-busy" || tries >= TRIES) throw error;
    }
}
function claimed(root: string, name: string, plan: Plan, about: NewRunFacts): RunClaim {
  const locks: RunLock[] = [];
  const run = RunFolder.create(root, name, fromHome(plan, about.home), about, (folder) => {
    const got = RunLock.try(folder, "train");
    if (!(got instanceof RunLock)) throw runBusyError(folder, got);
    locks.push(got);
  });
  return { run, lock: lastOf(locks), checkpoints: [] };
}

/** Makes folders inside the home folder relative to it, so that a moved project uses its own. */
function fromHome(plan: Plan, home: string | undefined): Plan {
  const { data, model, federated } = plan.recipe;
  const within = (folder: string): string => {
    if (home === undefined || !isAbsolute(folder)) return folder;
    const way = relative(home, folder);
    return way.startsWith("..") || isAbsolute(way) ? folder : way === "" ? "." : way.split("\\").join("/");
  };
  const recipe = {
    ...plan.recipe,
    data: { ...data, folder: within(data.folder) },
    model: { ...model, folder: within(model.folder) },
    ...(federated && {
      federated: {
        ...federated,
        others: federated.others.map((one) => ({ ...one, data: { ...one.data, folder: within(one.data.folder) } })),
      },
    }),
  };
  return { ...plan, recipe };
}

interface Wanted {
  /** Name of the run. */
  readonly name: string;
  /** If set, only a run of this trial. If unset, no trial of a sweep, because those are resumed with their sweep. */
  readonly trial?: Pick<TrialOfRun, "journal" | "number"> | undefined;
}

/** Claims the newest unfinished run. Throws the coded errors `nothing-to-resume` and `run-busy`. */
export async function claimUnfinishedRun(root: string, plan: Plan, { name, trial }: Wanted): Promise<RunClaim> {
  for (const run of RunFolder.find(root, plan.recipeHash)) {
    if (trial ? !isRunOfTrial(run, trial) : isSweepTrial(run)) continue;
    if (run.lock()?.replays !== undefined) continue;
    if (isOver(run) || (lockHolderOf(run.path) === null && readCheckpoints(run).length === 0)) continue;
    let lock: RunLock;
    try {
      lock = await lockRun(run.path, "train");
    } catch (error) {
      if (!existsSync(run.path)) continue; // deleted meanwhile
      throw error;
    }
    try {
      const checkpoints = readCheckpoints(run);
      if (checkpoints.length > 0 && !isOver(run)) return { run, lock, checkpoints };
    } catch (error) {
      lock.release();
      throw error;
    }
    lock.release();
  }
  // A damaged run of the same recipe might be the wanted one, but its lock cannot be read.
  for (const run of damagedRuns(root))
    if (recipeHashOfRun(run) === plan.recipeHash) throw unreadableRunError(run, damageIn(run));
  throw new CodedError("nothing-to-resume", {
    model: name,
    folder: root,
    older: olderRuns(root, name),
    damaged: damagedRuns(root).flatMap((run) => (trainingNameOf(run) === name ? [`${run.id}: ${damageIn(run)}`] : [])),
  });
}

const damageIn = (run: RunFolder): string => mustExist(damageText(run), `damaged files of ${run.id}`);
function damagedRuns(root: string): readonly RunFolder[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((id) => !id.startsWith(".") && isRunFolder(join(root, id)))
    .map((id) => RunFolder.open(join(root, id)))
    .filter((run) => damageText(run) !== null);
}

/** Returns interrupted runs of this name that were trained with an older version of the semantics. */
function olderRuns(root: string, name: string): readonly string[] {
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((id) => !id.startsWith(".") && isRunFolder(join(root, id)))
    .map((id) => RunFolder.open(join(root, id)))
    .filter((run) => damageText(run) === null && trainingNameOf(run) === name && !isOver(run))
    .filter((run) => semanticsVersionOf(readPlanAndLock(run).plan.recipe) !== SEMANTICS_VERSION)
    .map(({ id }) => id);
}

function isOver(run: RunFolder): boolean {
  return run
    .events()
    .some((event) => event.kind === "stopped" && (event.reason === "done" || event.reason === "early"));
}
