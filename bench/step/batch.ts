/** A batch for measurements: full rows of ids computed from numbers, so that every program and peer gets the same. */
import type { NDArray } from "#dsl/tensor/program.js";
import { dropoutStepsByText, mixBits } from "#dsl/tensor/numbers/random.js";
import type { Carrier } from "./carrier.js";
import { readFileSync } from "node:fs";

/** Returns all feeds of a training program except `step`. */
export function batchOf(
  o: { readonly batch: number; readonly length: number },
  { vocabulary, labels, windows }: Carrier,
): Record<string, NDArray> {
  const n = o.batch * o.length;
  const draw = (i: number, below: number): number => (mixBits(i) >>> 0) % below;
  const ids = Array.from({ length: n }, (_, i) => draw(i, vocabulary));
  const common = {
    input_ids: integers([o.batch, o.length], ids),
    attention_mask: integers([o.batch, o.length], new Array<number>(n).fill(1)),
    draws: integers([o.batch], [...dropoutStepsByText(1, 0, o.batch, o.batch)]),
    rate: { dtype: "f32", shape: [], bytes: new Uint8Array(Float32Array.of(1e-5).buffer) },
  } as const;
  if (!windows) {
    const drawn = Array.from({ length: o.batch }, (_, i) => draw(~i, labels));
    return { ...common, labels: integers([o.batch], drawn) };
  }
  // Like transformers' shift of labels that equal the ids: every token except a row's first is predicted.
  const targets = ids.flatMap((_, i) => ((i + 1) % o.length ? [i] : []));
  return {
    ...common,
    targets: integers([targets.length], targets),
    labels: integers(
      [targets.length],
      targets.map((t) => ids[t + 1]!),
    ),
  };
}
export function integers(shape: readonly number[], values: readonly number[]): NDArray {
  return { dtype: "i32", shape, bytes: new Uint8Array(Int32Array.from(values).buffer) };
}

// What a process held at most.

/** Peak resident memory so far, MiB; 0 where the system does not report it. */
export function peakRss(pid: number): number {
  return resident(pid, "VmHWM");
}
/** Resident memory now, MiB. */
export function currentRss(pid: number): number {
  return resident(pid, "VmRSS");
}
function resident(pid: number, field: "VmHWM" | "VmRSS"): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
    const kib = new RegExp(`^${field}:\\s*(\\d+)`, "m").exec(status)?.[1];
    return Math.round(Number(kib ?? 0) / 1024);
  } catch {
    return 0;
  }
}
