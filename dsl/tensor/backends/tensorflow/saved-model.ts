/** Writes the few TensorFlow protocol buffer messages that a SavedModel without variables needs, with pbf. */
import { PbfWriter } from "pbf";

export const TENSORFLOW_TYPES = {
  f32: 1,
  f64: 2,
  i32: 3,
  u8: 4,
  i8: 6,
  c64: 8,
  i64: 9,
  bool: 10,
  bf16: 14,
  u32: 22,
} as const;
export type TensorflowTypeName = keyof typeof TENSORFLOW_TYPES;

export type TensorflowAttributeValue =
  | { readonly type: TensorflowTypeName }
  | { readonly bool: boolean }
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly texts: readonly string[] }
  | { readonly types: readonly TensorflowTypeName[] }
  /** −1: any size. */
  | { readonly shape: readonly number[] }
  | {
      readonly tensor: {
        readonly type: TensorflowTypeName;
        readonly shape: readonly number[];
        readonly bytes: Uint8Array;
      };
    };

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** `name`, `name:1`, or `^name` for a control input. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, TensorflowAttributeValue>>;
}

/** Producer version of TensorFlow's graph format; any reader since 2.10 accepts it. */
const PRODUCER = 1087;

/** A signature: tensors (`name:0`) that readers address by other names. */
export interface Signature {
  readonly name: string;
  readonly inputs: Readonly<Record<string, SignatureTensor>>;
  readonly outputs: Readonly<Record<string, SignatureTensor>>;
}
export interface SignatureTensor {
  readonly tensor: string;
  readonly type: TensorflowTypeName;
  /** −1: any size. */
  readonly shape: readonly number[];
}
interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly signature?: Signature | undefined;
}

/** SavedModel schema version, for readers that parse the folder themselves; written without functions and objects. */
export const SAVED_MODEL_VERSION = 1;

export function writeSavedModel(nodes: readonly GraphNode[], signature?: Signature): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, SAVED_MODEL_VERSION);
  pbf.writeMessage(2, writeMetaGraph, { nodes, signature });
  return pbf.finish();
}

function writeMetaGraph({ nodes, signature }: Graph, pbf: PbfWriter): void {
  pbf.writeMessage(1, (tag: string, p: PbfWriter) => p.writeStringField(4, tag), "serve");
  pbf.writeMessage(2, writeGraph, nodes);
  if (signature) pbf.writeMessage(5, writeSigned, signature);
}

/** Writes one entry of the signature map. */
function writeSigned(signature: Signature, pbf: PbfWriter): void {
  pbf.writeStringField(1, signature.name);
  pbf.writeMessage(2, writeSignature, signature);
}
function writeSignature({ inputs, outputs }: Signature, pbf: PbfWriter): void {
  for (const entry of Object.entries(inputs)) pbf.writeMessage(1, writePort, entry);
  for (const entry of Object.entries(outputs)) pbf.writeMessage(2, writePort, entry);
  pbf.writeStringField(3, "tensorflow/serving/predict");
}
function writePort([name, port]: [string, SignatureTensor], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeInfo, port);
}
function writeInfo({ tensor, type, shape }: SignatureTensor, pbf: PbfWriter): void {
  pbf.writeStringField(1, tensor);
  pbf.writeVarintField(2, TENSORFLOW_TYPES[type]);
  pbf.writeMessage(3, writeShape, shape);
}

function writeGraph(nodes: readonly GraphNode[], pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeMessage(4, (producer: number, p: PbfWriter) => p.writeVarintField(1, producer), PRODUCER);
}

function writeNode(node: GraphNode, pbf: PbfWriter): void {
  pbf.writeStringField(1, node.name);
  pbf.writeStringField(2, node.op);
  for (const input of node.inputs) pbf.writeStringField(3, input);
  for (const entry of Object.entries(node.attributes)) pbf.writeMessage(5, writeEntry, entry);
}

function writeEntry([name, value]: [string, TensorflowAttributeValue], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, writeAttribute, value);
}

function writeAttribute(value: TensorflowAttributeValue, pbf: PbfWriter): void {
  if ("type" in value) pbf.writeVarintField(6, TENSORFLOW_TYPES[value.type]);
  else if ("bool" in value) pbf.writeBooleanField(5, value.bool);
  else if ("int" in value) pbf.writeVarintField(3, value.int);
  else if ("float" in value) pbf.writeFloatField(4, value.float);
  else if ("text" in value) pbf.writeBytesField(2, utf8(value.text));
  else if ("shape" in value) pbf.writeMessage(7, writeShape, value.shape);
  else if ("tensor" in value) pbf.writeMessage(8, writeTensor, value.tensor);
  else pbf.writeMessage(1, writeList, value);
}

function writeList(
  list: { texts: readonly string[] } | { types: readonly TensorflowTypeName[] },
  pbf: PbfWriter,
): void {
  if ("texts" in list) for (const text of list.texts) pbf.writeBytesField(2, utf8(text));
  else
    pbf.writePackedVarint(
      6,
      list.types.map((t) => TENSORFLOW_TYPES[t]),
    );
}

function writeShape(shape: readonly number[], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(2, (n: number, p: PbfWriter) => p.writeVarintField(1, n), size);
}

function writeTensor(
  tensor: { readonly type: TensorflowTypeName; readonly shape: readonly number[]; readonly bytes: Uint8Array },
  pbf: PbfWriter,
): void {
  pbf.writeVarintField(1, TENSORFLOW_TYPES[tensor.type]);
  pbf.writeMessage(2, writeShape, tensor.shape);
  pbf.writeBytesField(4, tensor.bytes);
}

/** Names and shared names are ASCII by construction. */
function utf8(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}
