/**
 * Stages of `compress`: what becomes of a trained model's weights before anything is trained (kinds `student`, `sparsity` and
 * `quantization`). Their records say config and shapes (`StageCapabilities`); this is where the weights come from.
 */
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { BaseFacts, DerivedBase } from "#dsl/language/types/facts.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { RoundingForm } from "#dsl/tensor/numbers/rounding.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ActivationRanges } from "../layers/rounded-activations.js";

/** The weights of the model that it is made of. */
export interface SourceWeights {
  readonly facts: Pick<BaseFacts, "family" | "config" | "shapes">;
  /** What the word of its family says. */
  readonly family: FamilyCapabilities | undefined;
  /** A tensor of it, as f32. */
  read(name: string): NDArray;
  /** Of what goes into its linear layers, where rows were looked at (`calibrates`). */
  readonly bounds?: ActivationRanges;
}
/** What is made of it; a tensor is asked for once. */
export interface CompressedWeights extends DerivedBase {
  /** Tensors that lie in a file as whole numbers, and how; absent: all are f32. */
  readonly lies?: Readonly<Record<string, RoundingForm>>;
  tensor(name: string): NDArray;
}
export interface CompressionStepImplementation {
  /** Absent: the weights stay as they are. */
  make?(call: Call, source: SourceWeights): CompressedWeights;
  /** Distillation losses from the model that it is made of; default: the task's own loss alone. */
  losses?(call: Call): readonly Call[];
  /** How many texts are made of each that is learnt, for the other model to label; absent: none. */
  augments?(call: Call): number;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    student: CompressionStepImplementation;
    sparsity: CompressionStepImplementation;
    quantization: CompressionStepImplementation;
  }
}
