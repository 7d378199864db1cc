/**
 * States without a value until a program writes them completely (key-value caches). Tracks which have a value, and
 * their shapes. Checks a program's reads and writes before a run, so that no engine reads or writes out of bounds.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isConstant, isInput, isState } from "#dsl/tensor/leaves.js";
import type { NDArray, Program, TensorState, Type } from "#dsl/tensor/program.js";
import { isUnsetState } from "../initial.js";
import type { NamedArrays } from "./backend.js";

type Shapes = Readonly<Record<string, readonly number[]>>;

export class UnsetStates {
  private readonly shapes = new Map<string, readonly number[] | null>();

  /** None of them has a value yet. */
  declare(states: Readonly<Record<string, TensorState>>): void {
    for (const [name, state] of Object.entries(states)) if (isUnsetState(state)) this.shapes.set(name, null);
  }
  forget(names: readonly string[]): void {
    for (const name of names) this.shapes.delete(name);
  }
  /** Returns the present shape; undefined without a value, or for other states. */
  shapeOf(name: string): readonly number[] | undefined {
    return this.shapes.get(name) ?? undefined;
  }
  wantSet(name: string, state: TensorState): void {
    if (isUnsetState(state)) this.setShape(name);
  }
  private setShape(name: string): readonly number[] {
    const shape = this.shapes.get(name);
    if (!shape) throw new CodedError("state-unset", { name });
    return shape;
  }
  wrote(shapes: Shapes): void {
    for (const [name, shape] of Object.entries(shapes)) if (this.shapes.has(name)) this.shapes.set(name, shape);
  }

  /**
   * `sizes`: bound by the feeds. Returns the shapes that the run writes. Coded errors: `state-unset`, `state-size`,
   * `state-full`.
   */
  check(name: string, program: Program, feeds: NamedArrays, sizes: ReadonlyMap<string, number>): Shapes {
    const bound = new Map(sizes);
    const read = program.nodes.flatMap((n) => (isState(n) ? [n.attributes.name] : []));
    for (const state of new Set(read)) if (this.shapes.has(state)) this.bind(name, program, state, bound);
    const written: Record<string, readonly number[]> = {};
    for (const { state, value, at: place } of program.updates) {
      if (!this.shapes.has(state)) continue;
      const type = program.nodes[value.node]!.types[value.output]!;
      if (place) this.fits(name, program, state, type, place, feeds, bound);
      else written[state] = type.shape.map((d) => sizeOf(d, bound));
    }
    return written;
  }

  private bind(program: string, { state: states }: Program, state: string, bound: Map<string, number>): void {
    const { type } = states[state]!;
    this.setShape(state).forEach((n, i) => {
      const d = type.shape[i]!;
      if (typeof d === "number") return;
      const want = bound.get(d);
      if (want === undefined) bound.set(d, n);
      else if (want !== n) throw new CodedError("state-size", { name: state, program, size: d, has: n, got: want });
    });
  }

  /** A part must be within the state. A start that is not fed is the program's responsibility. */
  private fits(
    program: string,
    { state: states, nodes }: Program,
    state: string,
    type: Type,
    place: NonNullable<Program["updates"][number]["at"]>,
    feeds: NamedArrays,
    bound: ReadonlyMap<string, number>,
  ): void {
    const shape = this.setShape(state);
    type.shape.forEach((d, i) => {
      if (i === place.axis) return;
      const got = sizeOf(d, bound);
      if (got !== shape[i])
        throw new CodedError("state-size", {
          name: state,
          program,
          size: String(states[state]!.type.shape[i]),
          has: shape[i]!,
          got,
        });
    });
    const node = nodes[place.start.node]!;
    const startValue = isInput(node)
      ? feeds[node.attributes.name]
      : isConstant(node)
        ? node.attributes.value
        : undefined;
    const starts = startsOf(startValue);
    const rows = node.types[place.start.output]!.shape.length > 0;
    const first = starts.reduce((least, n) => Math.min(least, n), 0);
    const last = starts.reduce((most, n) => Math.max(most, n), 0);
    const end = last + (rows ? (starts.length > 0 ? 1 : 0) : sizeOf(type.shape[place.axis]!, bound));
    const room = shape[place.axis]!;
    if (first < 0 || end > room) throw new CodedError("state-full", { name: state, program, room, end });
  }
}

/** `d`: a number, a named size, or a sum of these (`capacity+4`: joined rows). Returns NaN for an unbound name. */
function sizeOf(d: number | string, bound: ReadonlyMap<string, number>): number {
  if (typeof d === "number") return d;
  return (
    bound.get(d) ??
    d
      .split("+")
      .map((part) => bound.get(part.trim()) ?? (/^\d+$/.test(part.trim()) ? Number(part) : Number.NaN))
      .reduce((sum, n) => sum + n, 0)
  );
}
/** Returns one position, or one per row; empty: unknown. */
function startsOf(value: NDArray | undefined): readonly number[] {
  if (!value) return [];
  const { bytes } = value;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(4 * i, true));
}
