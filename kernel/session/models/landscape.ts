/**
 * The loss of data over a plane of weight space: through the weights of a model and of two others that went on from it. All
 * other models are seen from straight above. Where EWC held one of them, what held it lies on the plane too: its Fisher
 * information and its anchor, as they were while it learnt.
 */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { must } from "#dsl/diagnostics/must.js";
import type { Prepared } from "../../core/data/prepared.js";
import type { LandscapeHeld, LandscapeLoss, LandscapePlace, LandscapeTold } from "../../core/display/landscape.js";
import { encodeSplit, type Encoded, type Encoding } from "../../encoding/encoded.js";
import { encodingOf } from "../../encoding/encoding.js";
import { scoreSplit } from "../../inference/scored.js";
import { readHeader, readTensor } from "../../tensors/safetensors.js";
import type { DataPlan } from "#dsl/types/subject.js";
import type { LandscapeOptions } from "./landscape-options.js";
import type { ModelHandle } from "./model-handle.js";
import type { Opened } from "./opened.js";
import "../../artifacts/codes.js";

/** Rows of a split, and what they are called. */
export interface LandscapeRows {
  readonly on: string;
  readonly data: DataPlan;
  readonly prepared: Prepared;
  readonly split: string;
}
type Weights = ReadonlyMap<string, Float32Array>;

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
  const { open } = opened;
  const start = weightsIn(fileOf(model), open.trainable);
  const ends = others.map((one) => ({ name: one.name, file: fileOf(one), weights: weightsIn(fileOf(one), start) }));
  const plane = planeOf(
    start,
    ends.map(({ weights }) => weights),
  );
  const places: LandscapePlace[] = [
    { name: model.name, x: 0, y: 0, off: 0, far: 0 },
    ...ends.map(({ name, weights }) => placeOf(name, weights, start, plane)),
  ];
  const held = heldOn(ends, start, plane);
  const { x, y } = around(places, o.cells);
  const asked = await Promise.all(rows.map((one) => rowsOf(one, opened, model, o.rows)));
  const losses = await surfaces(opened, { start, plane, x, y, asked, on: rows.map(({ on }) => on) });
  return { name: model.name, x, y, losses, places, held, rows: o.rows };
}

const fileOf = ({ weights, name }: ModelHandle): string => must(weights, `weights of ${name}`).checkpoint.file;

/** What trains of a model. `as`: the names, or weights that must be of the same sizes. Coded error `bad-option`. */
function weightsIn(file: string, as: readonly string[] | Weights): Weights {
  const { tensors } = readHeader(file);
  const sizes = new Map(
    "get" in as ? [...as].map(([name, own]) => [name, own.length]) : as.map((name) => [name, null]),
  );
  return new Map(
    [...sizes].map(([name, wanted]) => {
      const values = tensors[name] && floatsOf(file, name);
      if (!values || (wanted !== null && values.length !== wanted))
        throw new CodedError("bad-option", {
          name: "a model of the landscape",
          got: `one with other weights (${name})`,
          wanted: "models that went on from this one, with as many labels",
        });
      return [name, values] as const;
    }),
  );
}

function floatsOf(file: string, name: string): Float32Array {
  return new Float32Array(readTensor(file, name).bytes.slice().buffer);
}

/** Sum over all weights. */
function sum(of: Weights, term: (value: number, name: string, i: number) => number): number {
  let total = 0;
  for (const [name, values] of of) for (let i = 0; i < values.length; i++) total += term(values[i] ?? 0, name, i);
  return total;
}
const at = (of: Weights, name: string, i: number): number => of.get(name)?.[i] ?? 0;
const dot = (a: Weights, b: Weights): number => sum(a, (value, name, i) => value * at(b, name, i));
/** a + factor · b. */
function plus(a: Weights, b: Weights, factor: number): Weights {
  return new Map([...a].map(([name, own]) => [name, own.map((value, i) => value + factor * at(b, name, i))]));
}
const scaled = (a: Weights, factor: number): Weights =>
  new Map([...a].map(([name, own]) => [name, own.map((value) => value * factor)]));

/** Two directions of length 1 at right angles: to the first model, and to the second as far as that is another way. */
type Plane = readonly [along: Weights, across: Weights];

/** Coded error `bad-option`. */
function planeOf(start: Weights, [first, second]: readonly Weights[]): Plane {
  const refuse = (got: string): never => {
    throw new CodedError("bad-option", {
      name: "the plane",
      got,
      wanted: "two models that went different ways from this one, the first two of the list",
    });
  };
  if (!first || !second) return refuse("less than two other models");
  const way = plus(first, start, -1);
  const long = Math.sqrt(dot(way, way));
  if (long === 0) return refuse("a model that lies where this one does");
  const along = scaled(way, 1 / long);
  const other = plus(second, start, -1);
  const across = plus(other, along, -dot(other, along));
  const wide = Math.sqrt(dot(across, across));
  if (wide < 1e-6 * long) return refuse("two models that lie one way");
  return [along, scaled(across, 1 / wide)];
}

function placeOf(name: string, weights: Weights, start: Weights, [along, across]: Plane): LandscapePlace {
  const way = plus(weights, start, -1);
  const [x, y] = [dot(way, along), dot(way, across)];
  const all = dot(way, way);
  const far = Math.sqrt(all);
  // What rounding leaves over is nothing.
  const [a, b, off] = [x, y, Math.sqrt(Math.max(0, all - x * x - y * y))].map((one) =>
    Math.abs(one) < 1e-4 * far ? 0 : one,
  );
  return { name, x: a ?? 0, y: b ?? 0, off: off ?? 0, far };
}

/** Of the first that EWC held. */
function heldOn(
  ends: readonly { readonly name: string; readonly file: string }[],
  start: Weights,
  plane: Plane,
): LandscapeHeld | null {
  const by = ends.find(({ file }) => [...start.keys()].every((name) => readHeader(file).tensors[`ewc.fisher/${name}`]));
  if (!by) return null;
  const of = (prefix: string): Weights =>
    new Map([...start.keys()].map((name) => [name, floatsOf(by.file, `${prefix}/${name}`)]));
  const [fisher, anchor] = [of("ewc.fisher"), of("ewc.anchor")];
  const { x, y } = placeOf(by.name, anchor, start, plane);
  const [along, across] = plane;
  const form = (a: Weights, b: Weights): number => sum(fisher, (f, name, i) => f * at(a, name, i) * at(b, name, i));
  return { by: by.name, x, y, xx: form(along, along), xy: form(along, across), yy: form(across, across) };
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
  readonly rows: Encoded;
  readonly encoding: Encoding;
}

/** At most so many rows of a split, at equal distances. */
async function rowsOf(
  { data, prepared, split }: LandscapeRows,
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
  return { encoding, rows: await encodeSplit(some, { data: data.name, split }, encoding) };
}

async function surfaces(
  { open, tokenizer, weights }: Opened,
  o: {
    readonly start: Weights;
    readonly plane: Plane;
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly asked: readonly Asked[];
    readonly on: readonly string[];
  },
): Promise<readonly LandscapeLoss[]> {
  const { session } = open;
  const { start, plane, x, y, asked, on } = o;
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
            ...{ dtype: "f32", shape: shapes.get(name) ?? [] },
            bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
          }),
        ),
      );
      for (const [k, { rows, encoding }] of asked.entries()) {
        const { told } = await scoreSplit(session, rows, encoding, {
          ...{ batchSize: BATCH, padId: tokenizer.padId, packed: training.packing ? model.max_length : null },
        });
        const row = z[k]?.[i];
        if (row) row[j] = told["loss"] ?? Number.NaN;
      }
    }
  return z.map((own, k) => ({ on: on[k] ?? "", z: own }));
}
