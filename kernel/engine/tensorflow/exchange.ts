/** Arrays into TensorFlow and back. bf16 is cast from and to f32 in TensorFlow (the binding has no array for it), losslessly. */
import type { DType, NDArray } from "#dsl/graph/program.js";
import type { Binding, Held } from "../native/binding.js";
import { asFloats, asIntegers, brainToFloats, bytesOf, floatsToBrain } from "../numbers.js";

/** TensorFlow's numbers for types that the binding has no name for. */
const TF_BFLOAT16 = 14;
const TF_UINT8 = 4;
const TF_INT8 = 6;

export class TensorExchange {
  constructor(private readonly binding: Binding) {}

  /** A tensor over the array's own memory where it can be, which must stay as it is until the tensor is deleted. Gives its id. */
  lend(value: NDArray): number {
    const { binding } = this;
    const shape = [...value.shape];
    switch (value.dtype) {
      case "f32":
        return binding.createTensor(shape, binding.TF_FLOAT, asFloats(value));
      case "bf16": {
        const wide = this.lend({ dtype: "f32", shape, bytes: brainToFloats(value.bytes) });
        return this.consume(wide, this.cast(wide, binding.TF_FLOAT, TF_BFLOAT16));
      }
      case "i32":
        return binding.createTensor(shape, binding.TF_INT32, asIntegers(value));
      case "bool":
        return binding.createTensor(shape, binding.TF_BOOL, new Uint8Array(value.bytes));
      case "u8":
        return binding.createTensor(shape, TF_UINT8, value.bytes);
      // The same bytes under another name.
      case "i8": {
        const bytes = this.lend({ dtype: "u8", shape, bytes: value.bytes });
        return this.consume(bytes, () => this.bytesAs(TF_UINT8, TF_INT8, bytes));
      }
      case "f64":
        throw new Error("TensorFlow's binding for Node takes no f64");
    }
  }

  /** A tensor with memory of TensorFlow's own, that may outlive the array and be freed on any thread. */
  own(value: NDArray): number {
    const { binding } = this;
    const lent = this.lend(value);
    if (value.dtype === "bf16") return lent;
    const types = { f32: binding.TF_FLOAT, i32: binding.TF_INT32, bool: binding.TF_BOOL, u8: TF_UINT8, i8: TF_INT8 };
    const type = types[value.dtype as keyof typeof types];
    return this.consume(lent, () => this.execute("DeepCopy", [["T", type]], lent));
  }

  /** A copy of a tensor's values; the tensor stays. */
  read(held: Held, dtype: DType): NDArray {
    if (dtype === "i8") {
      const id = this.bytesAs(TF_INT8, TF_UINT8, held.id);
      try {
        return { dtype, shape: held.shape, bytes: bytesOf(this.binding.tensorDataSync(id)) };
      } finally {
        this.binding.deleteTensor(id);
      }
    }
    if (dtype !== "bf16") return { dtype, shape: held.shape, bytes: bytesOf(this.binding.tensorDataSync(held.id)) };
    const wide = this.cast(held.id, TF_BFLOAT16, this.binding.TF_FLOAT)();
    try {
      return { dtype, shape: held.shape, bytes: floatsToBrain(bytesOf(this.binding.tensorDataSync(wide))) };
    } finally {
      this.binding.deleteTensor(wide);
    }
  }

  drop(held: readonly Held[]): void {
    for (const { id } of held) this.binding.deleteTensor(id);
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
