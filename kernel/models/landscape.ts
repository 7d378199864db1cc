/**
 * The loss of data over a plane of weight space: through the weights of a model and of two others that went on from it. All
 * other models are seen from straight above. Where EWC held one of them, what held it lies on the plane too: its Fisher
 * information and its anchor, as they were while it learnt.
 */
import { must } from "#dsl/language/diagnostics/must.js";
import type { Prepared } from "../data/prepared.js";
import type { LandscapeHeld, LandscapeLoss, LandscapePlace, LandscapeTold } from "../display/landscape.js";
import { encodeSplit, type Encoded, type Encoding } from "../data/encoding/encoded.js";
import { encodingOf } from "../data/encoding/encoding.js";
import { scoreSplit } from "../inference/score-split.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import type { LandscapeOptions } from "./landscape-options.js";
import { drawnOf, type Drawn } from "./landscape-weights.js";
import type { ModelHandle } from "./model-handle.js";
import type { Opened } from "./opened-run.js";
import { heldOn, placeOf, planeOf, plus, type Plane, type Weights } from "./weight-plane.js";

/** Rows of a split, and what they are called. */
export interface LandscapeRows {
  readonly on: string;
  readonly data: DataPlan;
  readonly prepared: Prepared;
  readonly split: string;
}

/** How far beyond the models the picture goes, of the way that they lie apart. */
const MARGIN = 0.35;
/** Rows that are asked at a time. */
const BATCH = 128;

/** Leaves the open model with other weights than its own. Coded errors `bad-option`, those of files. */
export async function landscapeIn(
  opened: Opened,
  model: ModelHandle,
  others: readonly ModelHandle[],
  rows: readonly LandscapeRows[],
  o: Required<LandscapeOptions>,
): Promise<LandscapeTold> {
  const { start, ends } = drawnOf(model, others, opened.open.trainable);
  const plane = planeOf(start, ends);
  const places: LandscapePlace[] = [
    { name: model.name, x: 0, y: 0, off: 0, far: 0 },
    ...ends.map((end) => placeOf(end, start.weights, plane)),
  ];
  const { x, y } = around(places, o.cells);
  const asked = await Promise.all(rows.map((one) => rowsOf(one, opened, model, o.rows)));
  const held = heldIn(ends, start.weights, plane);
  const losses = await surfaces(opened, { start: start.weights, plane, x, y, asked });
  return { name: model.name, x, y, losses, places, held };
}

/** Of the first that EWC held. */
function heldIn(ends: readonly Drawn[], start: Weights, plane: Plane): LandscapeHeld | null {
  for (const { name, beside } of ends) {
    const fisher = beside("ewc.fisher/");
    const anchor = fisher && beside("ewc.anchor/");
    if (anchor) return heldOn(name, { fisher, anchor }, start, plane);
  }
  return null;
}

/** A square with all places in it. */
function around(places: readonly LandscapePlace[], cells: number) {
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
  readonly rows: Encoded;
  readonly encoding: Encoding;
}

/** At most so many rows of a split, at equal distances. */
async function rowsOf(
  { on, data, prepared, split }: LandscapeRows,
  { weights, base, tokenizer }: Opened,
  { name }: ModelHandle,
  most: number,
): Promise<Asked> {
  const { plan, labels } = weights;
  const encoding = await encodingOf({ recipe: { ...plan.recipe, data } }, base, tokenizer, labels, name);
  const all = must(prepared.splits[split], `rows of ${split}`);
  const count = all.numRows();
  const indices = Array.from({ length: Math.min(most, count) }, (_, i) =>
    Math.floor((i * count) / Math.min(most, count)),
  );
  const some = count > most ? { ...prepared, splits: { ...prepared.splits, [split]: all.reify(indices) } } : prepared;
  return { on, encoding, rows: await encodeSplit(some, { data: data.name, split }, encoding) };
}

async function surfaces(
  { open, tokenizer, weights }: Opened,
  o: {
    readonly start: Weights;
    readonly plane: Plane;
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly asked: readonly Asked[];
  },
): Promise<readonly LandscapeLoss[]> {
  const { session } = open;
  const { start, plane, x, y, asked } = o;
  const { training, model } = weights.plan.recipe;
  const shapes = new Map<string, readonly number[]>();
  for (const name of start.keys()) shapes.set(name, (await session.read(name)).shape);
  const z = asked.map(() => y.map(() => x.map(() => Number.NaN)));
  for (const [i, b] of y.entries())
    for (const [j, a] of x.entries()) {
      const here = plus(plus(start, plane[0], a), plane[1], b);
      await Promise.all(
        [...here].map(([name, values]) =>
          session.write(name, {
            dtype: "f32",
            shape: shapes.get(name) ?? [],
            bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
          }),
        ),
      );
      for (const [k, { rows, encoding }] of asked.entries()) {
        const { told } = await scoreSplit(session, rows, encoding, {
          batchSize: BATCH,
          padId: tokenizer.padId,
          packed: training.packing ? model.max_length : null,
        });
        const row = z[k]?.[i];
        if (row) row[j] = told["loss"] ?? Number.NaN;
      }
    }
  return asked.map(({ on, rows }, k) => ({ on, rows: rows.count, z: z[k] ?? [] }));
}
