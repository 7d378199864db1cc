/**
 * Orders the reads and writes of state. State is overwritten in place, and the runtime only orders nodes by data flow:
 * each node that reads state must be an ancestor of the node that writes it. Where it is not, a gate makes it one: a
 * zero computed from the reader's output is added to a scalar that the writer needs.
 */
import type { Lowering } from "./lowering.js";
import type { OnnxNode } from "./proto.js";

/** Nodes that pass on their input's memory, or that the runtime may fuse into the product that follows. */
const PASSING: ReadonlySet<string> = new Set(["Reshape", "Identity", "Transpose", "Cast"]);

/** Producers and consumers of each value of a graph whose nodes are in topological order. */
export class ProducersAndConsumers {
  private readonly makers = new Map<string, number>();
  private readonly readers = new Map<string, number[]>();
  private readonly inputs: readonly (readonly string[])[];

  constructor(private readonly nodes: readonly OnnxNode[]) {
    this.inputs = nodes.map((node) => [...node.inputs, ...captured(node)]);
    nodes.forEach((node, index) => {
      for (const output of node.outputs) this.makers.set(output, index);
      for (const input of this.inputs[index]!) {
        const list = this.readers.get(input);
        if (list) list.push(index);
        else this.readers.set(input, [index]);
      }
    });
  }
  makerOf(value: string): OnnxNode | undefined {
    return this.nodes[this.makers.get(value) ?? -1];
  }
  /** Returns the nodes that read `state`, behind nodes that only pass it on, and that are not ancestors of `value`. */
  unordered(state: string, value: string): readonly OnnxNode[] {
    const readers = this.endReaders(state);
    const first = Math.min(...readers);
    const before = new Set<number>();
    const open = [this.makers.get(value) ?? -1];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (index < first || before.has(index)) continue;
      before.add(index);
      for (const input of this.inputs[index]!) open.push(this.makers.get(input) ?? -1);
    }
    return readers.filter((reader) => !before.has(reader)).map((reader) => this.nodes[reader]!);
  }
  /** Whether a node reads the value directly or through nodes that only pass it on. */
  readsItself(node: OnnxNode, state: string): boolean {
    return this.endReaders(state).some((index) => this.nodes[index] === node);
  }
  private endReaders(value: string): readonly number[] {
    return (this.readers.get(value) ?? []).flatMap((index) => {
      const { op, outputs } = this.nodes[index]!;
      if (op === "Shape") return [];
      return PASSING.has(op) && this.readers.has(outputs[0]!) ? this.endReaders(outputs[0]!) : [index];
    });
  }
}

/** Returns the values that a node's subgraphs (the body of a Scan) capture from the outer graph. */
function captured(node: OnnxNode): readonly string[] {
  return Object.values(node.attributes).flatMap((value) => {
    if (!("graph" in value)) return [];
    const { nodes, constants, inputs } = value.graph;
    const ownNames = new Set(
      [...inputs, ...constants].map((named) => named.name).concat(nodes.flatMap((n) => n.outputs)),
    );
    return [...new Set(nodes.flatMap((n) => [...n.inputs, ...captured(n)]))].filter(
      (name) => name && !ownNames.has(name),
    );
  });
}

/**
 * Returns an f32 scalar that depends on all the values. It compares a number with itself, so that not even NaN changes
 * it.
 */
export function scalarDependingOn(l: Lowering, scalar: string, values: readonly string[]): string {
  return values.reduce((sum, value) => {
    const first = l.op("Gather", [l.op("Reshape", [value, l.graph.longs([-1])]), l.graph.long(0)]);
    return l.op("Add", [sum, l.cast(l.op("Less", [first, first]), "f32")]);
  }, scalar);
}
