/** Builder of an ML Program: operations by the names of their outputs, with all types. */
import type { NamedTensorType, MilOperation, TensorType, CoreMlTypeName, CoreMlValue } from "./proto.js";
import { toFloat16 } from "../../numbers/halves.js";
import { WeightFile } from "./weights.js";

/** A value of the program being built. */
export interface MilValue extends TensorType {
  readonly name: string;
  /** Its numbers, if constant. */
  readonly known?: readonly number[];
  /** For a list of sizes assembled at run time: the known ones; −1 for an unknown one. */
  readonly sizes?: readonly number[];
}

export class MilProgram {
  readonly operations: MilOperation[] = [];
  readonly weights = new WeightFile();
  private count = 0;
  private readonly constants = new Map<string, string>();

  /** `half`: stores weights in float16. */
  constructor(private readonly half: boolean) {}

  op(type: string, inputs: MilOperation["inputs"], given: TensorType, name?: string): MilValue {
    return this.ops(type, inputs, [given], name)[0]!;
  }
  /** Appends an operation with several outputs. */
  ops(
    type: string,
    inputs: MilOperation["inputs"],
    given: readonly TensorType[],
    name = `${type}_${String(this.count++)}`,
  ): MilValue[] {
    const outputs = given.map((one, i) => ({ ...one, name: given.length > 1 ? `${name}_${String(i)}` : name }));
    this.operations.push({
      type,
      inputs,
      outputs: outputs.map(({ name: portName, type: dtype, shape }): NamedTensorType => ({
        name: portName,
        type: dtype,
        shape,
      })),
      attributes: { name: text(name) },
    });
    return outputs;
  }

  /** Caches small constants. */
  private constant(value: CoreMlValue): string {
    const key = JSON.stringify(value);
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const { name } = this.put(value);
    this.constants.set(key, name);
    return name;
  }
  private put(value: CoreMlValue): NamedTensorType {
    const name = `const_${String(this.count++)}`;
    const output = { name, type: value.type, shape: value.shape };
    this.operations.push({
      type: "const",
      inputs: {},
      outputs: [output],
      attributes: { name: text(name), val: value },
    });
    return output;
  }
  int(value: number): string {
    return this.constant({ type: "i32", shape: [], ints: [value] });
  }
  ints(list: readonly number[]): string {
    return this.constant({ type: "i32", shape: [list.length], ints: list });
  }
  float(value: number): string {
    return this.constant({ type: "f32", shape: [], floats: [value] });
  }
  flag(value: boolean): string {
    return this.constant({ type: "bool", shape: [], bools: [value] });
  }
  text(value: string): string {
    return this.constant(text(value));
  }
  /** Writes a constant tensor of any size. */
  tensor(type: CoreMlTypeName, shape: readonly number[], numbers: readonly number[]): string {
    return this.constant(type === "f32" ? { type, shape, floats: numbers } : { type, shape, ints: numbers });
  }
  /** Adds an f32 weight stored in the weight file. */
  weight(shape: readonly number[], bytes: Uint8Array): string {
    if (!this.half) return this.put({ type: "f32", shape, weight: this.weights.add("f32", bytes) }).name;
    const name = `weight_${String(this.count++)}`;
    const floats = new Float32Array(Uint8Array.from(bytes).buffer).map(within);
    const halves = new Uint8Array(toFloat16(floats).buffer);
    const stored: CoreMlValue = { type: "f16", shape, weight: this.weights.add("f16", halves) };
    this.operations.push({
      type: "constexpr_cast",
      inputs: {},
      outputs: [{ name, type: "f32", shape }],
      attributes: { name: text(name), source_val: stored, output_dtype: text("fp32") },
    });
    return name;
  }
}

function text(value: string): CoreMlValue {
  return { type: "text", shape: [], texts: [value] };
}
/** Clamps to the range of half precision. */
function within(x: number): number {
  return Math.max(-65504, Math.min(65504, x));
}
