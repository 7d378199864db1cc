/**
 * Shared by rewriting passes: a sweep copies a program node by node, and a function may replace each node by other
 * values; sweeps repeat until nothing changes. So a pass is idempotent by construction if each of its rules makes
 * progress.
 */
import type { Attributes, NDArray, Node, Program, Ref, Type } from "../program.js";
import { isConstant, isLeaf } from "../leaves.js";
import { opNamed } from "../table.js";
import { removeDeadNodes } from "./dead-code.js";

/**
 * Rewrites a node whose inputs are final: returns values in place of its outputs, or undefined to leave it unchanged.
 */
export type RewriteNode = (node: Node, edit: ProgramEdit) => readonly Ref[] | undefined;

/** The new program under construction. */
export class ProgramEdit {
  readonly nodes: Node[] = [];
  private origin: Node | undefined;
  private readonly counts: number[] = [];

  constructor(private readonly readersBefore: readonly number[]) {}

  nodeOf(ref: Ref): Node {
    return this.nodes[ref.node]!;
  }
  typeOf(ref: Ref): Type {
    return this.nodeOf(ref).types[ref.output]!;
  }
  /**
   * Number of inputs, outputs and updates that read the node before the sweep; a node made in this sweep has one
   * reader.
   */
  readers(ref: Ref): number {
    return this.counts[ref.node]!;
  }
  /** Appends a node in place of the node being rewritten: it takes over its `after` and, by default, its path. */
  add(op: string, inputs: readonly Ref[], attributes: Attributes = {}, path?: string): Ref {
    const types = opNamed(op).type(
      inputs.map((ref) => this.typeOf(ref)),
      attributes,
    );
    return this.push({ ...this.inherited(), ...(path !== undefined && { path }), op, inputs, attributes, types }, 1);
  }
  constant(value: NDArray): Ref {
    const types = [{ dtype: value.dtype, shape: value.shape }];
    return this.push({ ...this.inherited(), op: "constant", inputs: [], attributes: { value }, types }, 1);
  }
  /** Copies a node of the old program. */
  keep(node: Node, index: number): Ref {
    return this.push(node, this.readersBefore[index]!);
  }
  /** Applies `f` to a node of the new program; nodes that it makes belong to that node. */
  replaced(node: Node, f: RewriteNode): readonly Ref[] | undefined {
    this.origin = node;
    return f(node, this);
  }
  private inherited(): Pick<Node, "path" | "after"> {
    const { path, after } = this.origin!;
    return { ...(path !== undefined && { path }), ...(after && { after }) };
  }
  private push(node: Node, readers: number): Ref {
    this.counts.push(readers);
    return { node: this.nodes.push(node) - 1, output: 0 };
  }
}

/** Sweeps until nothing changes; dead nodes are removed after each sweep. */
export function rewriteProgram(program: Program, start: () => RewriteNode): Program {
  for (;;) {
    const next = sweep(program, start());
    if (!next) return program;
    program = removeDeadNodes(next);
  }
}

/** One sweep; undefined if nothing was replaced. */
function sweep(program: Program, f: RewriteNode): Program | undefined {
  const edit = new ProgramEdit(readersOf(program));
  // Undefined until something is replaced or added, as most sweeps change nothing.
  let moved: (readonly Ref[])[] | undefined;
  let changed = false;
  program.nodes.forEach((old, index) => {
    const node = moved ? movedNode(old, moved) : old;
    const replaced = isLeaf(old) && !isConstant(old) ? undefined : edit.replaced(node, f);
    if (replaced) changed = true;
    const keptRef = replaced ? undefined : edit.keep(node, index);
    if (keptRef?.node !== index)
      moved ??= program.nodes.slice(0, index).map((before, position) => outputsOf(before, position));
    moved?.push(replaced ?? outputsOf(old, keptRef!.node));
  });
  if (!changed || !moved) return undefined;
  const places = moved;
  const move = (ref: Ref): Ref => places[ref.node]![ref.output]!;
  return {
    ...program,
    nodes: edit.nodes,
    inputs: mapRecordValues(program.inputs, (i) => ({ ...i, ref: move(i.ref) })),
    outputs: mapRecordValues(program.outputs, move),
    updates: program.updates.map((u) => ({
      ...u,
      value: move(u.value),
      ...(u.at && { at: { ...u.at, start: move(u.at.start) } }),
    })),
  };
}

const outputsOf = ({ types }: Node, node: number): readonly Ref[] => types.map((_, output) => ({ node, output }));

/** Returns the node with its inputs at their new indices. */
function movedNode(old: Node, moved: readonly (readonly Ref[])[]): Node {
  const after = old.after?.flatMap((n) => moved[n]!.map((ref) => ref.node));
  const inputs = old.inputs.map((ref) => moved[ref.node]![ref.output]!);
  return { ...old, inputs, ...(after && { after: [...new Set(after)] }) };
}

/** Number of inputs, outputs and updates that read each node. */
function readersOf(program: Program): readonly number[] {
  const counts = program.nodes.map(() => 0);
  const count = (ref: Ref): void => void (counts[ref.node] = counts[ref.node]! + 1);
  program.nodes.forEach((node) => node.inputs.forEach(count));
  Object.values(program.outputs).forEach(count);
  program.updates.forEach((u) => [u.value, ...(u.at ? [u.at.start] : [])].forEach(count));
  return counts;
}

export function mapRecordValues<A, B>(record: Readonly<Record<string, A>>, f: (a: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, a]) => [name, f(a)]));
}
