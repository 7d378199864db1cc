/** Facts from which a model card is written. */
import { usualMetricOfVocabulary } from "#dsl/compiler/plan/watched-metric.js";
import { metricName } from "#stdlib/metrics/shared/metric-name.js";
import { code } from "../../display/markdown.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Registry } from "#dsl/language/types/registry.js";
import type { RunScore } from "./run-scores.js";
import type { CardBaseModel } from "./card-base.js";
import type { CompressedModelFacts } from "./card-compressed.js";
import type { RunEvent } from "../../events/events.js";
import type { TrainedDataFacts } from "../weights.js";
import type { BeforeAfterScores } from "../before-after-scores.js";
import type { PinnedRunFacts } from "../run-folder.js";

export interface CardFacts {
  readonly name: string;
  readonly plan: Plan;
  readonly lock: PinnedRunFacts;
  readonly base: CardBaseModel;
  readonly data: TrainedDataFacts;
  readonly events: readonly RunEvent[];
  /** Step and file name of the final weights. */
  readonly keptCheckpoint: { readonly step: number; readonly file: string };
  /**
   * Kind of folder. `peft`: an adapter in PEFT's format. `adapter`: one in our own format. `whole`: a model in
   * transformers' format. `model`: a run's folder.
   */
  readonly saved: "peft" | "adapter" | "whole" | "model";
  readonly machine: string;
  readonly registry: Registry;
  /** The base's license if it forbids sharing derived models; null otherwise. */
  readonly forbidding?: string | null;
  /** Set if it was compressed from a larger model. */
  readonly compressed?: CompressedModelFacts | undefined;
  /** Set for a deployment; unset for a training's own folder. */
  readonly deployed?: DeployedCardFacts;
  /** Scores on earlier evaluations, before and after the training; unset or null if nothing was compared. */
  readonly since?: BeforeAfterScores | null;
  /** Results of privacy attacks on these weights, oldest first. */
  readonly attacks?: readonly RunScore[];
}
export interface DeployedCardFacts {
  /** As written: `onnx(quantize: int8)`. */
  readonly target: string;
  /** The target's word. */
  readonly format: string;
  /** The hub's name of the library that opens it. */
  readonly library?: string | undefined;
  /** The base's license; null if it names none. */
  readonly licence: string | null;
  /** Lines of its verification report. */
  readonly proof: readonly string[];
  /** Parts that the format does not contain, and what replaces them. */
  readonly left: readonly (readonly [part: string, instead: string])[];
  readonly calls: readonly { readonly language: string; readonly needs: readonly string[]; readonly code: string }[];
}

/** Scores of the validation at the step of the final weights. */
export function validationScoresOf({ events, keptCheckpoint }: CardFacts): readonly (readonly [string, number])[] {
  const found = events.findLast((e) => e.kind === "evaluated" && e.step === keptCheckpoint.step);
  return found?.kind === "evaluated" ? Object.entries(found.metrics) : [];
}

/** Says whether the final weights are the best by validation, and by which metric. */
export function bestStepText({ events, keptCheckpoint, registry }: CardFacts): string {
  const best = events.findLast((e) => e.kind === "checkpoint" && e.best);
  if (best?.kind !== "checkpoint") return "";
  const end = events.findLastIndex(({ kind }) => kind === "stopped");
  if (best.step !== keptCheckpoint.step)
    return events.slice(end + 1).some(({ kind }) => kind === "damaged")
      ? `, the last: the checkpoint of the best, step ${best.step}, could not be read`
      : "";
  return `, the best by validation ${code(best.by ?? metricName(usualMetricOfVocabulary(registry), registry))}`;
}
