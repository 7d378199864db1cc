/**
 * Loss of data over a plane in weight space, through a model and two others trained from it. All other models are
 * projected onto it. If EWC constrained one of them, its penalty is drawn too: the Fisher information and the anchor
 * during training.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { PreparedData } from "../data/prepared.js";
import type { LandscapeEwcPenalty, LandscapeLoss, LandscapePoint, LandscapeData } from "../display/landscape.js";
import {
  encodeSplit,
  type EncodedRows,
  type RowEncodingOptions,
  rowEncodingOptionsOf,
} from "../data/encoding/encoded.js";
import { scoreSplit } from "../inference/score-split.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import type { LandscapeOptions } from "./landscape-options.js";
import { landscapeModelsOf, type LandscapeModel } from "./landscape-weights.js";
import type { ModelHandle } from "./model-handle.js";
import type { OpenedRun } from "./opened-run.js";
import {
  ewcPenaltyOnPlane,
  projectOnPlane,
  weightPlaneThrough,
  addScaled,
  type WeightPlane,
  type TrainableWeights,
} from "./weight-plane.js";

/** Rows of a split, with a name. */
export interface LandscapeSplit {
  readonly on: string;
  readonly data: DataPlan;
  readonly prepared: PreparedData;
  readonly split: string;
}

/** Margin of the picture as a fraction of the models' extent. */
const MARGIN = 0.35;
const BATCH = 128;

/** Leaves the open model with foreign weights. Throws the coded error `bad-option` and those of files. */
export async function computeLandscape(
  opened: OpenedRun,
  model: ModelHandle,
  others: readonly ModelHandle[],
  rows: readonly LandscapeSplit[],
  options: Required<LandscapeOptions>,
): Promise<LandscapeData> {
  const { start, ends } = landscapeModelsOf(model, others, opened.open.states.trainable);
  const plane = weightPlaneThrough(start, ends);
  const places: LandscapePoint[] = [
    { name: model.name, x: 0, y: 0, off: 0, far: 0 },
    ...ends.map((end) => projectOnPlane(end, start.weights, plane)),
  ];
  const { x, y } = around(places, options.cells);
  const rowSets = await Promise.all(rows.map((one) => rowsOf(one, opened, model, options.rows)));
  const penalty = heldIn(ends, start.weights, plane);
  const losses = await surfaces(opened, { start: start.weights, plane, x, y, rowSets });
  return { name: model.name, x, y, losses, places, held: penalty };
}

/** Returns the penalty of the first model that EWC constrained. */
function heldIn(
  ends: readonly LandscapeModel[],
  start: TrainableWeights,
  plane: WeightPlane,
): LandscapeEwcPenalty | null {
  for (const { name, beside } of ends) {
    const fisher = beside("ewc.fisher/");
    const anchor = fisher && beside("ewc.anchor/");
    if (anchor) return ewcPenaltyOnPlane(name, { fisher, anchor }, start, plane);
  }
  return null;
}

/** Returns the axes of a square grid that contains all points. */
function around(places: readonly LandscapePoint[], cells: number) {
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  const ends = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;
  const [[left, right], [low, high]] = [ends(xs), ends(ys)];
  const half = (0.5 + MARGIN) * Math.max(right - left, high - low);
  const spread = (middle: number): number[] =>
    Array.from({ length: cells }, (_, i) => middle - half + (2 * half * i) / (cells - 1));
  return { x: spread((left + right) / 2), y: spread((low + high) / 2) };
}

interface Asked {
  readonly on: string;
  readonly rows: EncodedRows;
  readonly encoding: RowEncodingOptions;
}

/** Returns at most `most` rows of a split, at equal distances. */
async function rowsOf(
  { on, data, prepared, split }: LandscapeSplit,
  { weights, base, tokenizer }: OpenedRun,
  { name }: ModelHandle,
  most: number,
): Promise<Asked> {
  const { plan, labels } = weights;
  const encoding = await rowEncodingOptionsOf({ recipe: { ...plan.recipe, data } }, base, tokenizer, labels, name);
  const all = mustExist(prepared.splits[split], `rows of ${split}`);
  const count = all.numRows();
  const indices = Array.from({ length: Math.min(most, count) }, (_, i) =>
    Math.floor((i * count) / Math.min(most, count)),
  );
  const some = count > most ? { ...prepared, splits: { ...prepared.splits, [split]: all.reify(indices) } } : prepared;
  return { on, encoding, rows: await encodeSplit(some, { data: data.name, split }, encoding) };
}

async function surfaces(
  { open, tokenizer, weights }: OpenedRun,
  options: {
    readonly start: TrainableWeights;
    readonly plane: WeightPlane;
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly rowSets: readonly Asked[];
  },
): Promise<readonly LandscapeLoss[]> {
  const { session } = open;
  const { start, plane, x, y, rowSets } = options;
  const { training, model } = weights.plan.recipe;
  const shapes = new Map<string, readonly number[]>();
  for (const name of start.keys()) shapes.set(name, (await session.read(name)).shape);
  const z = rowSets.map(() => y.map(() => x.map(() => Number.NaN)));
  for (const [i, b] of y.entries())
    for (const [j, a] of x.entries()) {
      const here = addScaled(addScaled(start, plane[0], a), plane[1], b);
      await Promise.all(
        [...here].map(([name, values]) =>
          session.write(name, {
            dtype: "f32",
            shape: shapes.get(name) ?? [],
            bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
          }),
        ),
      );
      for (const [k, { rows, encoding }] of rowSets.entries()) {
        const { metrics } = await scoreSplit(session, rows, encoding, {
          batchSize: BATCH,
          padId: tokenizer.padId,
          packed: training.packing ? model.max_length : null,
        });
        const row = z[k]?.[i];
        if (row) row[j] = metrics["loss"] ?? Number.NaN;
      }
    }
  return rowSets.map(({ on, rows }, k) => ({ on, rows: rows.count, z: z[k] ?? [] }));
}
