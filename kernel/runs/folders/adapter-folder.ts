/**
 * What a technique trained, as a folder beside a run's checkpoints: `adapter_model.safetensors` (weights and head under the
 * names of the technique's file) and `adapter_config.json`. Of LoRA, prompt and prefix tuning and IA³ it is PEFT's own format,
 * which `PeftModel.from_pretrained` reads; of the others ours: the states' own names, and which technique made them of which
 * base. A training `from:` that folder goes on from it. Techniques that train the whole model write none.
 */
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { BaseOrigin } from "#dsl/language/types/facts.js";
import type { ModelPlan } from "#dsl/language/types/subject.js";
import type { Program } from "#dsl/tensor/program.js";
import type { AdapterFacts, TechniqueImplementation } from "#stdlib/techniques/kind.js";
import type { ModelSizes } from "#stdlib/models/kind.js";
import { registry } from "#stdlib/registry.js";
import type { Session } from "../../engines/engine.js";
import { staged } from "../staged-folder.js";
import { folded, type Standardised } from "../standardised-weights.js";

export const ADAPTER = { weights: "adapter_model.safetensors", config: "adapter_config.json" } as const;

export interface Adapter {
  /** State → tensor in the file. */
  readonly names: Readonly<Record<string, string>>;
  readonly config: Readonly<Record<string, unknown>>;
  readonly standardised: Standardised | null;
}

/** Null: the whole model trains. */
export function adapterOf(o: {
  readonly model: ModelPlan;
  /** Of the model's base. */
  readonly origin?: BaseOrigin | undefined;
  readonly family: string;
  readonly sizes: ModelSizes;
  readonly technique: TechniqueImplementation;
  /** Paths of the head's parameters. */
  readonly head: readonly string[];
  readonly saved: Readonly<Record<string, string>>;
  readonly state: Program["state"];
  readonly standardised?: Standardised | null;
  /** Taken off the states' names for what the configuration says of them; absent: nothing. */
  readonly prefix?: string;
}): Adapter | null {
  const { technique, model } = o;
  if (technique.saved !== "trained") return null;
  const does = registry.find("task", model.task.word)?.capabilities;
  const task = does?.peft ?? null;
  // PEFT saves a head beside an adapter where a class of transformers has it.
  const ours = does?.ours?.(model.task) === true;
  // The hub's name is found from anywhere; what was written may be short for it, or stand for a run here.
  const base = o.origin?.repository ?? model.base;
  const facts: AdapterFacts = {
    base,
    revision: o.origin?.revision ?? null,
    task,
    head: [...new Set(o.head.map((path) => path.split(".")[0]!))],
    sizes: o.sizes,
    states: Object.fromEntries(
      Object.keys(o.saved).map((name) => [bare(name, o.prefix ?? ""), o.state[name]!.type.shape as number[]]),
    ),
    inOut: registry.find("model", o.family)?.capabilities?.layout === "in_out",
  };
  const config = (ours ? undefined : technique.config?.(model.technique, facts)) ?? {
    format: "tunebook",
    technique: model.technique.word,
    arguments: model.technique.arguments,
    ...(model.technique.definition !== undefined && { definition: model.technique.definition }),
    base_model_name_or_path: base,
    task: model.task.word,
  };
  return { names: o.saved, config, standardised: o.standardised ?? null };
}

function bare(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Writes the session's weights; a folder that was there before is written anew. */
export async function writeAdapter(
  folder: string,
  session: Session,
  { names, config, standardised }: Adapter,
): Promise<void> {
  await staged(folder, async (work) => {
    await folded(session, standardised, () =>
      session.save(join(work, ADAPTER.weights), Object.keys(names), { format: "pt" }, names),
    );
    await writeFileAtomic(join(work, ADAPTER.config), `${JSON.stringify(config, null, 2)}\n`);
  });
}
