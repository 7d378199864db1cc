/** The model card of a training, into the folder of its weights. */
import { basename, dirname } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { Adapter } from "../folders/adapter-folder.js";
import { baseOfRun, forbiddingLicence } from "./base-licence.js";
import { cardBase, withoutPlace } from "./card-base.js";
import { demandThere } from "../folder-errors.js";
import { readSince } from "../since-before.js";
import type { Checkpoint } from "../checkpoints.js";
import type { RunEvent } from "../../events/events.js";
import { scoresOf } from "./run-scores.js";
import { machineText, writeModelCard } from "./model-card.js";
import { type CardFacts, type DeployedCard } from "./card-facts.js";
import type { TrainedOn } from "../weights.js";
import { callText } from "../../host/value-text.js";
import { labelledRows } from "../labelled-rows.js";
import { RunFolder } from "../run-folder.js";
import type { CardCompressed } from "./card-compressed.js";

/** How a run keeps its weights: as an adapter, or in its checkpoints alone. */
export function savedAs(adapter: Adapter | null): CardFacts["saved"] {
  return !adapter ? "model" : "peft_type" in adapter.config ? "peft" : "adapter";
}

export async function describeIn(
  folder: string,
  o: {
    readonly plan: Plan;
    readonly run: RunFolder;
    readonly data: TrainedOn;
    readonly events: readonly RunEvent[];
    /** Whose weights were kept. */
    readonly checkpoint: Checkpoint;
    readonly saved: CardFacts["saved"];
    readonly deployed?: DeployedCard;
    /** Folder of the base that the training began from; null: it had none. Absent: it is looked for, and all of it read. */
    readonly base?: string | null;
  },
): Promise<void> {
  const { plan, run, data, events, saved, checkpoint } = o;
  demandThere(run.path);
  const lock = run.lock();
  if (!lock) throw new CodedError("run-folder", { folder: run.path, why: "lock.json is gone" });
  await writeModelCard(folder, {
    ...(o.deployed && { deployed: o.deployed }),
    name: lock.name,
    plan,
    lock,
    data,
    events,
    saved,
    registry,
    machine: machineText(),
    base: cardBase(plan.recipe.model, run),
    compressed: compressedOf(plan, run),
    since: readSince(run.path),
    attacks: scoresOf(run).filter((one) => one.attacks !== undefined && one.step === checkpoint.position.step),
    forbidding: await forbiddingLicence((o.base === undefined ? await baseOfRun(run) : o.base) ?? folder),
    kept: { step: checkpoint.position.step, file: basename(checkpoint.file) },
  });
}

function compressedOf({ recipe: { compress: plan } }: Plan, run: RunFolder): CardCompressed | undefined {
  if (!plan) return undefined;
  const of = plan.teacher
    ? callText(withoutFolder(plan.teacher.call))
    : (RunFolder.find(dirname(run.path), plan.of)[0]?.lock()?.name ?? null);
  return { plan, of, labelled: labelledRows(run.path) };
}

function withoutFolder(call: Call): Call {
  const { base, ...rest } = call.arguments;
  return typeof base === "string" ? { ...call, arguments: { base: withoutPlace(base), ...rest } } : call;
}
