/** What `show` says of a model that was made smaller: by what, of what, what of it, and bytes before and after. */
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { registry } from "#stdlib/registry.js";
import { shortCall } from "#dsl/compiler/plan/short-call.js";
import { blocksTaken } from "#stdlib/students/shared/cut.js";
import { quantizedOf } from "#stdlib/models/shared/quantized-weights.js";
import { MODEL } from "../runs/folders/model-folder.js";
import { jsonRegular } from "../runs/read-regular.js";
import { RunFolder } from "../runs/run-folder.js";
import type { Base } from "../bases/base.js";
import { significant } from "../host/text.js";
import { isPlan } from "../runs/history/run-summary.js";
import { withoutPlace } from "../runs/history/card-base.js";
import type { Weights } from "../runs/weights.js";

export type Row = readonly [name: string, value: string, more: string];
export interface MadeOf {
  /** Its base as it is called; of what was made for it, that of the model that it was made of. */
  readonly base: string;
  readonly rows: readonly Row[];
}

/** Null: nothing was made smaller. */
export function madeOf({ plan, folder }: Weights, base: Pick<Base, "facts">): MadeOf | null {
  const { compress } = plan.recipe;
  if (!compress) return null;
  const run = RunFolder.open(folder);
  const first: unknown = jsonRegular(join(folder, "plan.json"));
  const [original] = RunFolder.find(dirname(folder), compress.of);
  const { stage } = compress;
  const of = original?.lock()?.name ?? null;
  const bits = BITS[quantizedOf(base.facts.config)?.weights ?? "f32"];
  const [now, then] = [storedBytes(run, plan.estimates.parameters), original && parametersOf(original)];
  return {
    base: withoutPlace(isPlan(first) ? first.recipe.model.base : plan.recipe.model.base),
    rows: [
      ["made by", shortCall(stage, registry), of === null ? "" : `of ${of}`],
      ...blocksIn(stage.arguments["layers"], original),
      ["weights as", bits, ""],
      ["on disk", megabytes(now), then === undefined ? "" : `${megabytes(4 * then)} before`],
    ],
  };
}
const BITS = { f32: "f32 (32 bits)", int8: "int8 (8 bits and scales)", int4: "int4 (4 bits and scales)" } as const;

/** Bytes of the file that whoever opens it reads: of rounded weights that of its base. */
export function storedBytes(run: RunFolder, parameters: number): number {
  const config = jsonRegular(join(run.base, MODEL.config));
  const file = join(run.base, MODEL.weights);
  const rounded = typeof config === "object" && config !== null && quantizedOf(config as Record<string, unknown>);
  return rounded && existsSync(file) ? statSync(file).size : 4 * parameters;
}

export const megabytes = (bytes: number): string => `${significant(bytes / 1e6, 3)} MB`;

function parametersOf(run: RunFolder): number | undefined {
  const plan: unknown = jsonRegular(join(run.path, "plan.json"));
  return isPlan(plan) ? plan.estimates.parameters : undefined;
}

/** Of a student of blocks: which they are of how many; nothing where that isn't known any more. */
function blocksIn(layers: unknown, original: RunFolder | undefined): readonly Row[] {
  if (typeof layers !== "number" && !Array.isArray(layers)) return [];
  const config = original && (jsonRegular(join(original.model, MODEL.config)) as Record<string, unknown> | undefined);
  const of = LAYERS.map((name) => config?.[name]).find((one) => typeof one === "number");
  if (of === undefined && typeof layers === "number") return [["blocks", String(layers), ""]];
  const taken = blocksTaken(layers as number | readonly number[], of ?? 0);
  return [["blocks", taken.join(", "), of === undefined ? "from 0" : `of 0 to ${String(of - 1)}`]];
}
const LAYERS = ["num_hidden_layers", "n_layers", "n_layer"];
