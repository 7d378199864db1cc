/**
 * What an answer takes elsewhere: FLOPs of the matrix products by the rate that the device reaches on encoders, or the bytes of the
 * weights by its bandwidth, whichever is longer. Weights in half a byte are made floats as they are read: they save bytes, not
 * FLOPs.
 */
import type { Device } from "./devices.js";

export const precisions = ["f32", "int8", "int4"] as const;
export type Precision = (typeof precisions)[number];

/** One run of a model's graphs. */
export interface InferenceWork {
  /** Of matrix products. */
  readonly flops: number;
  /** Of the weights that it reads, by how they are rounded. */
  readonly weights: Readonly<Record<Precision, number>>;
}
/** Of a model, whatever computes it. */
export interface EdgeFigures {
  readonly name: string;
  readonly parameters: number;
  /** Bytes of its files. */
  readonly size: Readonly<Record<Precision, number>>;
  /** Bytes that are alive at once besides. */
  readonly working: number;
  /** Reading a text of so many tokens; of a model that writes, each further token besides. */
  readonly reading: InferenceWork;
  readonly writing?: InferenceWork;
}

/** What a runtime takes by itself: ONNX Runtime's code and its arena, measured on this project's machines. */
export const RUNTIME_BYTES = 30e6;

export function memoryBytesOn(model: EdgeFigures, precision: Precision): number {
  return RUNTIME_BYTES + model.size[precision] + model.working;
}

/** Seconds. */
export function secondsOn(
  { rates, bandwidth }: Pick<Device, "rates" | "bandwidth">,
  work: InferenceWork,
  precision: Precision,
): number {
  const rate = precision === "int8" ? rates.int8 : rates.f32;
  return Math.max(work.flops / (rate * 1e9), work.weights[precision] / (bandwidth * 1e9));
}

export interface EdgeBudget {
  /** Seconds of an answer. */
  readonly time: number;
  /** Bytes; absent: what the device has room for. */
  readonly memory?: number;
}

/** The rounding with which it fits, the most exact one; null: it doesn't. Its answer is the reading, and of one that writes a token too. */
export function fittingPrecision(
  model: EdgeFigures,
  device: Device,
  { time, memory = device.room }: EdgeBudget,
): Precision | null {
  const fits = (precision: Precision): boolean =>
    memoryBytesOn(model, precision) <= Math.min(memory, device.room) &&
    secondsOn(device, model.reading, precision) <= time;
  return precisions.find(fits) ?? null;
}
