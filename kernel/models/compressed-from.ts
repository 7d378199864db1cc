/**
 * Details that `show` lists for a compressed model: the method, the original, the remaining parts, and bytes before and
 * after.
 */
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { registry } from "#stdlib/registry.js";
import { shortCallText } from "#dsl/compiler/plan/short-call.js";
import { selectBlocks } from "#stdlib/students/shared/cut.js";
import { readQuantizedConfig } from "#stdlib/models/shared/quantized-weights.js";
import { MODEL_FILES } from "../runs/folders/model-folder.js";
import { readRegularJson } from "../runs/read-events.js";
import { RunFolder } from "../runs/run-folder.js";
import type { BaseModel } from "../bases/base.js";
import { significantText } from "../host/value-text.js";
import { isMinimalPlan } from "../runs/history/newest-scores.js";
import { hideLocalPath } from "../runs/history/card-base.js";
import type { TrainedWeights } from "../runs/weights.js";

export type CompressionDetailRow = readonly [name: string, value: string, more: string];
export interface CompressionDetails {
  /** Name of its base model; if the base was created by the compression, the base of the original model. */
  readonly base: string;
  readonly rows: readonly CompressionDetailRow[];
}

/** Returns null if the model was not compressed. */
export function compressionDetailsOf(
  { plan, folder }: TrainedWeights,
  base: Pick<BaseModel, "facts">,
): CompressionDetails | null {
  const { compress } = plan.recipe;
  if (!compress) return null;
  const run = RunFolder.open(folder);
  const first: unknown = readRegularJson(join(folder, "plan.json"));
  const [original] = RunFolder.find(dirname(folder), compress.of);
  const { stage } = compress;
  const originalName = original?.lock()?.name ?? null;
  const bits = BITS[readQuantizedConfig(base.facts.config)?.weights ?? "f32"];
  const [now, then] = [weightsFileBytes(run, plan.estimates.parameters), original && parametersOf(original)];
  return {
    base: hideLocalPath(isMinimalPlan(first) ? first.recipe.model.base : plan.recipe.model.base),
    rows: [
      ["made by", shortCallText(stage, registry), originalName === null ? "" : `of ${originalName}`],
      ...blocksIn(stage.arguments["layers"], original),
      ["weights as", bits, ""],
      ["on disk", megabytesText(now), then === undefined ? "" : `${megabytesText(4 * then)} before`],
    ],
  };
}
const BITS = { f32: "f32 (32 bits)", int8: "int8 (8 bits and scales)", int4: "int4 (4 bits and scales)" } as const;

/** Returns the bytes of the weights file that is read on opening; for quantized weights, that of the run's base. */
export function weightsFileBytes(run: RunFolder, parameters: number): number {
  const config = readRegularJson(join(run.base, MODEL_FILES.config));
  const file = join(run.base, MODEL_FILES.weights);
  const rounded =
    typeof config === "object" && config !== null && readQuantizedConfig(config as Record<string, unknown>);
  return rounded && existsSync(file) ? statSync(file).size : 4 * parameters;
}

export const megabytesText = (bytes: number): string => `${significantText(bytes / 1e6, 3)} MB`;

function parametersOf(run: RunFolder): number | undefined {
  const plan: unknown = readRegularJson(join(run.path, "plan.json"));
  return isMinimalPlan(plan) ? plan.estimates.parameters : undefined;
}

/** For a student with fewer blocks: which blocks of how many; empty if unknown. */
function blocksIn(layers: unknown, original: RunFolder | undefined): readonly CompressionDetailRow[] {
  if (typeof layers !== "number" && !Array.isArray(layers)) return [];
  const config =
    original && (readRegularJson(join(original.model, MODEL_FILES.config)) as Record<string, unknown> | undefined);
  const layerCount = LAYERS.map((name) => config?.[name]).find((one) => typeof one === "number");
  if (layerCount === undefined && typeof layers === "number") return [["blocks", String(layers), ""]];
  const taken = selectBlocks(layers as number | readonly number[], layerCount ?? 0);
  return [["blocks", taken.join(", "), layerCount === undefined ? "from 0" : `of 0 to ${String(layerCount - 1)}`]];
}
const LAYERS = ["num_hidden_layers", "n_layers", "n_layer"];
