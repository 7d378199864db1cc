/**
 * Storage of frozen weights in fewer bits. With `storage`, each untrained weight that is read as a matrix becomes state
 * of another dtype. Each product that reads it dequantizes it for itself, after its other input exists (`after`), so
 * that the f32 copy lives only as long as the product; forward and backward each make their own, layer by layer. Nodes
 * between a weight and its product that depend on no input (a transpose, LoRA's merge, a cast) move with it. Tables
 * whose rows are looked up become bf16, and only those rows are converted to f32. A table that is also a head stays
 * f32: its copy would coincide with all activations, so that nothing would be saved.
 */
import type { Attributes, Node, Program, Ref, TensorState, StorageForm, StoredPart } from "../program.js";
import { appendDequantize, storedPartState, initialFromDequantizedState, type WeightStorage } from "../storage.js";
import { isInput, isLeaf, isState, type StateNode } from "../leaves.js";
import { isNodeOf } from "../op.js";
import { opNamed, opOf, opTable } from "../table.js";
import { elementCountOfShape } from "../values.js";
import type { Pass } from "./pass.js";
import { mapRecordValues } from "./rewrite.js";

export const frozenWeightStorage: Pass = {
  name: "storage",
  doc: "Stores frozen weights as bf16, int8 or nf4 where the model asks for it; each product makes its weight f32 again.",
  tolerance: 0,
  run: (program, settings) => {
    const stored = storageFormsByState(program, settings.storage);
    return stored.size ? new Rewriting(program, stored).done() : program;
  },
};

/** Storing smaller weights in fewer bits costs more than it saves. */
const least = 256;

/** Returns the states to store in fewer bits, and their form. */
export function storageFormsByState(
  program: Program,
  wanted: WeightStorage | undefined,
): ReadonlyMap<string, StorageForm> {
  const found = new Map<string, StorageForm>();
  if (!wanted || wanted.weights === "f32") return found;
  const written = new Set(program.updates.map((u) => u.state));
  const whole = readWhole(program);
  for (const [name, state] of Object.entries(program.state)) {
    const { dtype, shape } = state.type;
    if (state.trains || written.has(name) || dtype !== "f32" || shape.length !== 2) continue;
    if (shape.some((d) => typeof d === "string") || elementCountOfShape(shape as readonly number[]) < least) continue;
    if (state.outputs !== undefined || !whole.has(name)) found.set(name, storedAs(wanted, state));
  }
  return found;
}
/** States with readers that take more than rows. */
function readWhole({ nodes }: Program): ReadonlySet<string> {
  return new Set(
    nodes.flatMap((node) => {
      const takesRows = opOf(node)?.takesRows === true;
      return node.inputs.flatMap((ref, i) => {
        const from = nodes[ref.node]!;
        return !isState(from) || (i === 0 && takesRows) ? [] : [from.attributes.name];
      });
    }),
  );
}

function storedAs({ weights, double = true }: WeightStorage, { outputs }: TensorState): StorageForm {
  if (outputs === undefined || weights === "bf16") return { as: "bf16" };
  return weights === "int8" ? { as: "int8", axis: outputs } : { as: "nf4", double };
}

class Rewriting {
  private readonly nodes: Node[] = [];
  private readonly state: Record<string, TensorState> = {};
  /** New index of each node; nodes that depend only on stored weights move to their readers. */
  private readonly moved = new Map<number, number>();
  /** Nodes that depend on no input, and among them those that depend on a stored weight. */
  private readonly fixed = new Set<number>();
  private readonly heavy = new Set<number>();
  private readonly copies = new Map<string, Ref>();

  constructor(
    private readonly program: Program,
    private readonly stored: ReadonlyMap<string, StorageForm>,
  ) {
    for (const [name, state] of Object.entries(program.state))
      if (!stored.has(name)) this.state[name] = this.began(state);
    program.nodes.forEach((node, index) => {
      if (!isInput(node) && node.inputs.every((ref) => this.fixed.has(ref.node))) this.fixed.add(index);
      const is = isState(node) && stored.has(node.attributes.name);
      if (is || (this.fixed.has(index) && node.inputs.some((ref) => this.heavy.has(ref.node)))) this.heavy.add(index);
      else this.moved.set(index, this.keep(node));
    });
  }

  done(): Program {
    const { program } = this;
    const out = (ref: Ref): Ref => this.read(ref, undefined);
    const outputs = mapRecordValues(program.outputs, out);
    const updates = program.updates.map((u) => ({
      ...u,
      value: out(u.value),
      ...(u.at && { at: { ...u.at, start: out(u.at.start) } }),
    }));
    const inputs = mapRecordValues(program.inputs, ({ type, ref }) => ({ type, ref: out(ref) }));
    return { nodes: this.nodes, inputs, outputs, state: this.state, updates };
  }

  /** Copies a node that depends on an input, or on no stored weight. */
  private keep(node: Node): number {
    const first = node.inputs.find((ref) => !this.fixed.has(ref.node) && !isLeaf(this.program.nodes[ref.node]!));
    const awaited = first && this.moved.get(first.node);
    // The reader waits too, as an engine may convert a weight inside the product.
    const waits = awaited !== undefined && node.inputs.some((ref) => this.heavy.has(ref.node)) ? [awaited] : [];
    return this.written(node, awaited, waits).node;
  }
  private written(node: Node, awaited: number | undefined, waits: readonly number[]): Ref {
    const [from] = node.inputs;
    const name = from && this.tableAt(from);
    const narrows = isNodeOf(node, opTable.cast) && node.attributes.dtype === "bf16";
    if (name === undefined || !(narrows || opOf(node)?.takesRows)) {
      const inputs = node.inputs.map((ref) => this.read(ref, awaited));
      return { node: this.push(node, inputs, waits), output: 0 };
    }
    // Products in bf16 read weights stored in bf16 directly; rows of a table are taken before conversion to f32.
    if (narrows) return this.part(name, "codes");
    const inputs = [this.part(name, "codes"), ...node.inputs.slice(1).map((ref) => this.read(ref, awaited))];
    const types = [{ dtype: "bf16", shape: node.types[0]!.shape }] as const;
    const rows = { node: this.push({ ...node, types }, inputs, waits), output: 0 };
    return this.made(opTable.cast.name, [rows], { dtype: "f32" }, node.path, waits);
  }
  /** Name of the state that the table at `ref` reads, if it is stored as bf16. */
  private tableAt(ref: Ref): string | undefined {
    const node = this.program.nodes[ref.node]!;
    return isState(node) && this.stored.get(node.attributes.name)?.as === "bf16" ? node.attributes.name : undefined;
  }

  /** Returns a value for a reader that starts once `awaited` is done. */
  private read(ref: Ref, awaited: number | undefined): Ref {
    if (!this.heavy.has(ref.node)) return { node: this.moved.get(ref.node)!, output: ref.output };
    const node = this.program.nodes[ref.node]!;
    // A value much smaller than its weight (such as row norms) is made once.
    const key = `${ref.node} ${this.isSmall(ref) ? "" : (awaited ?? "")}`;
    const known = this.copies.get(key);
    if (known) return { node: known.node, output: ref.output };
    const waits = awaited === undefined ? [] : [awaited];
    const copy = isState(node) ? this.whole(node, waits) : this.written(node, awaited, waits);
    this.copies.set(key, copy);
    return { node: copy.node, output: ref.output };
  }
  private whole({ attributes: { name }, path }: StateNode, waits: readonly number[]): Ref {
    return appendDequantize<Ref>(this.program.state[name]!.type, this.stored.get(name)!, {
      part: (part) => this.part(name, part),
      node: (op, inputs, given) => this.made(op, inputs, given, path, waits),
    });
  }
  private part(stateName: string, part: StoredPart): Ref {
    const { name, state } = storedPartState(
      stateName,
      this.program.state[stateName]!,
      this.stored.get(stateName)!,
      part,
    );
    const known = this.copies.get(name);
    if (known) return known;
    this.state[name] = state;
    const ref = {
      node: this.push({ op: "state", inputs: [], attributes: { name }, types: [state.type] }, [], []),
      output: 0,
    };
    this.copies.set(name, ref);
    return ref;
  }

  private made(
    op: string,
    inputs: readonly Ref[],
    attributes: Attributes,
    path: string | undefined,
    waits: readonly number[],
  ): Ref {
    const types = opNamed(op).type(
      inputs.map((ref) => this.nodes[ref.node]!.types[ref.output]!),
      attributes,
    );
    return { node: this.push({ op, inputs, attributes, types, ...(path && { path }) }, inputs, waits), output: 0 };
  }
  private push({ after, ...node }: Node, inputs: readonly Ref[], waits: readonly number[]): number {
    const all = new Set([...(after ?? []).flatMap((n) => this.moved.get(n) ?? []), ...waits]);
    return this.nodes.push({ ...node, inputs, ...(all.size > 0 && { after: [...all] }) }) - 1;
  }
  private isSmall(ref: Ref): boolean {
    const { types } = this.program.nodes[ref.node]!;
    return types[ref.output]!.shape.length < 2;
  }
  /** Initial value of a state derived from a stored one. */
  private began(state: TensorState): TensorState {
    const { initial } = state;
    if (!("of" in initial)) return state;
    const { name } = initial.of;
    const stored = this.stored.get(name);
    if (!stored) return state;
    const rounded = initialFromDequantizedState(name, this.program.state[name]!, stored);
    return { ...state, initial: { ...initial, of: { ...initial.of, initial: rounded } } };
  }
}
