/**
 * Steps of a `compress` pipeline that derive new weights from a trained model before any training (kinds `student`,
 * `sparsity` and `quantization`). Their records define config and shapes (`StageCapabilities`); the implementations
 * here compute the weights.
 */
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { BaseFacts, DerivedBase } from "#dsl/language/types/facts.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { RoundingForm } from "#dsl/tensor/numbers/rounding.js";
import type { Call } from "#dsl/language/types/value.js";
import type { ActivationRanges } from "../layers/rounded-activations.js";

/** Weights of the model to compress. */
export interface WeightsToCompress {
  readonly facts: Pick<BaseFacts, "family" | "config" | "shapes">;
  readonly family: FamilyCapabilities | undefined;
  /** Reads one tensor as f32. */
  read(name: string): NDArray;
  /** Value ranges of the inputs of its linear layers, if calibration rows were read (`calibrates`). */
  readonly bounds?: ActivationRanges;
}
/** The compressed weights; each tensor is requested once. */
export interface CompressedWeights extends DerivedBase {
  /** Tensors that are stored as integers, with their form. Defaults to f32 for all tensors. */
  readonly lies?: Readonly<Record<string, RoundingForm>>;
  tensor(name: string): NDArray;
}
export interface CompressionStepImplementation {
  /** Computes the compressed weights. If not defined, the weights do not change. */
  make?(call: Call, source: WeightsToCompress): CompressedWeights;
  /** Returns the distillation losses from the original model. Defaults to the task's own loss alone. */
  losses?(call: Call): readonly Call[];
  /**
   * Returns how many augmented texts to generate per training text, for the original model to label. Defaults to none.
   */
  augments?(call: Call): number;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    student: CompressionStepImplementation;
    sparsity: CompressionStepImplementation;
    quantization: CompressionStepImplementation;
  }
}
