/** Checks a program: topological order, names, and types by each op's rule. Throws `graph-invalid`. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Program, Ref, TensorState, Type, StateUpdate } from "./program.js";
import { OpInputError, sameShape, typeText } from "./shape.js";
import { isInput, isLeaf, isState } from "./leaves.js";
import { opNamed } from "./table.js";

export function validateProgram(program: Program): void {
  program.nodes.forEach((node, index) => {
    const where = (): string => `node ${index} (${node.op}${node.path ? ` at ${node.path}` : ""})`;
    for (const ref of node.inputs) if (ref.node >= index) fail(`${where()} reads node ${ref.node}, which comes later`);
    for (const other of node.after ?? [])
      if (other >= index) fail(`${where()} waits for node ${other}, which comes later`);
    const types = node.inputs.map((ref) => typeOf(program, ref, where));
    if (isLeaf(node)) return;
    const want = inferred(node.op, types, node.attributes, where);
    if (want.length !== node.types.length || want.some((t, i) => !sameType(t, node.types[i]!)))
      fail(`${where()} says ${node.types.map(typeText).join(", ")} where it gives ${want.map(typeText).join(", ")}`);
  });
  for (const [name, ref] of Object.entries(program.outputs)) typeOf(program, ref, () => `output "${name}"`);
  for (const [name, input] of Object.entries(program.inputs)) {
    const node = program.nodes[input.ref.node];
    if (!node || !isInput(node) || node.attributes.name !== name) fail(`input "${name}" is not the node it names`);
  }
  for (const node of program.nodes)
    if (isState(node) && !program.state[node.attributes.name]) fail(`state "${node.attributes.name}" is not declared`);
  const updated = new Set<string>();
  for (const { state, value, at: slice } of program.updates) {
    const declared = program.state[state] ?? fail(`an update writes "${state}", which is not declared`);
    const type = typeOf(program, value, () => `the update of "${state}"`);
    if (slice) checkPart(program, state, declared.type, type, slice);
    else if (!fitsWhole(type, declared))
      fail(`"${state}" is ${typeText(declared.type)} and is updated with ${typeText(type)}`);
    if (updated.has(state)) fail(`"${state}" is updated twice`);
    updated.add(state);
  }
}

/** Reports whether a full value fits a state; a state that begins unset takes any size in its named dimensions. */
function fitsWhole(type: Type, { type: whole, initial }: TensorState): boolean {
  if (!("unset" in initial)) return sameType(type, whole);
  return (
    type.dtype === whole.dtype &&
    type.shape.length === whole.shape.length &&
    whole.shape.every((d, i) => typeof d === "string" || d === type.shape[i])
  );
}

/** Checks that the written part has the state's type, except for its size along the axis. */
function checkPart(
  program: Program,
  state: string,
  whole: Type,
  part: Type,
  slice: NonNullable<StateUpdate["at"]>,
): void {
  const start = typeOf(program, slice.start, () => `the update of "${state}"`);
  const rows = slice.axis === 0 && sameShape(start.shape, part.shape.slice(0, 1));
  if (start.dtype !== "i32" || (start.shape.length > 0 && !rows))
    fail(`the update of "${state}" starts at ${typeText(start)}`);
  const shape = whole.shape.map((d, axis) => (axis === slice.axis ? (part.shape[axis] ?? d) : d));
  if (slice.axis < 0 || slice.axis >= whole.shape.length || !sameType(part, { dtype: whole.dtype, shape }))
    fail(
      `"${state}" is ${typeText(whole)} and a part of it along axis ${slice.axis} is updated with ${typeText(part)}`,
    );
}

function fail(problem: string): never {
  throw new CodedError("graph-invalid", { problem });
}
/** Returns the type of a ref. `where` names the reader for the error if the ref does not exist. */
function typeOf(program: Program, ref: Ref, where: () => string): Type {
  return (
    program.nodes[ref.node]?.types[ref.output] ??
    fail(`${where()} reads output ${ref.output} of node ${ref.node}, which is not there`)
  );
}
function sameType(a: Type, b: Type): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}
function inferred(
  op: string,
  types: readonly Type[],
  attributes: Program["nodes"][number]["attributes"],
  where: () => string,
): readonly Type[] {
  try {
    return opNamed(op).type(types, attributes);
  } catch (e) {
    if (e instanceof OpInputError) fail(`${where()}: ${e.message}`);
    throw e;
  }
}
