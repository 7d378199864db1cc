/**
 * Transfers arrays to and from TensorFlow. Types that the binding has no array for (bf16, i8) are sent as bytes and
 * read back through a wider type, losslessly.
 */
import type { DType, NDArray } from "#dsl/tensor/program.js";
import type { TensorflowBinding, TensorHandle } from "../native/binding.js";
import { toFloat32Array, toInt32Array, bytesOfArray, floatsToBfloat16 } from "../../tensors/numbers.js";

/** TensorFlow's numbers for types that the binding has no name for. */
const TF_BFLOAT16 = 14;
const TF_UINT8 = 4;
const TF_INT8 = 6;

export class TensorExchange {
  constructor(private readonly binding: TensorflowBinding) {}

  /**
   * Creates a tensor, over the array's memory if possible, and returns its id. Do not change the array until the tensor
   * is deleted.
   */
  lend(value: NDArray): number {
    const { binding } = this;
    const shape = [...value.shape];
    switch (value.dtype) {
      case "f32":
        return binding.createTensor(shape, binding.TF_FLOAT, toFloat32Array(value));
      case "bf16": {
        const bytes = binding.createTensor([...shape, 2], TF_UINT8, value.bytes);
        return this.consume(bytes, () => this.bytesAs(TF_UINT8, TF_BFLOAT16, bytes));
      }
      case "i32":
        return binding.createTensor(shape, binding.TF_INT32, toInt32Array(value));
      case "bool":
        return binding.createTensor(shape, binding.TF_BOOL, new Uint8Array(value.bytes));
      case "u8":
        return binding.createTensor(shape, TF_UINT8, value.bytes);
      // The same bytes, reinterpreted.
      case "i8": {
        const bytes = this.lend({ dtype: "u8", shape, bytes: value.bytes });
        return this.consume(bytes, () => this.bytesAs(TF_UINT8, TF_INT8, bytes));
      }
      case "f64":
        throw new Error("TensorFlow's binding for Node does not support f64");
    }
  }

  /** Creates a tensor in TensorFlow's memory, which may outlive the array and be freed on any thread. */
  createTensor(value: NDArray): number {
    const { binding } = this;
    const lent = this.lend(value);
    const types = {
      f32: binding.TF_FLOAT,
      i32: binding.TF_INT32,
      bool: binding.TF_BOOL,
      bf16: TF_BFLOAT16,
      u8: TF_UINT8,
      i8: TF_INT8,
    };
    const type = types[value.dtype as keyof typeof types];
    return this.consume(lent, () => this.execute("DeepCopy", [["T", type]], lent));
  }

  /** Copies a tensor's values; the tensor stays. */
  read(handle: TensorHandle, dtype: DType): NDArray {
    if (dtype === "i8" || dtype === "u8") return this.readSmall(handle, dtype);
    if (dtype !== "bf16")
      return { dtype, shape: handle.shape, bytes: bytesOfArray(this.binding.tensorDataSync(handle.id)) };
    const wide = this.cast(handle.id, TF_BFLOAT16, this.binding.TF_FLOAT)();
    try {
      return { dtype, shape: handle.shape, bytes: floatsToBfloat16(bytesOfArray(this.binding.tensorDataSync(wide))) };
    } finally {
      this.binding.deleteTensor(wide);
    }
  }

  /** The binding does not return bytes: converts through i32. */
  private readSmall(handle: TensorHandle, dtype: "i8" | "u8"): NDArray {
    const wide = this.cast(handle.id, dtype === "i8" ? TF_INT8 : TF_UINT8, this.binding.TF_INT32)();
    try {
      return { dtype, shape: handle.shape, bytes: Uint8Array.from(this.binding.tensorDataSync(wide)) };
    } finally {
      this.binding.deleteTensor(wide);
    }
  }

  drop(handles: readonly TensorHandle[]): void {
    for (const { id } of handles) this.binding.deleteTensor(id);
  }

  private cast(id: number, from: number, to: number): () => number {
    const types = [["SrcT", from] as const, ["DstT", to] as const];
    return () => this.execute("Cast", types, id);
  }

  private bytesAs(from: number, to: number, id: number): number {
    const types = [["T", from] as const, ["type", to] as const];
    return this.execute("Bitcast", types, id);
  }

  private execute(op: string, types: readonly (readonly [name: string, type: number])[], id: number): number {
    const attributes = types.map(([name, value]) => ({ name, type: this.binding.TF_ATTR_TYPE, value }));
    return this.binding.executeOp(op, attributes, [id], 1)[0]!.id;
  }

  private consume(id: number, make: () => number): number {
    try {
      return make();
    } finally {
      this.binding.deleteTensor(id);
    }
  }
}
