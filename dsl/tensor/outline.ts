/**
 * Outline of a program by layers: nodes are grouped by path into a tree, and equal blocks are folded into one. Each
 * layer has its ops, parameters, FLOPs forward and backward, and the bytes saved for the backward pass. `show ….graph`
 * draws it.
 */
import { costsOfNodes } from "./cost.js";
import type { Node, Program, Type } from "./program.js";
import type { Sizes } from "./shape.js";
import { isConstant, isInput, isLeaf, isState, type StateNode } from "./leaves.js";
import { opOf } from "./table.js";
import { byteSizeOf } from "./values.js";

export interface OutlineLayer {
  /** Name relative to the parent layer: `attention.self.query`. */
  readonly name: string;
  /** Full path; that of the first layer if several are folded. */
  readonly path: string;
  /** Number of consecutive equal layers folded into this one; all figures are totals over them. */
  readonly count: number;
  /** Ops of the layer's own forward pass in order, without those of inner layers. */
  readonly ops: readonly string[];
  /** Type of the layer's last value. */
  readonly output: Type | null;
  readonly parameters: number;
  readonly trainable: number;
  /** FLOPs of the layer with its inner layers. */
  readonly forward: number;
  readonly backward: number;
  /** Bytes of forward values that the backward pass reads. */
  readonly keptBytes: number;
  readonly within: readonly OutlineLayer[];
}
export interface ProgramOutline {
  readonly layers: readonly OutlineLayer[];
  readonly inputs: readonly { readonly name: string; readonly type: Type }[];
  readonly parameters: number;
  readonly trainable: number;
  readonly forward: number;
  readonly backward: number;
  readonly keptBytes: number;
  readonly nodes: number;
}

/** Returns the outline of a program. `sizes` binds the named dimensions. */
export function outlineOf(program: Program, sizes: Sizes): ProgramOutline {
  const places = placesOf(program);
  const costs = costsOfNodes(program, sizes);
  const root = new Branch("", "");
  const read = readByBackward(program, places);
  program.nodes.forEach((node, index) => {
    const { path, backward } = places[index]!;
    if (isInput(node) || isConstant(node)) return;
    const branch = root.branchAt(path);
    if (isState(node)) branch.parameter(program, node);
    else {
      branch.add(node, backward, costs[index]!.flops);
      if (!backward) branch.keptBytes += keptBytes(node, index, read, sizes);
    }
  });
  const layers = [...root.layer(0).within].sort((a, b) => rank(a.name) - rank(b.name));
  const total = (f: (layer: OutlineLayer) => number): number => layers.reduce((n, l) => n + f(l), 0);
  return {
    layers,
    inputs: Object.entries(program.inputs).map(([name, { type }]) => ({ name, type })),
    parameters: total((l) => l.parameters),
    trainable: total((l) => l.trainable),
    forward: total((l) => l.forward),
    backward: total((l) => l.backward),
    keptBytes: total((l) => l.keptBytes),
    nodes: program.nodes.length,
  };
}

/** Order: inputs, the model in its own order, the loss, the optimizer update. */
function rank(name: string): number {
  return name === "inputs" ? -1 : name === "loss" ? 1 : name === "optimizer" ? 2 : 0;
}

interface Place {
  readonly path: string;
  readonly backward: boolean;
}
/**
 * Assigns each node to a layer. A node without a path (a residual sum, an activation) belongs to its input's block.
 * Optimizer states, and nodes that read the optimizer ops' results, belong to the optimizer.
 */
function placesOf(program: Program): readonly Place[] {
  const forward = forwardOf(program);
  const optimizerStates = new Set(program.updates.map((u) => u.state).filter((name) => !program.state[name]?.trains));
  const places: Place[] = [];
  program.nodes.forEach((node, index) => {
    const read = node.inputs.flatMap((ref) => (isLeaf(program.nodes[ref.node]!) ? [] : [places[ref.node]!]));
    places.push({ path: pathOf(node, read, optimizerStates), backward: !forward.has(index) && !isLeaf(node) });
  });
  return places;
}

function pathOf(node: Node, read: readonly Place[], optimizerStates: ReadonlySet<string>): string {
  if (isState(node) && optimizerStates.has(node.attributes.name)) return "optimizer";
  const part = opOf(node)?.part;
  if (part) return part;
  const ownPath = (node.path ?? "").split(".gradient")[0]!;
  if (ownPath) return ownPath;
  if (read.some((p) => p.path === "optimizer")) return "optimizer";
  const from = read.findLast((p) => p.path !== "inputs");
  return from ? around(from.path) : "inputs";
}

/**
 * Returns the numbered block of a layer, `encoder.layer.3` for `encoder.layer.3.output.dense`, or otherwise its parent.
 */
function around(path: string): string {
  return /^(.*?\.)?\d+(?=\.|$)/.exec(path)?.[0] ?? (path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : path);
}

/** Nodes that lead to the outputs; the gradient norm belongs to the update. */
function forwardOf(program: Program): ReadonlySet<number> {
  const given = Object.entries(program.outputs).filter(([name]) => name !== "norm");
  const found = new Set(given.map(([, ref]) => ref.node));
  for (let index = program.nodes.length - 1; index >= 0; index--)
    if (found.has(index)) for (const ref of program.nodes[index]!.inputs) found.add(ref.node);
  return found;
}

function readByBackward(program: Program, places: readonly Place[]): ReadonlySet<string> {
  return new Set(
    program.nodes.flatMap((node, index) =>
      places[index]!.backward
        ? node.inputs.filter((ref) => !places[ref.node]!.backward).map((ref) => `${ref.node}:${ref.output}`)
        : [],
    ),
  );
}
function keptBytes(node: Node, index: number, read: ReadonlySet<string>, sizes: Sizes): number {
  if (opOf(node)?.memory === "view") return 0;
  return node.types.reduce(
    (sum, type, output) => sum + (read.has(`${index}:${output}`) ? byteSizeOf(type, sizes) : 0),
    0,
  );
}

class Branch {
  private readonly branches = new Map<string, Branch>();
  private readonly ops: string[] = [];
  private output: Type | null = null;
  private parameters = 0;
  private trainable = 0;
  private forward = 0;
  private backward = 0;
  keptBytes = 0;

  constructor(
    private readonly name: string,
    private readonly path: string,
  ) {}

  branchAt(path: string): Branch {
    if (path === "") return this;
    const [first = "", ...rest] = path.split(".");
    const known = this.branches.get(first) ?? new Branch(first, this.path ? `${this.path}.${first}` : first);
    this.branches.set(first, known);
    return known.branchAt(rest.join("."));
  }
  parameter({ state }: Program, node: StateNode): void {
    if (this.path === "optimizer") return;
    const n = node.types[0]!.shape.reduce<number>((p, d) => (typeof d === "number" ? p * d : p), 1);
    this.parameters += n;
    if (state[node.attributes.name]?.trains) this.trainable += n;
  }
  add(node: Node, backward: boolean, flops: number): void {
    if (backward) this.backward += flops;
    else {
      this.forward += flops;
      this.ops.push(this.opText(node));
      this.output = node.types[0]!;
    }
    if (this.path === "optimizer" && !this.ops.includes(node.op)) this.ops.push(node.op);
  }
  private opText({ op, attributes }: Node): string {
    const activation = attributes["activation"];
    return typeof activation === "string" ? `${op} + ${activation}` : op;
  }

  /** Returns the layer; a branch with nothing but a single child is joined with it. */
  layer(depth: number): OutlineLayer {
    const within = folded([...this.branches.values()].map((b) => b.layer(depth + 1)));
    const [only] = within;
    const bare = this.ops.length === 0 && this.parameters === 0 && this.backward === 0;
    if (depth > 0 && bare && only && within.length === 1 && only.count === 1 && !/^\d/.test(only.name))
      return { ...only, name: `${this.name}.${only.name}` };
    const sum = (f: (layer: OutlineLayer) => number): number => within.reduce((n, l) => n + f(l), 0);
    return {
      name: this.name,
      path: this.path,
      count: 1,
      ops: this.ops,
      output: this.output ?? within.at(-1)?.output ?? null,
      parameters: this.parameters + sum((l) => l.parameters),
      trainable: this.trainable + sum((l) => l.trainable),
      forward: this.forward + sum((l) => l.forward),
      backward: this.backward + sum((l) => l.backward),
      keptBytes: this.keptBytes + sum((l) => l.keptBytes),
      within,
    };
  }
}

/** Folds consecutive numbered layers with equal computation into one. */
function folded(layers: readonly OutlineLayer[]): readonly OutlineLayer[] {
  const out: OutlineLayer[] = [];
  for (const layer of layers) {
    const last = out.at(-1);
    const alike = last && /^\d/.test(layer.name) && /^\d/.test(last.name) && shapeOf(last) === shapeOf(layer);
    if (alike) out[out.length - 1] = together(last, layer);
    else out.push(layer);
  }
  return out;
}
function together(a: OutlineLayer, b: OutlineLayer): OutlineLayer {
  return {
    ...a,
    count: a.count + b.count,
    parameters: a.parameters + b.parameters,
    trainable: a.trainable + b.trainable,
    forward: a.forward + b.forward,
    backward: a.backward + b.backward,
    keptBytes: a.keptBytes + b.keptBytes,
    within: a.within.map((layer, i) => ({ ...together(layer, b.within[i]!), count: layer.count })),
  };
}
/**
 * Key of what equal layers share: forward ops, types and sizes, and whether they train. Backward is left out, as it is
 * shorter for the lowest trained block.
 */
function shapeOf(layer: OutlineLayer): string {
  const plain = (l: OutlineLayer, top: boolean): unknown => [
    ...[top ? "" : l.name, l.ops, l.output, l.parameters > 0, l.trainable > 0],
    l.within.map((w) => plain(w, false)),
  ];
  return JSON.stringify(plain(layer, true));
}
