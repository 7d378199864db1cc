/**
 * Runs a program with the float64 reference ops: slow, exact, pure. Engines are compared with it, and it serves finite
 * differences and constant folding.
 */
import { isConstant, isInput, isState } from "./leaves.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Program, Ref, StateUpdate } from "./program.js";
import { concreteShape, typeText, type Sizes } from "./shape.js";
import { opNamed } from "./table.js";
import { fromNDArray, elementCountOfShape, type ArrayValues } from "./values.js";

export interface ProgramResult {
  readonly outputs: Readonly<Record<string, ArrayValues>>;
  /** State after the updates; states without an update are unchanged. */
  readonly state: Readonly<Record<string, ArrayValues>>;
}

/** Runs a program. `feeds` by input name, `state` by state name. */
export function evaluateProgram(
  program: Program,
  feeds: Readonly<Record<string, ArrayValues>>,
  state: Readonly<Record<string, ArrayValues>>,
): ProgramResult {
  const sizes = bindStateSizes(program, bindSizesFromFeeds(program, feeds), (name) => state[name]?.shape);
  const done: (readonly ArrayValues[])[] = [];
  const valuesOf = (ref: Ref): ArrayValues => done[ref.node]![ref.output]!;
  for (const node of program.nodes) {
    if (isInput(node)) done.push([feeds[node.attributes.name]!]);
    else if (isState(node)) done.push([wanted(state, node.attributes.name)]);
    else if (isConstant(node)) done.push([fromNDArray(node.attributes.value)]);
    else {
      const shapes = node.types.map((t) => concreteShape(t.shape, sizes));
      done.push(opNamed(node.op).evaluate(node.inputs.map(valuesOf), node.attributes, shapes));
    }
  }
  return {
    outputs: Object.fromEntries(Object.entries(program.outputs).map(([name, ref]) => [name, valuesOf(ref)])),
    state: { ...state, ...Object.fromEntries(program.updates.map((u) => [u.state, updated(u, state, valuesOf)])) },
  };
}

/** Returns a state's value after an update. */
function updated(
  u: StateUpdate,
  state: Readonly<Record<string, ArrayValues>>,
  valuesOf: (ref: Ref) => ArrayValues,
): ArrayValues {
  const value = valuesOf(u.value);
  if (!u.at) return value;
  const { axis } = u.at;
  const old = wanted(state, u.state);
  const inner = elementCountOfShape(old.shape.slice(axis + 1));
  const [whole, part] = [old.shape[axis]! * inner, value.shape[axis]! * inner];
  const starts = valuesOf(u.at.start);
  if (starts.shape.length > 0) return placed(u.state, old, value, starts, inner);
  const start = starts.data[0]! * inner;
  if (start < 0 || start + part > whole)
    throw new CodedError("graph-invalid", { problem: `an update writes beyond the end of "${u.state}"` });
  const data = old.data.slice();
  for (let outer = 0; outer * part < value.data.length; outer++)
    data.set(value.data.subarray(outer * part, (outer + 1) * part), outer * whole + start);
  return { shape: old.shape, data };
}

/** Writes each row of `value` to the given row. */
function placed(state: string, old: ArrayValues, value: ArrayValues, rows: ArrayValues, inner: number): ArrayValues {
  const data = old.data.slice();
  rows.data.forEach((row, i) => {
    if (row < 0 || row >= old.shape[0]!)
      throw new CodedError("graph-invalid", { problem: `an update writes beyond the end of "${state}"` });
    data.set(value.data.subarray(i * inner, (i + 1) * inner), row * inner);
  });
  return { shape: old.shape, data };
}

function wanted(state: Readonly<Record<string, ArrayValues>>, name: string): ArrayValues {
  const value = state[name];
  if (!value) throw new CodedError("graph-invalid", { problem: `no value for state "${name}"` });
  return value;
}

/** Derives the named sizes from the shapes fed; throws `graph-feed` if an input is missing or has another shape. */
export function bindSizesFromFeeds(
  program: Program,
  feeds: Readonly<Record<string, { readonly shape: readonly number[] }>>,
): Sizes {
  const sizes: Record<string, number> = {};
  for (const [input, { type }] of Object.entries(program.inputs)) {
    const fed = feeds[input];
    if (!fed) throw new CodedError("graph-feed", { input, problem: "not fed" });
    const fits = fed.shape.length === type.shape.length;
    const problem = `[${fed.shape.join(", ")}] was fed for ${typeText(type)}`;
    if (!fits) throw new CodedError("graph-feed", { input, problem });
    type.shape.forEach((d, i) => {
      const n = fed.shape[i]!;
      const want = typeof d === "number" ? d : (sizes[d] ??= n);
      if (want !== n) throw new CodedError("graph-feed", { input, problem });
    });
  }
  return sizes;
}

/**
 * Adds the present sizes of states with named dimensions (a cache's `capacity`) to the sizes. `shapeOf` returns a
 * state's present shape, if any. Throws `graph-feed` if a state's size contradicts the feeds.
 */
export function bindStateSizes(
  program: Program,
  fed: Sizes,
  shapeOf: (state: string) => readonly number[] | undefined,
): Sizes {
  const sizes: Record<string, number> = { ...fed };
  const named = Object.entries(program.state).filter(([, { type }]) => type.shape.some((d) => typeof d === "string"));
  if (named.length === 0) return sizes;
  const read = new Set(program.nodes.flatMap((n) => (isState(n) ? [n.attributes.name] : [])));
  for (const [name, { type }] of named) {
    if (!read.has(name)) continue;
    const shape = shapeOf(name);
    if (!shape) throw new CodedError("graph-feed", { input: name, problem: "holds nothing yet: write it whole first" });
    type.shape.forEach((d, i) => {
      const n = shape[i]!;
      const want = typeof d === "number" ? d : (sizes[d] ??= n);
      if (want !== n)
        throw new CodedError("graph-feed", {
          input: name,
          problem: `it is [${shape.join(", ")}], not ${typeText(type)} with ${String(d)} = ${want}`,
        });
    });
  }
  return sizes;
}
