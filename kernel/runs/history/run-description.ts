/** Writes the model card of a training into the folder of its weights. */
import { basename, dirname } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { AdapterFolderContent } from "../folders/adapter-folder.js";
import { baseFolderOfRun, licenceForbiddingChanges } from "./base-licence.js";
import { cardBaseModelOf, hideLocalPath } from "./card-base.js";
import { checkFolderExists } from "../folder-errors.js";
import { readBeforeAfterScores } from "../before-after-scores.js";
import type { Checkpoint } from "../checkpoints.js";
import type { RunEvent } from "../../events/events.js";
import { readRunScores } from "./run-scores.js";
import { machineDescription, writeModelCard } from "./model-card.js";
import { type CardFacts, type DeployedCardFacts } from "./card-facts.js";
import type { TrainedDataFacts } from "../weights.js";
import { callText } from "../../host/value-text.js";
import { countTeacherLabelledRows } from "../labelled-rows.js";
import { RunFolder } from "../run-folder.js";
import type { CompressedModelFacts } from "./card-compressed.js";

/** Format in which a run saves its weights: an adapter, or checkpoints only. */
export function savedFormatOf(adapter: AdapterFolderContent | null): CardFacts["saved"] {
  return !adapter ? "model" : "peft_type" in adapter.config ? "peft" : "adapter";
}

export async function writeModelCardOfRun(
  folder: string,
  options: {
    readonly plan: Plan;
    readonly run: RunFolder;
    readonly data: TrainedDataFacts;
    readonly events: readonly RunEvent[];
    readonly checkpoint: Checkpoint;
    readonly saved: CardFacts["saved"];
    readonly deployed?: DeployedCardFacts;
    /**
     * Folder of the base that the training started from; null if it had none. If unset, it is searched for and read in
     * full.
     */
    readonly base?: string | null;
  },
): Promise<void> {
  const { plan, run, data, events, saved, checkpoint } = options;
  checkFolderExists(run.path);
  const lock = run.lock();
  if (!lock) throw new CodedError("run-folder", { folder: run.path, why: "lock.json is missing" });
  await writeModelCard(folder, {
    ...(options.deployed && { deployed: options.deployed }),
    name: lock.name,
    plan,
    lock,
    data,
    events,
    saved,
    registry,
    machine: machineDescription(),
    base: cardBaseModelOf(plan.recipe.model, run),
    compressed: compressedOf(plan, run),
    since: readBeforeAfterScores(run.path),
    attacks: readRunScores(run).filter((one) => one.attacks !== undefined && one.step === checkpoint.position.step),
    forbidding: await licenceForbiddingChanges(
      (options.base === undefined ? await baseFolderOfRun(run) : options.base) ?? folder,
    ),
    keptCheckpoint: { step: checkpoint.position.step, file: basename(checkpoint.file) },
  });
}

function compressedOf({ recipe: { compress: plan } }: Plan, run: RunFolder): CompressedModelFacts | undefined {
  if (!plan) return undefined;
  const sourceTraining = plan.teacher
    ? callText(withoutFolder(plan.teacher.call))
    : (RunFolder.find(dirname(run.path), plan.of)[0]?.lock()?.name ?? null);
  return { plan, sourceTraining, labelled: countTeacherLabelledRows(run.path) };
}

function withoutFolder(call: Call): Call {
  const { base, ...rest } = call.arguments;
  return typeof base === "string" ? { ...call, arguments: { base: hideLocalPath(base), ...rest } } : call;
}
