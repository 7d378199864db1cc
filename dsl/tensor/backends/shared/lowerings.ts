/** Tables of an engine's own lowerings, by op name, with each entry typed by its op. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isLeaf } from "#dsl/tensor/leaves.js";
import { decomposeUnsupportedOps } from "#dsl/tensor/passes/lowering.js";
import type { Node, Program } from "#dsl/tensor/program.js";
import { opOf, type NodeOf, type OpName } from "#dsl/tensor/table.js";

/**
 * `L`: the lowering in progress; `M`: the result for one output of a node. Entries have method types, so that an entry
 * is assignable where one for any op is expected. This is safe because an entry is looked up by a node's own op
 * (`entryOf`), and thus receives only nodes of that op, whose inputs and attributes were checked when they were made.
 */
export type LoweringEntry<L, M> = { entry(l: L, node: Node): readonly M[] }["entry"];
type EntryOf<N extends OpName, L, M> = { entry(l: L, node: NodeOf<N>): readonly M[] }["entry"];
export type LoweringTable<L, M> = { readonly [N in OpName]?: EntryOf<N, L, M> };

/** Rewrites a program into ops that the engine supports. Throws `graph-unknown-op` if an op cannot be rewritten. */
export function rewriteToSupportedOps<L, M>(table: LoweringTable<L, M>, program: Program): Program {
  const loweredProgram = decomposeUnsupportedOps(program, (op) => Object.hasOwn(table, op));
  for (const node of loweredProgram.nodes) if (!isLeaf(node)) loweringEntryOf(table, node.op);
  return loweredProgram;
}
/** Throws `graph-unknown-op` if the engine has no lowering for it. */
export function loweringEntryOf<L, M>(
  table: Readonly<Record<string, LoweringEntry<L, M> | undefined>>,
  op: string,
): LoweringEntry<L, M> {
  const entry = Object.hasOwn(table, op) ? table[op] : undefined;
  if (!entry) throw new CodedError("graph-unknown-op", { op, ...(opOf({ op }) && { formless: true as const }) });
  return entry;
}
