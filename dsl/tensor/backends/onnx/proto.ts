/** ONNX protobuf messages needed for a model, written with pbf. */
import { PbfWriter } from "pbf";
import type { Dimension } from "#dsl/tensor/program.js";

/** ONNX's codes of dtypes. */
export const ONNX_TYPES = {
  f32: 1,
  u8: 2,
  i8: 3,
  u16: 4,
  i32: 6,
  i64: 7,
  bool: 9,
  f16: 10,
  f64: 11,
  u32: 12,
  bf16: 16,
} as const;
export type OnnxDType = keyof typeof ONNX_TYPES;

export interface OnnxTensor {
  readonly type: OnnxDType;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}
export type OnnxAttributeValue =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraphContents };
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** "" is ONNX's own domain. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttributeValue>>;
}
export interface OnnxPort {
  readonly name: string;
  readonly type: OnnxDType;
  /** Unset if the runtime infers it. */
  readonly shape?: readonly Dimension[];
}
export type OnnxConstant = OnnxTensor & { readonly name: string };
export interface OnnxGraphContents {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

/** Version of the format that introduced opset 20. */
export const IR_VERSION = 9;
export const OPSET = 20;
/** Domain of ONNX Runtime's ops beyond the standard, such as products with transposed inputs. */
export const MICROSOFT_DOMAIN = "com.microsoft";

export function writeModel(graph: OnnxGraphContents): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, "tunebook");
  pbf.writeMessage(7, writeGraph, graph);
  pbf.writeMessage(8, writeOpset, ["", OPSET]);
  pbf.writeMessage(8, writeOpset, [MICROSOFT_DOMAIN, 1]);
  return pbf.finish();
}

export function writeOpset([domain, version]: [string, number], pbf: PbfWriter): void {
  pbf.writeStringField(1, domain);
  pbf.writeVarintField(2, version);
}

function writeGraph(graph: OnnxGraphContents, pbf: PbfWriter): void {
  for (const node of graph.nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, graph.name);
  for (const constant of graph.constants) pbf.writeMessage(5, writeTensor, constant);
  for (const port of graph.inputs) pbf.writeMessage(11, writePort, port);
  for (const port of graph.outputs) pbf.writeMessage(12, writePort, port);
}

export function writeNode(node: OnnxNode, pbf: PbfWriter): void {
  for (const input of node.inputs) pbf.writeStringField(1, input);
  for (const output of node.outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, node.name);
  pbf.writeStringField(4, node.op);
  for (const entry of Object.entries(node.attributes)) pbf.writeMessage(5, writeAttribute, entry);
  if (node.domain) pbf.writeStringField(7, node.domain);
}

/** Codes of AttributeProto.type: FLOAT 1, INT 2, STRING 3, TENSOR 4, GRAPH 5, INTS 7. */
function writeAttribute([name, value]: [string, OnnxAttributeValue], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  const type = (kind: number): void => pbf.writeVarintField(20, kind);
  if ("float" in value) {
    pbf.writeFloatField(2, value.float);
    type(1);
  } else if ("int" in value) {
    pbf.writeVarintField(3, value.int);
    type(2);
  } else if ("text" in value) {
    pbf.writeStringField(4, value.text);
    type(3);
  } else if ("tensor" in value) {
    pbf.writeMessage(5, writeTensor, { ...value.tensor, name: "" });
    type(4);
  } else if ("graph" in value) {
    pbf.writeMessage(6, writeGraph, value.graph);
    type(5);
  } else {
    for (const int of value.ints) pbf.writeVarintField(8, int);
    type(7);
  }
}

export function writeTensor(tensor: OnnxTensor & { readonly name: string }, pbf: PbfWriter): void {
  for (const size of tensor.shape) pbf.writeVarintField(1, size);
  pbf.writeVarintField(2, ONNX_TYPES[tensor.type]);
  if (tensor.name) pbf.writeStringField(8, tensor.name);
  pbf.writeBytesField(9, tensor.bytes);
}

export function writePort(port: OnnxPort, pbf: PbfWriter): void {
  pbf.writeStringField(1, port.name);
  pbf.writeMessage(2, writeType, port);
}
function writeType(port: OnnxPort, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, port);
}
function writeTensorType(port: OnnxPort, pbf: PbfWriter): void {
  pbf.writeVarintField(1, ONNX_TYPES[port.type]);
  if (port.shape) pbf.writeMessage(2, writeShape, port.shape);
}
function writeShape(shape: readonly Dimension[], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(1, writeDimension, size);
}
function writeDimension(size: Dimension, pbf: PbfWriter): void {
  if (typeof size === "number") pbf.writeVarintField(1, size);
  else pbf.writeStringField(2, size);
}
