/**
 * Key-value caches: a variable that grows in place. Parts are written with ResourceStridedSliceAssign, after which
 * ReadVariableOp copies the entire variable. So reads use a gather: both cost only what is written or read, however
 * large the cache is.
 */
import { isState } from "#dsl/tensor/leaves.js";
import type { DType, Ref } from "#dsl/tensor/program.js";
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";

export interface CacheSlice {
  readonly axis: number;
  /** Both are i32 scalars. */
  readonly start: string;
  readonly size: string;
}

/** Writes `value` along one axis of the variable after the nodes `wait`; returns the writing node. */
export function writeCacheSlice(
  l: Lowering,
  handle: string,
  value: string,
  type: DType,
  { axis, start, size }: CacheSlice,
  wait: readonly string[],
): string {
  const { graph } = l;
  const zero = graph.integer(0);
  const end = l.op("AddV2", [start, size], "i32");
  const bounds = (position: string): string => pack(l, [...Array.from({ length: axis }, () => zero), position]);
  const whole = 2 ** axis - 1;
  return graph.node(
    "ResourceStridedSliceAssign",
    [
      handle,
      bounds(start),
      bounds(end),
      graph.integers(Array.from({ length: axis + 1 }, () => 1)),
      value,
      ...wait.map((n) => `^${n.replace(/:\d+$/, "")}`),
    ],
    {
      T: { type },
      Index: { type: "i32" },
      begin_mask: { int: whole },
      end_mask: { int: whole },
      ellipsis_mask: { int: 0 },
      new_axis_mask: { int: 0 },
      shrink_axis_mask: { int: 0 },
    },
  );
}

/** Writes `value` to the given rows of the variable after the nodes `wait`; returns the writing node. */
export function writeCacheRows(
  l: Lowering,
  handle: string,
  value: string,
  type: DType,
  rows: string,
  wait: readonly string[],
): string {
  return l.graph.node(
    "ResourceScatterUpdate",
    [handle, rows, value, ...wait.map((n) => `^${n.replace(/:\d+$/, "")}`)],
    {
      dtype: { type },
      Tindices: { type: "i32" },
    },
  );
}

/**
 * Reports whether a program writes single rows of a state. Then nothing may read the full state, which would copy it.
 */
export function writesSingleRows(l: Lowering, state: string): boolean {
  const slice = l.program.updates.find((u) => u.state === state)?.at;
  return slice !== undefined && l.typeOf(slice.start).shape.length > 0;
}

/**
 * Returns the state that `cache` reads, if nothing else reads it and the program writes exactly these rows at this
 * start.
 */
export function stateWrittenByRows(l: Lowering, cache: Ref, rows: Ref, start: Ref): string | undefined {
  const source = l.nodeOf(cache);
  if (!isState(source) || l.usesOf(cache) !== 1) return undefined;
  const name = source.attributes.name;
  const update = l.program.updates.find((u) => u.state === name);
  const same = (a: Ref, b: Ref): boolean => a.node === b.node && a.output === b.output;
  return update?.at && same(update.value, rows) && same(update.at.start, start) ? name : undefined;
}

/**
 * Returns the state that an extend_cache node reads, if nothing else reads it and the program writes exactly these rows
 * at this start, along axis 1.
 */
function ownState(l: Lowering, node: NodeOf<"extend_cache">): string | undefined {
  const [cache, rows, start] = node.inputs;
  const name = stateWrittenByRows(l, cache, rows, start);
  return l.program.updates.some((u) => u.state === name && u.at?.axis === 1) ? name : undefined;
}

function pack(l: Lowering, parts: readonly string[]): string {
  return l.graph.node("Pack", parts, { N: { int: parts.length }, T: { type: "i32" }, axis: { int: 0 } });
}
function slice(l: Lowering, x: string, begin: readonly string[], size: readonly string[], type: DType): string {
  const attributes = { T: { type }, Index: { type: "i32" } } as const;
  return l.graph.node("Slice", [x, pack(l, begin), pack(l, size)], attributes);
}

export const cacheLowerings = {
  extend_cache: (l, node) => [
    () => {
      const { graph } = l;
      const [cache, rows, first] = node.inputs;
      const { dtype, shape } = node.types[0];
      const start = l.full(first);
      const length = l.size(l.typeOf(rows).shape[1]!);
      const size = l.size(shape[1]!);
      const [zero, all] = [graph.integer(0), graph.integer(-1)];
      const name = ownState(l, node);
      if (name !== undefined) {
        const handle = l.handles.get(name)!;
        const write = writeCacheSlice(l, handle, l.full(rows), dtype, { axis: 1, start, size: length }, []);
        l.written.set(name, write);
        const places = graph.node("Range", [zero, size, graph.integer(1)], { Tidx: { type: "i32" } });
        const indices = graph.node("BroadcastTo", [places, pack(l, [l.size(shape[0]!), size])], {
          T: { type: "i32" },
          Tidx: { type: "i32" },
        });
        const gathered = graph.node("ResourceGather", [handle, indices, `^${write}`], {
          dtype: { type: dtype },
          Tindices: { type: "i32" },
          batch_dims: { int: 1 },
          validate_indices: { bool: true },
        });
        return { full: gathered };
      }
      const old = l.full(cache);
      const rest = shape.slice(2).map(() => zero);
      const rests = shape.slice(2).map(() => all);
      const end = l.op("AddV2", [start, length], "i32");
      const before = slice(l, old, [zero, zero, ...rest], [all, start, ...rests], dtype);
      const after = slice(l, old, [zero, end, ...rest], [all, l.op("Sub", [size, end], "i32"), ...rests], dtype);
      return {
        full: graph.node("ConcatV2", [before, l.full(rows), after, graph.integer(1)], {
          N: { int: 3 },
          T: { type: dtype },
          Tidx: { type: "i32" },
        }),
      };
    },
  ],
} satisfies Lowerings;
