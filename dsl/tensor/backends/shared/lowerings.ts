/** How an engine's own ways to compute ops are written down: a table by the ops' names, each entry typed by its op. */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { isLeaf } from "#dsl/tensor/leaves.js";
import { lowerProgram } from "#dsl/tensor/passes/lowering.js";
import type { Node, Program } from "#dsl/tensor/program.js";
import { opOf, type NodeOf, type OpName } from "#dsl/tensor/table.js";

/**
 * `L`: the lowering under way; `M`: what one output of a node comes to. Types of methods, as those of a table's entries, so
 * that an entry may stand where any is asked for: it is looked up by a node's own op (`entryOf`) and so given nodes of that op
 * alone, whose inputs and attributes were checked when they were made.
 */
export type LoweringEntry<L, M> = { entry(l: L, node: Node): readonly M[] }["entry"];
type EntryOf<N extends OpName, L, M> = { entry(l: L, node: NodeOf<N>): readonly M[] }["entry"];
export type LoweringTable<L, M> = { readonly [N in OpName]?: EntryOf<N, L, M> };

/** A program of ops that the engine runs itself. Throws `graph-unknown-op` where it has an op that can't be made of such. */
export function lowerProgramFor<L, M>(table: LoweringTable<L, M>, program: Program): Program {
  const loweredProgram = lowerProgram(program, (op) => Object.hasOwn(table, op));
  for (const node of loweredProgram.nodes) if (!isLeaf(node)) loweringEntryOf(table, node.op);
  return loweredProgram;
}
/** Throws `graph-unknown-op` where the engine has no way to compute it. */
export function loweringEntryOf<L, M>(
  table: Readonly<Record<string, LoweringEntry<L, M> | undefined>>,
  op: string,
): LoweringEntry<L, M> {
  const entry = Object.hasOwn(table, op) ? table[op] : undefined;
  if (!entry) throw new CodedError("graph-unknown-op", { op, ...(opOf({ op }) && { formless: true as const }) });
  return entry;
}
