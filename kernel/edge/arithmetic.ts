/**
 * Cost of a prediction on other devices. The time is FLOPs of the matrix products by the device's rate on encoders, or
 * bytes of the weights by its bandwidth, whichever takes longer. 4-bit weights are converted to floats when read: they
 * save bytes, not FLOPs.
 */
import type { Device } from "./devices.js";

export const precisions = ["f32", "int8", "int4"] as const;
export type Precision = (typeof precisions)[number];

/** Work of one run of a model's graphs. */
export interface InferenceWork {
  /** FLOPs of matrix products. */
  readonly flops: number;
  /** Bytes of the weights that are read, by precision. */
  readonly weights: Readonly<Record<Precision, number>>;
}
/** Figures of a model, independent of the device. */
export interface EdgeModelRequirements {
  readonly name: string;
  readonly parameters: number;
  /** Bytes of its files. */
  readonly size: Readonly<Record<Precision, number>>;
  /** Maximum bytes of activations at a time, in addition to the weights. */
  readonly working: number;
  /** Work for reading a text of a given length; `writing`: for each generated token. */
  readonly reading: InferenceWork;
  readonly writing?: InferenceWork;
}

/** Memory of a runtime: ONNX Runtime's code and its arena, measured on this project's machines. */
export const RUNTIME_BYTES = 30e6;

export function memoryBytesAtPrecision(model: EdgeModelRequirements, precision: Precision): number {
  return RUNTIME_BYTES + model.size[precision] + model.working;
}

/** Returns seconds. */
export function secondsOnDevice(
  { rates, bandwidth }: Pick<Device, "rates" | "bandwidth">,
  work: InferenceWork,
  precision: Precision,
): number {
  const rate = precision === "int8" ? rates.int8 : rates.f32;
  return Math.max(work.flops / (rate * 1e9), work.weights[precision] / (bandwidth * 1e9));
}

export interface EdgeBudget {
  /** Seconds per prediction. */
  readonly time: number;
  /** Bytes. Defaults to the memory available on the device. */
  readonly memory?: number;
}

/** Returns the most exact precision that fits the budget; null: none does. The time is that of reading the input. */
export function fittingPrecision(
  model: EdgeModelRequirements,
  device: Device,
  { time, memory = device.room }: EdgeBudget,
): Precision | null {
  const fits = (precision: Precision): boolean =>
    memoryBytesAtPrecision(model, precision) <= Math.min(memory, device.room) &&
    secondsOnDevice(device, model.reading, precision) <= time;
  return precisions.find(fits) ?? null;
}
