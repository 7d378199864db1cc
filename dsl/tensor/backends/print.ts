/**
 * Prints emitted programs, a node per line, as TensorFlow or ONNX Runtime receives them. Constants show their first
 * numbers.
 */
import type { OnnxAttributeValue as OnnxValue, OnnxGraphContents } from "./onnx/proto.js";
import type { TensorflowAttributeValue as TensorflowValue, GraphNode } from "./tensorflow/saved-model.js";

export function printTensorflow(nodes: readonly GraphNode[]): string {
  return nodes
    .map(({ name, op, inputs, attributes }) => `${name} = ${op}(${inputs.join(", ")})${attributesText(attributes)}\n`)
    .join("");
}

export function printOnnx(graph: OnnxGraphContents): string {
  const port = ({ name, type, shape }: OnnxGraphContents["inputs"][number]): string =>
    `${name} : ${type}${shape ? `[${shape.join(", ")}]` : ""}`;
  return [
    ...graph.inputs.map((input) => `input ${port(input)}`),
    ...graph.constants.map((constant) => `${constant.name} = constant ${tensorText(constant)}`),
    ...graph.nodes.map(
      ({ op, domain, inputs, outputs, attributes }) =>
        `${outputs.join(", ")} = ${domain === "" ? "" : `${domain}.`}${op}(${inputs.join(", ")})${attributesText(attributes)}`,
    ),
    ...graph.outputs.map((output) => `output ${port(output)}`),
    "",
  ].join("\n");
}

function attributesText(attributes: Readonly<Record<string, OnnxValue | TensorflowValue>>): string {
  const all = Object.entries(attributes).map(([name, value]) => `${name}: ${attributeText(value)}`);
  return all.length === 0 ? "" : ` { ${all.join(", ")} }`;
}
function attributeText(value: OnnxValue | TensorflowValue): string {
  if ("tensor" in value) return tensorText(value.tensor);
  if ("shape" in value) return `[${value.shape.map((size) => (size < 0 ? "?" : String(size))).join(", ")}]`;
  if ("ints" in value) return `[${value.ints.join(", ")}]`;
  if ("types" in value) return `[${value.types.join(", ")}]`;
  if ("texts" in value) return JSON.stringify(value.texts);
  if ("text" in value) return JSON.stringify(value.text);
  if ("graph" in value) return `a graph of ${String(value.graph.nodes.length)} nodes`;
  return String(Object.values(value)[0]);
}

interface Tensor {
  readonly type: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}
const readers: Readonly<
  Record<string, readonly [size: number, read: (view: DataView, offset: number) => number | bigint]>
> = {
  f32: [4, (view, offset) => view.getFloat32(offset, true)],
  f64: [8, (view, offset) => view.getFloat64(offset, true)],
  i32: [4, (view, offset) => view.getInt32(offset, true)],
  u32: [4, (view, offset) => view.getUint32(offset, true)],
  i64: [8, (view, offset) => view.getBigInt64(offset, true)],
};
function tensorText({ type, shape, bytes }: Tensor): string {
  const whole = `${type}[${shape.join(", ")}]`;
  const reader = readers[type];
  if (!reader) return whole;
  const [size, read] = reader;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.byteLength / size);
  const first = Array.from({ length: Math.min(count, 4) }, (_, i) => numberText(read(view, i * size)));
  return `${whole} ${first.join(" ")}${count > 4 ? " …" : ""}`.trimEnd();
}
const numberText = (value: number | bigint): string =>
  typeof value === "bigint" ? String(value) : String(Number(value.toPrecision(6)));
