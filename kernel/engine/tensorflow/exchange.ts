/** Arrays into TensorFlow and back. bf16 crosses as f32 (the binding has no reading of bf16), losslessly. */
import type { DType, NDArray } from "#dsl/graph/program.js";
import type { Binding, Held } from "../native/binding.js";
import { asFloats, asIntegers, brainToFloats, bytesOf, floatsToBrain } from "../numbers.js";

export class TensorExchange {
  constructor(private readonly binding: Binding) {}

  /** A tensor over the array's own memory, which must stay as it is until the tensor is deleted. Gives its id. */
  lend(value: NDArray): number {
    const { binding } = this;
    const shape = [...value.shape];
    switch (value.dtype) {
      case "f32":
        return binding.createTensor(shape, binding.TF_FLOAT, asFloats(value));
      case "bf16":
        return binding.createTensor(shape, binding.TF_FLOAT, asFloats({ ...value, bytes: brainToFloats(value.bytes) }));
      case "i32":
        return binding.createTensor(shape, binding.TF_INT32, asIntegers(value));
      case "bool":
        return binding.createTensor(shape, binding.TF_BOOL, new Uint8Array(value.bytes));
      case "f64":
        throw new Error("TensorFlow's binding for Node takes no f64");
    }
  }

  /** A tensor with memory of TensorFlow's own, that may outlive the array and be freed on any thread. */
  own(value: NDArray): number {
    const { binding } = this;
    const lent = this.lend(value);
    try {
      const type =
        value.dtype === "i32" ? binding.TF_INT32 : value.dtype === "bool" ? binding.TF_BOOL : binding.TF_FLOAT;
      return binding.executeOp("DeepCopy", [{ name: "T", type: binding.TF_ATTR_TYPE, value: type }], [lent], 1)[0]!.id;
    } finally {
      binding.deleteTensor(lent);
    }
  }

  /** A copy of a tensor's values; the tensor stays. */
  read(held: Held, dtype: DType): NDArray {
    const bytes = bytesOf(this.binding.tensorDataSync(held.id));
    return { dtype, shape: held.shape, bytes: dtype === "bf16" ? floatsToBrain(bytes) : bytes };
  }

  drop(held: readonly Held[]): void {
    for (const { id } of held) this.binding.deleteTensor(id);
  }
}
