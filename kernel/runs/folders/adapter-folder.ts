/**
 * A technique's trained weights as a folder in the run: `adapter_model.safetensors` (weights and head under the
 * technique's tensor names) and `adapter_config.json`. LoRA, prompt tuning, prefix tuning and IA³ use PEFT's own
 * format, which `PeftModel.from_pretrained` reads. Others use our own: state names, technique and base. `from:` that
 * folder continues the training. Techniques that train the complete model write none.
 */
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { BaseOrigin } from "#dsl/language/types/facts.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import type { Program } from "#dsl/tensor/program.js";
import type { AdapterConfigFacts, TechniqueImplementation } from "#stdlib/techniques/kind.js";
import type { ModelSizes } from "#stdlib/models/kind.js";
import { registry } from "#stdlib/registry.js";
import type { EngineSession } from "../../engines/engine.js";
import { writeStagedFolder } from "../staged-folder.js";
import { withFoldedStandardisation, type StandardisedHeadStateNames } from "../standardised-weights.js";

export const ADAPTER_FILES = { weights: "adapter_model.safetensors", config: "adapter_config.json" } as const;

export interface AdapterFolderContent {
  /** Maps each state to its tensor in the file. */
  readonly names: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly standardised: StandardisedHeadStateNames | null;
}

/** Returns null if the complete model is trained. */
export function adapterToSave(options: {
  readonly model: ModelPlan;
  readonly origin?: BaseOrigin | undefined;
  readonly family: string;
  readonly sizes: ModelSizes;
  readonly technique: TechniqueImplementation;
  readonly head: readonly string[];
  readonly saved: Readonly<Record<string, string>>;
  readonly state: Program["state"];
  readonly standardised?: StandardisedHeadStateNames | null;
  /** Prefix removed from the states' names in the configuration. Defaults to none. */
  readonly prefix?: string;
}): AdapterFolderContent | null {
  const { technique, model } = options;
  if (technique.saved !== "trained") return null;
  const does = registry.find("task", model.task.word)?.capabilities;
  const task = does?.peft ?? null;
  // PEFT saves a head with an adapter only if transformers has a class for it.
  const ours = does?.hasNewHead?.(model.task) === true;
  // The hub's name is valid anywhere; the written name may be an abbreviation or refer to a local run.
  const base = options.origin?.repository ?? model.base;
  const facts: AdapterConfigFacts = {
    base,
    revision: options.origin?.revision ?? null,
    task,
    head: [...new Set(options.head.map((path) => path.split(".")[0]!))],
    sizes: options.sizes,
    states: Object.fromEntries(
      Object.keys(options.saved).map((name) => [
        bare(name, options.prefix ?? ""),
        options.state[name]!.type.shape as number[],
      ]),
    ),
    inOut: registry.find("model", options.family)?.capabilities?.weightLayout === "in_out",
  };
  const config = (ours ? undefined : technique.config?.(model.technique, facts)) ?? {
    format: "tunebook",
    technique: model.technique.word,
    arguments: model.technique.arguments,
    ...(model.technique.definition !== undefined && { definition: model.technique.definition }),
    base_model_name_or_path: base,
    task: model.task.word,
  };
  return { names: options.saved, config, standardised: options.standardised ?? null };
}

function bare(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Writes the session's weights; an existing folder is replaced. */
export async function writeAdapter(
  folder: string,
  session: EngineSession,
  { names, config, standardised }: AdapterFolderContent,
): Promise<void> {
  await writeStagedFolder(folder, async (work) => {
    await withFoldedStandardisation(session, standardised, () =>
      session.save(join(work, ADAPTER_FILES.weights), Object.keys(names), { format: "pt" }, names),
    );
    await writeFileAtomic(join(work, ADAPTER_FILES.config), `${JSON.stringify(config, null, 2)}\n`);
  });
}
