/** The format in which a technique's trained weights are saved: PEFT's format where PEFT has the technique. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { loadWordImplementation, mustFindWord } from "#dsl/language/types/loaded.js";
import type { Word } from "#dsl/language/types/registry.js";
import type { AdapterConfigFacts } from "#stdlib/techniques/kind.js";
import { assembleForwardProgram } from "#stdlib/programs/forward.js";
import { programOf } from "./programs.js";
import type { Trials } from "./tried.js";

/** PEFT's name of the technique, as in the configurations of its adapters; null if PEFT has no format for it. */
export async function peftType(technique: Word<"technique">, trials: Trials): Promise<string | null> {
  const implementation = await loadWordImplementation(technique);
  if (!implementation.config) return null;
  const task = mustFindWord(trials.registry, "task", "text_classification");
  const {
    implementation: family,
    config: json,
    name: base,
  } = mustExist(trials.named(trials.baseFor(task.name)), "a checkpoint that labels texts");
  const { plan } = trials.compiled(programOf({ task, base, technique: technique.name }));
  const { technique: call, task: taskCall } = mustExist(plan, `the plan of ${technique.name}`).recipe.model;
  const config = family.config(json);
  const { state } = assembleForwardProgram(
    {
      family,
      config,
      labels: 2,
      seed: 0,
      prefixInCheckpoint: true,
      tensors: {},
      task: { call: taskCall, implementation: await loadWordImplementation(task) },
      technique: { call, implementation },
    },
    false,
  );
  const facts: AdapterConfigFacts = {
    base,
    revision: null,
    task: null,
    head: [],
    sizes: family.sizes(config),
    inOut: false,
    states: Object.fromEntries(
      Object.entries(state).map(([name, { type }]) => [name, type.shape as readonly number[]]),
    ),
  };
  const type = implementation.config(call, facts)["peft_type"];
  return typeof type === "string" ? type : null;
}

export async function savedAs(technique: Word<"technique">, trials: Trials): Promise<string> {
  const { saved } = await loadWordImplementation(technique);
  if (saved === "model") return "the whole model";
  const type = await peftType(technique, trials);
  return type === null ? "an adapter in a format of our own" : `an adapter in PEFT's format (\`${type}\`)`;
}
