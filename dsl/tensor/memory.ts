/**
 * Estimates the memory of one run of a program: its state, and the peak of everything else, found by walking the nodes
 * as the TensorFlow engine runs them. Counted are outputs until their last reader, except views and outputs that reuse
 * the memory of a dead input, and the workspace of a running op. Optimizer steps run as soon as their gradient exists
 * and the weight has been read for the last time.
 */
import type { Node, Program, Ref } from "./program.js";
import type { Sizes } from "./shape.js";
import { isInput, isLeaf, isState } from "./leaves.js";
import { opOf } from "./table.js";
import { byteSizeOf } from "./values.js";

export interface ProgramMemory {
  /** Bytes of the state, which persists between runs. */
  readonly state: number;
  /** Peak bytes during a run, without the state. */
  readonly working: number;
  /** Node at the peak: its path, or its op. */
  readonly peakPath: string;
}

/** Returns a program's memory. `sizes` binds the named dimensions (`batch`, `length`, `targets`). */
export function programMemoryOf(program: Program, sizes: Sizes): ProgramMemory {
  const walk = new Walk(program, sizes);
  const state = Object.values(program.state).reduce(
    (sum, { type }) => sum + (type.shape.every((d) => typeof d === "number" || d in sizes) ? walk.bytes(type) : 0),
    0,
  );
  return { state, ...walk.run() };
}

class Walk {
  private readonly order: readonly number[];
  /** Remaining reads of each value; its memory belongs to `owner`. */
  private readonly reads = new Map<string, number>();
  private readonly owners = new Map<string, string>();
  private readonly sizesOf = new Map<string, number>();
  private live = 0;
  private most = { working: 0, peakPath: "" };

  constructor(
    private readonly program: Program,
    private readonly sizes: Sizes,
  ) {
    this.order = schedule(program);
  }
  bytes(type: Node["types"][number]): number {
    return byteSizeOf(type, this.sizes);
  }

  run(): { readonly working: number; readonly peakPath: string } {
    const { program } = this;
    for (const index of this.order) this.visit(program.nodes[index]!, index, false);
    const resultRefs = [...Object.values(program.outputs), ...program.updates.map((u) => u.value)];
    for (const ref of resultRefs) this.count(ref);
    for (const index of this.order) this.visit(program.nodes[index]!, index, true);
    return this.most;
  }

  /** Runs twice: first to count the reads of each value's memory, then (`follow`) to track them. */
  private visit(node: Node, index: number, follow: boolean): void {
    if (isInput(node) && follow) this.hold(keyOf({ node: index, output: 0 }), this.bytes(node.types[0]!));
    if (isLeaf(node)) return;
    if (!follow) {
      const [from] = node.inputs;
      if (from && this.isView(node)) this.owners.set(keyOf({ node: index, output: 0 }), this.owner(from));
      this.readBy(node).forEach((ref) => this.count(ref));
      return;
    }
    if (!this.isView(node)) this.make(node, index);
    this.readBy(node).forEach((ref) => this.release(ref));
  }
  private readBy(node: Node): readonly Ref[] {
    const unread = opOf(node)?.unread?.(node.attributes) ?? [];
    return unread.length ? node.inputs.filter((_, i) => !unread.includes(i)) : node.inputs;
  }
  private make(node: Node, index: number): void {
    // Optimizer steps write to the state itself.
    const outputs = isStep(this.program, index)
      ? []
      : node.types.flatMap((type, output) => {
          const key = keyOf({ node: index, output });
          return (this.reads.get(key) ?? 0) > 0 ? [{ key, size: this.bytes(type) }] : [];
        });
    let needed = 0;
    for (const { key, size } of outputs) {
      const taken = this.takenOver(node, size);
      if (taken === undefined) needed += size;
      else {
        this.sizesOf.delete(taken);
        this.live -= size;
      }
      this.hold(key, size, taken === undefined ? 0 : size);
    }
    this.note(node, this.live + needed + this.workspace(node));
    this.live += needed;
  }
  /** Returns the input whose memory the output may reuse. */
  private takenOver(node: Node, size: number): string | undefined {
    if (opOf(node)?.memory !== "over") return undefined;
    const free = (ref: Ref): boolean => {
      const owner = this.owner(ref);
      return this.sizesOf.get(owner) === size && this.reads.get(owner) === 1;
    };
    const from = node.inputs.find(free);
    return from && this.owner(from);
  }
  private workspace(node: Node): number {
    const types = node.inputs.map((ref) => this.program.nodes[ref.node]!.types[ref.output]!);
    return opOf(node)?.workspace?.(types, node.attributes, this.sizes) ?? 0;
  }

  private hold(key: string, size: number, already = size): void {
    this.sizesOf.set(key, size);
    this.live += already;
  }
  private count(ref: Ref): void {
    const owner = this.owner(ref);
    this.reads.set(owner, (this.reads.get(owner) ?? 0) + 1);
    const refKey = keyOf(ref);
    if (refKey !== owner) this.reads.set(refKey, (this.reads.get(refKey) ?? 0) + 1);
  }
  private release(ref: Ref): void {
    const owner = this.owner(ref);
    const left = (this.reads.get(owner) ?? 0) - 1;
    this.reads.set(owner, left);
    if (left > 0) return;
    this.live -= this.sizesOf.get(owner) ?? 0;
    this.sizesOf.delete(owner);
  }
  private note(node: Node, working: number): void {
    if (working > this.most.working) this.most = { working, peakPath: node.path ?? node.op };
  }
  private owner(ref: Ref): string {
    return this.owners.get(keyOf(ref)) ?? keyOf(ref);
  }
  /** A transposed weight is a view: the product reads it transposed. */
  private isView(node: Node): boolean {
    const memory = opOf(node)?.memory;
    if (memory !== "turned") return memory === "view";
    const [from] = node.inputs;
    const source = from && this.program.nodes[from.node]!;
    return source !== undefined && (isState(source) || opOf(source)?.makesWeight === true);
  }
}

/** Reports whether a node's outputs are the new values of states that it reads, which it then writes in place. */
function isStep(program: Program, index: number): boolean {
  const node = program.nodes[index]!;
  return (
    node.inputs.some((ref) => isState(program.nodes[ref.node]!)) &&
    node.types.length > 0 &&
    node.types.every((_, output) => program.updates.some((u) => u.value.node === index && u.value.output === output))
  );
}

/** Returns the nodes in order, but each optimizer step as early as possible. */
function schedule(program: Program): readonly number[] {
  const { nodes } = program;
  const steps = nodes.map((_, index) => isStep(program, index));
  const lastReader = new Map<number, number>();
  nodes.forEach((node, index) => {
    if (!steps[index]) for (const { node: from } of node.inputs) if (isState(nodes[from]!)) lastReader.set(from, index);
  });
  const priority = nodes.map((node, index) =>
    steps[index]
      ? Math.max(...node.inputs.flatMap(({ node: from }) => [from, lastReader.get(from) ?? 0])) + 0.5
      : index,
  );
  return nodes.map((_, index) => index).sort((a, b) => priority[a]! - priority[b]!);
}
function keyOf({ node, output }: Ref): string {
  return `${node}:${output}`;
}
