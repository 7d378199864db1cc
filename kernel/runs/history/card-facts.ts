/** What a model card is written from. */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { RunScore } from "./run-scores.js";
import type { CardBase } from "./card-base.js";
import type { CompressedModelFacts } from "./card-compressed.js";
import type { RunEvent } from "../../events/events.js";
import type { TrainedDataFacts } from "../weights.js";
import type { BeforeAfterScores } from "../since-before.js";
import type { RunLockFile } from "../run-folder.js";

export interface CardFacts {
  readonly name: string;
  readonly plan: Plan;
  readonly lock: RunLockFile;
  readonly base: CardBase;
  readonly data: TrainedDataFacts;
  readonly events: readonly RunEvent[];
  /** Step of the weights that were kept, and their file's name. */
  readonly keptCheckpoint: { readonly step: number; readonly file: string };
  /** `peft`: the folder is an adapter as PEFT reads it; `adapter`: one of our own format; `whole`: a model as transformers reads it; `model`: a run's folder. */
  readonly saved: "peft" | "adapter" | "whole" | "model";
  readonly machine: string;
  readonly registry: Registry;
  /** The base's, where it forbids to pass on what is made of it; null: it doesn't. */
  readonly forbidding?: string | null;
  /** It was made of a larger model; absent: it wasn't. */
  readonly compressed?: CompressedModelFacts | undefined;
  /** Of a deployment; absent: it is a training's own folder. */
  readonly deployed?: DeployedCardFacts;
  /** What is left of what the model that it began from was evaluated on; absent or null: nothing was compared. */
  readonly since?: BeforeAfterScores | null;
  /** What attacks on these weights came to, the last at the end; absent: none were made. */
  readonly attacks?: readonly RunScore[];
}
export interface DeployedCardFacts {
  /** As it was written: `onnx(quantize: int8)`. */
  readonly target: string;
  /** The target's word. */
  readonly format: string;
  /** As the hub calls what opens it. */
  readonly library?: string | undefined;
  /** Of the base; null: it names none. */
  readonly licence: string | null;
  /** Lines of its proof. */
  readonly proof: readonly string[];
  /** What the format doesn't hold, and what serves instead. */
  readonly left: readonly (readonly [part: string, instead: string])[];
  readonly calls: readonly { readonly language: string; readonly needs: readonly string[]; readonly code: string }[];
}
