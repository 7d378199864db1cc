/**
 * Recomputation of activations (Chen et al., 2016, arXiv 1604.06174). With `recompute: "blocks"` the backward pass
 * stores only the input of each block of a model. It recomputes the rest of the block when needed, at the cost of about
 * one more forward pass. The copies wait (`after`) for the block's incoming gradient: an engine that computed them at
 * once would store them as long as the originals. Values are bit-identical, dropout included, as its random numbers are
 * counter-based.
 */
import type { Node, Program, Ref } from "../program.js";
import { isLeaf } from "../leaves.js";
import type { Pass } from "./pass.js";

export const recompute: Pass = {
  name: "recompute",
  doc: "Computes the activations of a block again in the backward pass, instead of keeping them, where the recipe asks for it.",
  tolerance: 0,
  run: (program, settings) =>
    settings.recompute === "blocks" && program.outputs["loss"]
      ? new Rewriting(program, program.outputs["loss"]).done()
      : program,
};

/** Returns the block of a layer, `encoder.layer.3` for `encoder.layer.3.output.dense`: the path up to its number. */
export function layerBlockOf(path: string | undefined): string | undefined {
  return path && /^(?:[^.]*\.)*?\d+(?=\.|$)/.exec(path)?.[0];
}

class Rewriting {
  private readonly forward: ReadonlySet<number>;
  private readonly blocks: readonly (string | undefined)[];
  private readonly keptNodes: ReadonlySet<number>;
  private readonly nodes: Node[] = [];
  /** New index of each node. */
  private readonly moved: number[] = [];
  private readonly copies = new Map<number, number>();
  /** Nodes that bring each block its gradient. */
  private readonly triggers = new Map<string, readonly number[]>();
  /**
   * Nodes of the backward pass that depend on values of a block; others (rope angles, merged weights) are available at
   * once.
   */
  private readonly late = new Set<number>();

  constructor(
    private readonly program: Program,
    loss: Ref,
  ) {
    this.forward = ancestors(program, loss);
    this.blocks = blocksOf(program, this.forward);
    this.keptNodes = keptBy(program, this.forward, this.blocks);
    program.nodes.forEach((node, index) => {
      this.moved[index] = this.forward.has(index)
        ? this.push(node, node.inputs.map(this.original))
        : this.backward(node, index);
    });
  }
  done(): Program {
    const { program, nodes, original } = this;
    const map = <T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> =>
      Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));
    return {
      nodes,
      inputs: map(program.inputs, ({ type, ref }) => ({ type, ref: original(ref) })),
      outputs: map(program.outputs, original),
      state: program.state,
      updates: program.updates.map((u) => ({
        ...u,
        value: original(u.value),
        ...(u.at && { at: { ...u.at, start: original(u.at.start) } }),
      })),
    };
  }

  private readonly original = (ref: Ref): Ref => ({ node: this.moved[ref.node]!, output: ref.output });

  private backward(node: Node, index: number): number {
    const here = layerBlockOf(node.path);
    const back = node.inputs.filter((ref) => this.late.has(ref.node));
    if (back.length > 0 || node.inputs.some((ref) => this.forward.has(ref.node) && this.blocks[ref.node]))
      this.late.add(index);
    if (here && back.length > 0 && !this.triggers.has(here))
      this.triggers.set(here, [...new Set(back.map((ref) => this.moved[ref.node]!))]);
    const inputs = node.inputs.map((ref) => {
      const block = this.forward.has(ref.node) ? this.blocks[ref.node] : undefined;
      return block && this.triggers.has(block) ? this.again(ref, block) : this.original(ref);
    });
    // Readers of stored values, or of weights alone, wait too: otherwise an engine that shares work inside ops would
    // store what it derived from them in the forward pass.
    const reads = (ref: Ref, i: number): boolean =>
      this.forward.has(ref.node) && !this.isLeaf(ref) && inputs[i]!.node === this.moved[ref.node];
    const waits = node.inputs.some(reads) || node.inputs.every((ref) => this.isLeaf(ref));
    return this.push(node, inputs, here && waits ? this.triggers.get(here) : undefined);
  }
  /** Returns a block's value for the backward pass: recomputed, unless it is stored. */
  private again(ref: Ref, block: string): Ref {
    if (this.blocks[ref.node] !== block || this.keptNodes.has(ref.node)) return this.original(ref);
    let copy = this.copies.get(ref.node);
    if (copy === undefined) {
      const node = this.program.nodes[ref.node]!;
      const inputs = node.inputs.map((input) => this.again(input, block));
      const follows = node.inputs.some((input) => this.blocks[input.node] === block && this.copies.has(input.node));
      copy = this.push(node, inputs, follows ? undefined : this.triggers.get(block));
      this.copies.set(ref.node, copy);
    }
    return { node: copy, output: ref.output };
  }

  private push({ after, ...node }: Node, inputs: readonly Ref[], triggers: readonly number[] = []): number {
    const waits = new Set([...(after ?? []).map((n) => this.moved[n]!), ...triggers]);
    return this.nodes.push({ ...node, inputs, ...(waits.size > 0 && { after: [...waits] }) }) - 1;
  }
  private isLeaf(ref: Ref): boolean {
    return isLeaf(this.program.nodes[ref.node]!);
  }
}

/** Returns the nodes that `ref` is computed from, itself included. */
function ancestors(program: Program, ref: Ref): ReadonlySet<number> {
  const found = new Set([ref.node]);
  for (let index = ref.node; index >= 0; index--)
    if (found.has(index)) for (const input of program.nodes[index]!.inputs) found.add(input.node);
  return found;
}

/** Returns the block of each forward node; a node without a path (a residual sum) is in that of its latest input. */
function blocksOf(program: Program, forward: ReadonlySet<number>): readonly (string | undefined)[] {
  const blocks: (string | undefined)[] = [];
  program.nodes.forEach((node, index) => {
    if (!forward.has(index) || isLeaf(node)) return;
    const latest = Math.max(-1, ...node.inputs.filter((ref) => blocks[ref.node]).map((ref) => ref.node));
    blocks[index] = node.path ? layerBlockOf(node.path) : blocks[latest];
  });
  return blocks;
}

/** Nodes of a block that the rest of the forward pass, the outputs or the updates read: they are in memory anyway. */
function keptBy(
  program: Program,
  forward: ReadonlySet<number>,
  blocks: readonly (string | undefined)[],
): ReadonlySet<number> {
  const keptNodes = new Set([
    ...Object.values(program.outputs).map((ref) => ref.node),
    ...program.updates.map((u) => u.value.node),
  ]);
  program.nodes.forEach((node, index) => {
    if (forward.has(index))
      for (const ref of node.inputs) if (blocks[ref.node] !== blocks[index]) keptNodes.add(ref.node);
  });
  return keptNodes;
}
