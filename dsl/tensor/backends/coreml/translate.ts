/**
 * Translates the stock graph of an inference program (tensorflow/inference.ts) to an ML Program, operation by
 * operation, with a table of TensorFlow's ops. Known sizes are computed during translation, so that a graph of fixed
 * shapes computes no shapes at run time.
 */
import { CodedError } from "../../../language/diagnostics/codes.js";
import type {
  TensorflowAttributeValue,
  GraphNode,
  TensorflowTypeName as TensorflowType,
} from "../tensorflow/saved-model.js";
import type { MilValue, MilProgram } from "./mil.js";
import { milTranslations } from "./operations.js";
import type { CoreMlTypeName } from "./proto.js";
import { lazyConstant } from "./translation.js";

/** Constants of at least this many bytes are stored in the weight file. */
const LARGE = 1024;

/** Translates nodes. `given`: types of the inputs. Returns the value of each name. */
export function translateNodes(
  mil: MilProgram,
  nodes: readonly GraphNode[],
  given: ReadonlyMap<string, MilValue>,
  wanted: ReadonlySet<string>,
): void {
  const made = new Map<string, readonly MilValue[]>();
  for (const [name, known] of given) made.set(name, [known]);
  const needed = reachable(nodes, wanted);
  for (const node of nodes) {
    if (node.op === "Placeholder" || !needed.has(node.name)) continue;
    if (node.op === "Const") {
      made.set(node.name, [constant(mil, node)]);
      continue;
    }
    const translation = milTranslations[node.op];
    if (!translation) throw new CodedError("graph-unknown-op", { op: node.op });
    const inputs = node.inputs.map((input) => {
      const [, name = input, output = "0"] = /^(.*?)(?::(\d+))?$/.exec(input) ?? [];
      return made.get(name)![Number(output)]!;
    });
    const outputs = translation({
      mil,
      node,
      inputs,
      ...(wanted.has(node.name) && { name: node.name }),
      int: (attribute) => Number((node.attributes[attribute] as { int?: number } | undefined)?.int ?? 0),
      flag: (attribute) => (node.attributes[attribute] as { bool?: boolean } | undefined)?.bool === true,
      type: (attribute) => coreMlTypeOf(node.attributes[attribute]),
    });
    made.set(node.name, Array.isArray(outputs) ? (outputs as readonly MilValue[]) : [outputs as MilValue]);
  }
}

function reachable(nodes: readonly GraphNode[], wanted: ReadonlySet<string>): ReadonlySet<string> {
  const needed = new Set(wanted);
  for (const node of [...nodes].reverse())
    if (needed.has(node.name)) for (const input of node.inputs) needed.add(input.replace(/:\d+$/, ""));
  return needed;
}

const TYPES: Partial<Record<TensorflowType, CoreMlTypeName>> = { f32: "f32", i32: "i32", bool: "bool" };
export function coreMlTypeOf(attribute: TensorflowAttributeValue | undefined): CoreMlTypeName {
  const type = attribute && "type" in attribute ? TYPES[attribute.type] : undefined;
  if (!type) throw new CodedError("graph-unknown-op", { op: `a tensor of ${JSON.stringify(attribute)}` });
  return type;
}

function constant(mil: MilProgram, { attributes }: GraphNode): MilValue {
  const { value } = attributes;
  if (!value || !("tensor" in value)) throw new CodedError("graph-invalid", { problem: "a constant without a value" });
  const { shape, bytes } = value.tensor;
  const type = coreMlTypeOf({ type: value.tensor.type });
  if (type === "f32" && bytes.length >= LARGE) return { name: mil.weight(shape, bytes), type, shape };
  const buffer = Uint8Array.from(bytes).buffer;
  const numbers =
    type === "f32" ? [...new Float32Array(buffer)] : type === "i32" ? [...new Int32Array(buffer)] : [...bytes];
  if (type === "i32") return lazyConstant(mil, shape, numbers);
  return { name: mil.tensor(type, shape, numbers), type, shape, known: numbers };
}
