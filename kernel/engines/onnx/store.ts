/** State as arrays of this process, passed to the runtime without a copy; updates are written into them. */
import { mustGet } from "#dsl/language/diagnostics/codes.js";
import { Tensor } from "onnxruntime-node";
import type { DType, NDArray, TensorState } from "#dsl/tensor/program.js";
import { isUnsetState, stateShapeOf } from "../initial.js";
import { alignBytes, bytesOfArray, ELEMENT_BYTES } from "../../tensors/numbers.js";
import { elementCountOfShape } from "#dsl/tensor/values.js";

type Data = Float32Array | Float64Array | Int32Array | Uint16Array | Int8Array | Uint8Array;
interface Held {
  readonly data: Data;
  readonly shape: readonly number[];
}

export class OnnxStateStore {
  private readonly handles = new Map<string, Held>();
  private readonly types = new Map<string, DType>();

  /** Declares states. New state is zero or unset, old state keeps its value. */
  declare(states: Readonly<Record<string, TensorState>>): void {
    for (const [name, state] of Object.entries(states)) {
      this.types.set(name, state.type.dtype);
      if (!isUnsetState(state) && !this.handles.has(name)) {
        const shape = stateShapeOf(name, state);
        this.handles.set(name, { data: zeros(state.type.dtype, elementCountOfShape(shape)), shape });
      }
    }
  }
  private handleOf(name: string): Held {
    return mustGet(this.handles, name, "state");
  }
  /** Returns the state without a copy; `as` gives it another shape with the same number of elements. */
  tensor(name: string, as?: readonly number[]): Tensor {
    const { data, shape } = this.handleOf(name);
    return tensorOver(mustGet(this.types, name, "state"), data, as ?? shape);
  }
  /** Takes the runtime's output as the state's new value; `shaped`: its shape differs from the state's. */
  put(name: string, tensor: Tensor, shaped: boolean): void {
    const shape = shaped ? this.handleOf(name).shape : tensor.dims;
    this.handles.set(name, { data: tensor.data as Data, shape });
  }
  has(name: string): boolean {
    return this.handles.has(name);
  }
  /** Returns the state's bytes without a copy. */
  lying(name: string): Pick<NDArray, "shape" | "bytes"> {
    const { data, shape } = this.handleOf(name);
    return { shape, bytes: bytesOfArray(data) };
  }
  read(name: string): NDArray {
    const { data, shape } = this.handleOf(name);
    return { dtype: mustGet(this.types, name, "state"), shape, bytes: bytesOfArray(data).slice() };
  }
  /** Null writes zeros. Sizes may differ from before where the state has named ones. */
  write(name: string, value: NDArray | null): void {
    const old = this.handles.get(name);
    if (!value) return void this.handleOf(name).data.fill(0);
    const data = old && elementCountOfShape(value.shape) === old.data.length ? old.data : undefined;
    const stored = data ?? zeros(value.dtype, elementCountOfShape(value.shape));
    bytesOfArray(stored).set(value.bytes);
    this.handles.set(name, { data: stored, shape: value.shape });
  }
  forget(names: readonly string[]): void {
    for (const name of names) {
      this.handles.delete(name);
      this.types.delete(name);
    }
  }
  clear(): void {
    this.handles.clear();
  }
}

/** A tensor over the array's own memory. */
export function onnxTensorOf({ dtype, shape, bytes }: NDArray): Tensor {
  const lies = alignBytes(bytes, ELEMENT_BYTES[dtype]);
  return tensorOver(dtype, view(dtype, lies.buffer, lies.byteOffset, elementCountOfShape(shape)), shape);
}
export function arrayOfTensor(tensor: Tensor, dtype: DType): NDArray {
  return { dtype, shape: [...tensor.dims], bytes: bytesOfArray(tensor.data as Data) };
}

function tensorOver(dtype: DType, data: Data, shape: readonly number[]): Tensor {
  const dims = [...shape];
  switch (dtype) {
    case "f32":
      return new Tensor("float32", data as Float32Array, dims);
    case "f64":
      return new Tensor("float64", data as Float64Array, dims);
    case "i32":
      return new Tensor("int32", data as Int32Array, dims);
    case "bool":
      return new Tensor("bool", data as Uint8Array, dims);
    case "i8":
      return new Tensor("int8", data as Int8Array, dims);
    case "u8":
      return new Tensor("uint8", data as Uint8Array, dims);
    // As raw bits: the runtime for Node has no array for bf16.
    case "bf16":
      return new Tensor("uint16", data as Uint16Array, dims);
  }
}
function zeros(dtype: DType, count: number): Data {
  return view(dtype, new ArrayBuffer(count * ELEMENT_BYTES[dtype]), 0, count);
}
function view(dtype: DType, buffer: ArrayBufferLike, offset: number, count: number): Data {
  if (dtype === "f32") return new Float32Array(buffer, offset, count);
  if (dtype === "f64") return new Float64Array(buffer, offset, count);
  if (dtype === "bf16") return new Uint16Array(buffer, offset, count);
  if (dtype === "i8") return new Int8Array(buffer, offset, count);
  return dtype === "i32" ? new Int32Array(buffer, offset, count) : new Uint8Array(buffer, offset, count);
}
