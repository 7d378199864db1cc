/** The models whose steps are measured, by name. */
import type { Carrier, CarrierOptions } from "./carrier.js";
import { gpt2 } from "./gpt2.js";
import { minilm } from "./minilm.js";
import { smollm2 } from "./smollm2.js";
import type { StepCostInput } from "#dsl/compiler/plan/estimates.js";

export const MODELS: Readonly<Record<string, (o: CarrierOptions) => Carrier>> = { minilm, gpt2, smollm2 };

/** The measured step's properties on which the plan's estimates depend. */
interface Measured {
  readonly technique: "full" | "lora";
  readonly dtype: "f32" | "bf16";
  readonly recompute: "none" | "blocks";
  readonly batch: number;
  readonly length: number;
}

/** Derives from the program's state what the plan reads from a base's files. */
export function shapeOf(of: Measured, { program, sizes, windows }: Carrier): StepCostInput {
  const states = Object.entries(program.state).filter(([name]) => !name.startsWith("adam."));
  const count = (chosen: typeof states): number =>
    chosen.reduce((sum, [, { type }]) => sum + type.shape.reduce<number>((p, d) => p * Number(d), 1), 0);
  const tuned = states.filter(([, s]) => s.trains);
  const base = states.filter(([name]) => !/\.lora_/.test(name));
  return {
    tokens: of.batch * of.length,
    parameters: count(states),
    trainable: count(tuned),
    matrices: count(base.filter(([name, { type }]) => type.shape.length === 2 && !/embedding/i.test(name))),
    layers: sizes.layers,
    hidden: sizes.hidden,
    intermediate: sizes.intermediate,
    gated: states.some(([name]) => /gate_proj/.test(name)),
    frozen: of.technique === "lora",
    vocabulary: windows ? sizes.vocabulary : 0,
    low: of.dtype === "bf16",
    recomputed: of.recompute === "blocks",
    accumulated: false,
  };
}
