/** Prints a program as text, one node a line, for `show ....program`, golden files and people. */
import type { Attribute, Node, Program, Ref } from "./program.js";
import { typeText } from "./shape.js";
import { fromNDArray } from "./values.js";
import { isNDArray } from "./attributes.js";

export function printProgram(program: Program): string {
  const lines = program.nodes.map((node, i) => `%${i} = ${nodeText(node)}`);
  for (const [name, ref] of Object.entries(program.outputs)) lines.push(`output ${name} = ${refText(ref)}`);
  for (const { state, value, at: slice } of program.updates) {
    const part = slice ? `[axis ${slice.axis} from ${refText(slice.start)}]` : "";
    lines.push(`update ${state}${part} = ${refText(value)}`);
  }
  return `${lines.join("\n")}\n`;
}

function refText({ node, output }: Ref): string {
  return output === 0 ? `%${node}` : `%${node}.${output}`;
}
function nodeText(node: Node): string {
  const attributes = Object.entries(node.attributes).map(([name, value]) => `${name}: ${attributeText(value)}`);
  const inside = [...node.inputs.map(refText), ...attributes].join(", ");
  return `${node.op}(${inside}) : ${node.types.map(typeText).join(", ")}${after(node)}${node.path ? `  // ${node.path}` : ""}`;
}
function after(node: Node): string {
  return node.after?.length ? ` after ${node.after.map((n) => `%${n}`).join(", ")}` : "";
}

function attributeText(value: Attribute): string {
  if (!isNDArray(value)) return JSON.stringify(value);
  const data = fromNDArray(value).data;
  const few = [...data.subarray(0, 4)].join(" ");
  return data.length > 4 ? `[${few} … ${data.length}]` : data.length === 1 ? few : `[${few}]`;
}
