/**
 * The order in which state is read and written. State is overwritten where it lies, and the runtime knows only of values
 * that flow: so each node that reads state must be an ancestor of the node that writes it. Where it isn't by itself, a
 * gate makes it one: a zero that is computed from what the reader gives and added to a scalar that the writer needs.
 */
import type { Lowering } from "./lowering.js";
import type { OnnxNode } from "./proto.js";

/** Nodes that give their input's memory on, or that the runtime may merge into the product that follows. */
const PASSING: ReadonlySet<string> = new Set(["Reshape", "Identity", "Transpose", "Cast"]);

/** Who makes and who reads each value of a graph, whose nodes come in topological order. */
export class NodeOrder {
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
  /** The nodes that really read a value, behind those that only pass it on, without those that come before `value`. */
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
  /** Whether a node reads the value without another node between. */
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

/** What the graphs inside a node (the body of a Scan) take from the graph around it. */
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

/** An f32 scalar that is known only once all the values are. Comparing a number with itself: not even NaN gets through. */
export function gatedScalar(l: Lowering, scalar: string, values: readonly string[]): string {
  return values.reduce((sum, value) => {
    const first = l.op("Gather", [l.op("Reshape", [value, l.graph.longs([-1])]), l.graph.long(0)]);
    return l.op("Add", [sum, l.cast(l.op("Less", [first, first]), "f32")]);
  }, scalar);
}
