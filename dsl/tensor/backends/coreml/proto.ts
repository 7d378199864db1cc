/** Core ML protobuf messages needed for a model of one ML Program, written with pbf. */
import { PbfWriter } from "pbf";

/** Core ML's codes of tensor types. */
export const CORE_ML_TYPES = { bool: 1, text: 2, f16: 10, f32: 11, i32: 23 } as const;
export type CoreMlTypeName = keyof typeof CORE_ML_TYPES;

/** −1 for a free size. A tensor without dimensions is a scalar. */
export interface TensorType {
  readonly type: CoreMlTypeName;
  readonly shape: readonly number[];
}
export type CoreMlValue = TensorType &
  (
    | { readonly floats: readonly number[] | Float32Array }
    | { readonly ints: readonly number[] | Int32Array }
    | { readonly bools: readonly boolean[] }
    | { readonly texts: readonly string[] }
    /** Offset in the weight file. */
    | { readonly weight: number }
  );
export interface MilOperation {
  readonly type: string;
  /** Names of its inputs; several if one parameter takes several. */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
  readonly outputs: readonly NamedTensorType[];
  readonly attributes: Readonly<Record<string, CoreMlValue>>;
}
export interface NamedTensorType extends TensorType {
  readonly name: string;
}
/** An input or output of the model, as its client sees it. */
export interface CoreMlFeature extends NamedTensorType {
  /** Ranges of the sizes of each axis, if one is free. */
  readonly ranges?: readonly (readonly [least: number, most: number])[];
}
export interface CoreMlModelSpec {
  readonly inputs: readonly CoreMlFeature[];
  readonly outputs: readonly CoreMlFeature[];
  readonly operations: readonly MilOperation[];
  readonly about: string;
}

/** iOS 16 and macOS 13: the first version that can store weights in float16 and compute with them as floats. */
const SPECIFICATION = 7;
const OPSET = "CoreML6";
const WEIGHTS = "@model_path/weights/weight.bin";

export function writeModel(model: CoreMlModelSpec): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, SPECIFICATION);
  pbf.writeMessage(2, writeDescription, model);
  pbf.writeMessage(502, writeProgram, model);
  return pbf.finish();
}

function writeDescription({ inputs, outputs, about }: CoreMlModelSpec, pbf: PbfWriter): void {
  for (const feature of inputs) pbf.writeMessage(1, writeFeature, feature);
  for (const feature of outputs) pbf.writeMessage(10, writeFeature, feature);
  pbf.writeMessage(100, (text: string, p: PbfWriter) => p.writeStringField(1, text), about);
}
function writeFeature(feature: CoreMlFeature, pbf: PbfWriter): void {
  pbf.writeStringField(1, feature.name);
  pbf.writeMessage(3, (f: CoreMlFeature, p: PbfWriter) => p.writeMessage(5, writeArray, f), feature);
}
const ARRAYS: Partial<Record<CoreMlTypeName, number>> = { f32: 65568, i32: 131104, f16: 65552 };
function writeArray({ type, shape, ranges }: CoreMlFeature, pbf: PbfWriter): void {
  // An output shape with free sizes is left for inference at run time.
  if (shape.every((size) => size > 0)) pbf.writePackedVarint(1, [...shape]);
  else if (ranges)
    pbf.writePackedVarint(
      1,
      ranges.map(([, most]) => most),
    );
  pbf.writeVarintField(2, ARRAYS[type] ?? 0);
  if (ranges) pbf.writeMessage(31, writeRanges, ranges);
}
function writeRanges(ranges: readonly (readonly [number, number])[], pbf: PbfWriter): void {
  for (const range of ranges)
    pbf.writeMessage(
      1,
      ([least, most]: readonly [number, number], p: PbfWriter) => {
        p.writeVarintField(1, least);
        p.writeVarintField(2, most);
      },
      range,
    );
}

function writeProgram(model: CoreMlModelSpec, pbf: PbfWriter): void {
  pbf.writeVarintField(1, 1);
  pbf.writeMessage(2, writeMain, model);
}
/** Writes an entry of the map of functions. */
function writeMain(model: CoreMlModelSpec, pbf: PbfWriter): void {
  pbf.writeStringField(1, "main");
  pbf.writeMessage(2, writeFunction, model);
}
function writeFunction(model: CoreMlModelSpec, pbf: PbfWriter): void {
  for (const input of model.inputs) pbf.writeMessage(1, writeNamed, input);
  pbf.writeStringField(2, OPSET);
  pbf.writeMessage(3, writeBlockEntry, model);
}
function writeBlockEntry(model: CoreMlModelSpec, pbf: PbfWriter): void {
  pbf.writeStringField(1, OPSET);
  pbf.writeMessage(2, writeBlock, model);
}
function writeBlock({ outputs, operations }: CoreMlModelSpec, pbf: PbfWriter): void {
  for (const { name } of outputs) pbf.writeStringField(2, name);
  for (const operation of operations) pbf.writeMessage(3, writeOperation, operation);
}
function writeOperation({ type, inputs, outputs, attributes }: MilOperation, pbf: PbfWriter): void {
  pbf.writeStringField(1, type);
  for (const entry of Object.entries(inputs)) pbf.writeMessage(2, writeInput, entry);
  for (const output of outputs) pbf.writeMessage(3, writeNamed, output);
  for (const entry of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, entry);
}
function writeInput([parameter, given]: [string, string | readonly string[]], pbf: PbfWriter): void {
  pbf.writeStringField(1, parameter);
  pbf.writeMessage(2, writeArgument, typeof given === "string" ? [given] : given);
}
function writeArgument(names: readonly string[], pbf: PbfWriter): void {
  for (const name of names) pbf.writeMessage(1, (n: string, p: PbfWriter) => p.writeStringField(1, n), name);
}
function writeAttribute([name, value]: [string, CoreMlValue], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeValue, value);
}
function writeNamed({ name, ...type }: NamedTensorType, pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeType, type);
}
function writeType(type: TensorType, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, type);
}
function writeTensorType({ type, shape }: TensorType, pbf: PbfWriter): void {
  pbf.writeVarintField(1, CORE_ML_TYPES[type]);
  pbf.writeVarintField(2, shape.length);
  for (const size of shape) pbf.writeMessage(3, writeDimension, size);
}
function writeDimension(size: number, pbf: PbfWriter): void {
  if (size < 0) pbf.writeMessage(2, () => undefined, null);
  else pbf.writeMessage(1, (n: number, p: PbfWriter) => p.writeVarintField(1, n), size);
}
function writeValue(value: CoreMlValue, pbf: PbfWriter): void {
  pbf.writeMessage(2, writeType, value);
  if ("weight" in value) pbf.writeMessage(5, writeWeight, value.weight);
  else pbf.writeMessage(3, (v: typeof value, p: PbfWriter) => p.writeMessage(1, writeTensor, v), value);
}
function writeWeight(offset: number, pbf: PbfWriter): void {
  pbf.writeStringField(1, WEIGHTS);
  pbf.writeVarintField(2, offset);
}
/** Each number type has its own message, with one packed list. */
function writeTensor(value: Exclude<CoreMlValue, { weight: number }>, pbf: PbfWriter): void {
  if ("floats" in value)
    pbf.writeMessage(1, (v: readonly number[], p: PbfWriter) => p.writePackedFloat(1, [...v]), [...value.floats]);
  else if ("ints" in value)
    pbf.writeMessage(2, (v: readonly number[], p: PbfWriter) => p.writePackedVarint(1, [...v]), [...value.ints]);
  else if ("bools" in value)
    pbf.writeMessage(3, (v: readonly boolean[], p: PbfWriter) => p.writePackedBoolean(1, [...v]), value.bools);
  else
    pbf.writeMessage(
      4,
      (v: readonly string[], p: PbfWriter) => {
        for (const text of v) p.writeStringField(1, text);
      },
      value.texts,
    );
}
