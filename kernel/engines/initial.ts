/** The initial value of each state, the same for every engine: zeros, ones, a checkpoint's tensor, random by seed. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DType, NDArray, TensorState } from "#dsl/tensor/program.js";
import { dequantizeArray, quantizeArray } from "#dsl/tensor/numbers/quantize.js";
import { ELEMENT_BYTES, toFloat32Array, bytesOfArray, floatsToBfloat16 } from "../tensors/numbers.js";
import { normalValues, uniformValues } from "./random.js";
import { readHeader, readTensor, weightFiles, type SafetensorsHeader } from "../tensors/safetensors.js";

type Parts = ReturnType<typeof quantizeArray>;

/** Weight files, searched in order; headers are read once. */
export class CheckpointReader {
  private room = new Uint8Array(0);
  private last: { readonly key: string; readonly parts: Parts } | null = null;
  private readonly files: readonly { readonly file: string; readonly header: SafetensorsHeader }[];

  /** `paths`: files or folders. Coded errors: `weights-missing`, `weights-truncated`, `weights-malformed`. */
  constructor(paths: readonly string[]) {
    this.files = paths.flatMap(weightFiles).map((file) => ({ file, header: readHeader(file) }));
  }

  /** `lent`: the result is only valid until the next read. Coded errors: `missing-tensor`, `tensor-shape`. */
  read(name: string, dtype: DType, shape: readonly number[], lent = false): NDArray {
    const found = this.find(name, shape);
    return readTensor(found.file, name, found.header, dtype, lent ? this.lend : undefined);
  }

  /** Returns memory that the next read reuses, to avoid garbage for temporary data. */
  private readonly lend = (bytes: number): Uint8Array => {
    if (this.room.length < bytes) this.room = new Uint8Array(bytes);
    return this.room.subarray(0, bytes);
  };

  /** Caches the result for the last weight only, so that its parts are made from one read. */
  once(key: string, make: () => Parts): Parts {
    if (this.last?.key !== key) this.last = { key, parts: make() };
    return this.last.parts;
  }

  /** Fails as `read` would, without reading data. */
  find(name: string, shape: readonly number[]): { readonly file: string; readonly header: SafetensorsHeader } {
    const found = this.files.find(({ header }) => Object.hasOwn(header.tensors, name));
    if (!found)
      throw new CodedError("missing-tensor", {
        name,
        files: this.files.map((f) => f.file),
        nearest: this.nearest(name),
      });
    const got = found.header.tensors[name]!.shape;
    if (got.length !== shape.length || got.some((d, i) => d !== shape[i]))
      throw new CodedError("tensor-shape", {
        name,
        file: found.file,
        expected: `[${shape.join(", ")}]`,
        got: `[${got.join(", ")}]`,
      });
    return found;
  }

  /** Returns a tensor name that shares its end with the missing one. */
  private nearest(name: string): string | null {
    const all = this.files.flatMap(({ header }) => Object.keys(header.tensors));
    const tail = name.split(".").slice(-3).join(".");
    return all.find((n) => n.endsWith(name) || name.endsWith(n)) ?? all.find((n) => n.endsWith(tail)) ?? null;
  }
}

/** Returns whether a state has no value until a program writes it completely. */
export function isUnsetState(state: TensorState): boolean {
  return "unset" in state.initial;
}

type Origin = Pick<TensorState, "type" | "initial">;
/** Returns a state, and the one from which its initial value is derived. */
export function stateAndItsOrigins(state: Origin): readonly Origin[] {
  return "of" in state.initial ? [state, ...stateAndItsOrigins(state.initial.of)] : [state];
}

/** Returns the shape of a state, whose sizes are all known. */
export function stateShapeOf(name: string, state: Pick<TensorState, "type">): readonly number[] {
  return state.type.shape.map((d) => {
    if (typeof d !== "number") throw new Error(`state ${name} has the size ${d}, which is unknown`);
    return d;
  });
}

/**
 * Returns a state's initial value; null: zeros, which an engine may fill in place. Must not be called for unset states.
 */
export function initialValueOf(
  name: string,
  state: TensorState,
  checkpoints: CheckpointReader,
  lent = false,
): NDArray | null {
  const { initial, type } = state;
  if ("unset" in initial) return null;
  const shape = stateShapeOf(name, state);
  const count = shape.reduce((n, d) => n * d, 1);
  if ("zeros" in initial) return null;
  if ("value" in initial) return initial.value;
  if ("of" in initial) return taken(name, initial, shape, checkpoints);
  if ("checkpoint" in initial) return checkpoints.read(initial.checkpoint, type.dtype, shape, lent);
  const floats =
    "ones" in initial
      ? new Float32Array(count).fill(1)
      : "normal" in initial.random
        ? normalValues(count, initial.random.normal, initial.seed, initial.named ?? name)
        : uniformValues(count, initial.random.uniform, initial.seed, initial.named ?? name);
  if ("random" in initial && initial.zeroRow !== undefined) {
    const width = count / shape[0]!;
    floats.fill(0, initial.zeroRow * width, (initial.zeroRow + 1) * width);
  }
  return { dtype: type.dtype, shape, bytes: cast(floats, type.dtype) };
}

/** For f32 only, because weights are stored in f32 or derived from it. */
function taken(
  name: string,
  { of: originState, take }: Extract<TensorState["initial"], { readonly of: unknown }>,
  shape: readonly number[],
  checkpoints: CheckpointReader,
): NDArray {
  const size = stateShapeOf(originState.name, originState);
  if ("stored" in take) {
    const key = JSON.stringify([originState.name, take.stored]);
    const parts = checkpoints.once(key, () =>
      quantizeArray(
        toFloat32Array(
          initialValueOf(originState.name, { ...originState, trains: false }, checkpoints, true) ??
            zeroArray("f32", size),
        ),
        size,
        take.stored,
      ),
    );
    if (take.part !== "value") return parts[take.part] ?? fail(name, take.part);
    return { dtype: "f32", shape, bytes: bytesOfArray(dequantizeArray(parts, size, take.stored)) };
  }
  const source =
    initialValueOf(originState.name, { ...originState, trains: false }, checkpoints) ?? zeroArray("f32", size);
  const [rows, width] = [size[0]!, size.slice(1).reduce((n, d) => n * d, 1)];
  const from = new Float32Array(source.bytes.slice().buffer);
  if ("rows" in take) {
    const picked = new Float32Array(take.rows.length * width);
    take.rows.forEach((row, i) => picked.set(from.subarray(row * width, (row + 1) * width), i * width));
    return { dtype: "f32", shape, bytes: bytesOfArray(picked) };
  }
  const sums = new Float64Array(take.norms === "rows" ? rows : width);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < width; c++) sums[take.norms === "rows" ? r : c]! += from[r * width + c]! ** 2;
  return { dtype: "f32", shape, bytes: bytesOfArray(Float32Array.from(sums, Math.sqrt)) };
}

function fail(name: string, part: string): never {
  throw new Error(`state ${name} has no ${part}`);
}
function cast(floats: Float32Array, dtype: DType): Uint8Array {
  if (dtype === "f32") return bytesOfArray(floats);
  if (dtype === "bf16") return floatsToBfloat16(bytesOfArray(floats));
  if (dtype === "f64") return bytesOfArray(Float64Array.from(floats));
  return dtype === "i32" ? bytesOfArray(Int32Array.from(floats)) : Uint8Array.from(floats);
}

export function zeroArray(dtype: DType, shape: readonly number[]): NDArray {
  return { dtype, shape, bytes: new Uint8Array(shape.reduce((n, d) => n * d, ELEMENT_BYTES[dtype])) };
}
