/**
 * Cost of one run of a program: FLOPs by op and of the matrix products alone, and bytes that all ops together move.
 */
import type { OpCost } from "./op.js";
import type { Program } from "./program.js";
import { elementCount, type Sizes } from "./shape.js";
import { isLeaf } from "./leaves.js";
import { opNamed } from "./table.js";
import { byteSizeOf } from "./values.js";

export interface ProgramCost {
  readonly flops: number;
  /**
   * 2·m·n·k of the matrix products, the basis for utilisation. low_rank_merge is an implementation overhead and is not
   * counted.
   */
  readonly products: number;
  readonly bytes: number;
  readonly byOp: Readonly<Record<string, number>>;
}

/** Returns a program's cost. `sizes` binds the named dimensions (`batch`, `length`). */
export function programCostOf(program: Program, sizes: Sizes): ProgramCost {
  const byOp: Record<string, number> = {};
  let bytes = 0;
  costsOfNodes(program, sizes).forEach((cost, index) => {
    const { op } = program.nodes[index]!;
    if (isLeaf(program.nodes[index]!)) return;
    byOp[op] = (byOp[op] ?? 0) + cost.flops;
    bytes += cost.bytes;
  });
  const sum = (names: readonly string[]): number => names.reduce((n, name) => n + byOp[name]!, 0);
  const names = Object.keys(byOp);
  return { flops: sum(names), products: sum(names.filter((name) => opNamed(name).product)), bytes, byOp };
}

/** Returns the cost per node; unread outputs cost nothing. */
export function costsOfNodes(program: Program, sizes: Sizes): readonly OpCost[] {
  const used = program.nodes.map((node) => node.types.map(() => false));
  const use = (ref: { node: number; output: number }): void => void (used[ref.node]![ref.output] = true);
  program.nodes.forEach((node) => node.inputs.forEach(use));
  Object.values(program.outputs).forEach(use);
  program.updates.forEach((u) => use(u.value));
  return program.nodes.map((node, index) => {
    const types = node.inputs.map((ref) => program.nodes[ref.node]!.types[ref.output]!);
    const size = (t: (typeof types)[number]): number => byteSizeOf(t, sizes);
    if (isLeaf(node)) return { flops: 0, bytes: 0 };
    const op = opNamed(node.op);
    const wanted = used[index]!;
    const flops =
      op.flops?.(types, node.attributes, sizes, wanted) ?? node.types.reduce((n, t) => n + elementCount(t, sizes), 0);
    const moved =
      types.reduce((n, t) => n + size(t), 0) + node.types.reduce((n, t, i) => n + (wanted[i] ? size(t) : 0), 0);
    return { flops, bytes: moved };
  });
}
