/**
 * Mixed precision: with `precision: "bf16"` matrix products take and return bf16 (they accumulate in f32). Everything
 * that training stability depends on stays f32: weights, norms, softmax and loss, sums over the residual stream,
 * optimizer. A value is cast once, however many readers it has; activations and ops that only move elements keep their
 * input's dtype.
 */
import type { Attributes, DType, Node, Program, Ref, Type } from "../program.js";
import { isNodeOf } from "../op.js";
import { opNamed, opOf, opTable, type NodeOf } from "../table.js";
import type { Pass, PassSettings } from "./pass.js";

export const productPrecision: Pass = {
  name: "precision",
  doc: "Computes matrix products in bf16 where the recipe asks for it; all else stays f32.",
  tolerance: 0,
  run: (program, settings) => (wanted(program, settings) ? new Rewriting(program).done() : program),
};

const isProduct = (node: Node): boolean => opOf(node)?.product === true;

function wanted(program: Program, { precision }: PassSettings): boolean {
  return precision === "bf16" && program.nodes.some(isProduct);
}

/** One row per text: such products are too small to gain, and a head's logits are better in f32. */
function isSmall([x]: readonly Type[]): boolean {
  return x!.shape.slice(0, -1).every((d) => d === "batch" || d === 1);
}

class Rewriting {
  private readonly nodes: Node[] = [];
  /** New ref of each value of the old program. */
  private readonly given = new Map<string, Ref>();
  /** New index of each old node, for `after`. */
  private readonly moved = new Map<number, number>();
  /** Casts and other nodes made once for all readers. */
  private readonly extra = new Map<string, Ref>();

  constructor(private readonly program: Program) {
    program.nodes.forEach((node, index) => this.rewrite(node, index));
  }

  done(): Program {
    const { program } = this;
    const whole = (ref: Ref): Ref => this.as(ref, this.typeOf(ref).dtype);
    const mapped = <T, U>(record: Readonly<Record<string, T>>, f: (value: T) => U): Record<string, U> =>
      Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value)]));
    return {
      inputs: mapped(program.inputs, ({ type, ref }) => ({ type, ref: whole(ref) })),
      outputs: mapped(program.outputs, whole),
      state: program.state,
      updates: program.updates.map((u) => ({
        ...u,
        value: whole(u.value),
        ...(u.at && { at: { ...u.at, start: whole(u.at.start) } }),
      })),
      nodes: this.nodes,
    };
  }

  private rewrite(node: Node, index: number): void {
    const types = node.inputs.map((ref) => this.typeOf(ref));
    const product = isProduct(node) && node.types[0]!.dtype === "f32" && !isSmall(types);
    if (isNodeOf(node, opTable.low_rank_linear) && product) return this.lowRank(node, index);
    if (isNodeOf(node, opTable.low_rank_merge)) {
      this.give(index, [this.merge(node.inputs, node.attributes, node.path)]);
      return;
    }
    const stays =
      follows(node, types) &&
      types.some((t) => t.dtype === "f32") &&
      node.inputs.every(
        (ref, i) => types[i]!.dtype !== "f32" || this.made(this.given.get(keyOf(ref))!).dtype === "bf16",
      );
    const inputs = node.inputs.map((ref, i) => {
      const { dtype, shape } = types[i]!;
      // A scalar (such as the loss factor) stays f32, at no cost.
      const low = (product && shape.length > 0) || stays;
      return this.as(ref, low && dtype === "f32" ? "bf16" : dtype, node.path);
    });
    this.append(node, inputs, node.attributes, index, product || stays);
  }

  /** linear(x, weight + scale · b a, bias): the merged weight is cast like any other, for forward and backward. */
  private lowRank(node: NodeOf<"low_rank_linear">, index: number): void {
    const [x, weight, a, b, bias] = node.inputs;
    const merged = this.merge([weight, a, b], node.attributes, node.path);
    const inputs = [
      this.as(x, "bf16", node.path),
      this.cast(merged, "bf16", node.path),
      ...(bias ? [this.as(bias, "bf16", node.path)] : []),
    ];
    this.append({ ...node, op: opTable.linear.name }, inputs, {}, index, true);
  }
  private merge(inputs: readonly [Ref, Ref, Ref], attributes: Attributes, path: string | undefined): Ref {
    const refs = inputs.map((ref) => this.as(ref, this.typeOf(ref).dtype, path));
    return this.once(JSON.stringify(["merge", refs, attributes]), () => ({
      op: opTable.low_rank_merge.name,
      inputs: refs,
      attributes,
      types: [this.typeOf(inputs[0])],
      ...(path && { path }),
    }));
  }

  private append(node: Node, inputs: readonly Ref[], attributes: Attributes, index: number, typed: boolean): void {
    const { after, ...rest } = node;
    const awaited = after?.flatMap((n) => this.moved.get(n) ?? []) ?? [];
    const types = typed
      ? opNamed(node.op).type(
          inputs.map((ref) => this.made(ref)),
          attributes,
        )
      : node.types;
    const { node: nodeIndex } = this.push({
      ...rest,
      inputs,
      attributes,
      types,
      ...(awaited.length > 0 && { after: awaited }),
    });
    this.give(
      index,
      types.map((_, output) => ({ node: nodeIndex, output })),
    );
  }
  private push(node: Node): Ref {
    this.nodes.push(node);
    return { node: this.nodes.length - 1, output: 0 };
  }
  private give(index: number, refs: readonly Ref[]): void {
    this.moved.set(index, refs[0]!.node);
    refs.forEach((ref, output) => this.given.set(keyOf({ node: index, output }), ref));
  }

  /** Returns a value in a dtype, cast if necessary. */
  private as(ref: Ref, dtype: DType, path?: string): Ref {
    const value = this.given.get(keyOf(ref))!;
    if (this.made(value).dtype === dtype) return value;
    const source = this.program.nodes[ref.node]!;
    return opOf(source)?.bf16 === "turns" && dtype === "bf16"
      ? this.turn(ref, source, path)
      : this.cast(value, dtype, path);
  }
  private turn(ref: Ref, { op, inputs, attributes }: Node, path: string | undefined): Ref {
    return this.once(`${keyOf(ref)} turned`, () => ({
      op,
      inputs: inputs.map((input) => this.as(input, "bf16", path)),
      attributes,
      types: [{ dtype: "bf16", shape: this.typeOf(ref).shape }],
      ...(path && { path }),
    }));
  }
  private cast(value: Ref, dtype: DType, path: string | undefined): Ref {
    const types = [{ dtype, shape: this.made(value).shape }];
    return this.once(`${keyOf(value)} ${dtype}`, () => ({
      op: opTable.cast.name,
      inputs: [value],
      attributes: { dtype },
      types,
      ...(path && { path }),
    }));
  }
  private once(key: string, make: () => Node): Ref {
    const known = this.extra.get(key);
    if (known) return known;
    const ref = this.push(make());
    this.extra.set(key, ref);
    return ref;
  }

  private made({ node, output }: Ref): Type {
    return this.nodes[node]!.types[output]!;
  }
  private typeOf(ref: Ref): Type {
    return this.program.nodes[ref.node]!.types[ref.output]!;
  }
}

/** Reports whether a node stays in bf16 if all its inputs are bf16. */
function follows(node: Node, types: readonly Type[]): boolean {
  const op = opOf(node);
  return op?.bf16 !== undefined || op?.followsBf16?.(types, node.attributes) === true;
}
function keyOf({ node, output }: Ref): string {
  return `${node}:${output}`;
}
