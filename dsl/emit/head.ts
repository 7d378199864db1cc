/** A chunked head and its gradient, which lie apart in the graph and are one sweep over the chunks in an engine. */
import type { HeadSettings } from "#dsl/graph/head.js";
import type { Node, Program, Ref } from "#dsl/graph/program.js";

export interface Head {
  readonly settings: HeadSettings;
  readonly x: Ref;
  readonly weight: Ref;
  readonly labels: Ref;
  readonly bias: Ref | undefined;
}
export interface HeadGradient {
  readonly dy: Ref;
  /** dy comes from the loss itself, so it can't be folded into the sweep that makes the loss. */
  readonly late: boolean;
  /** Which of dx, dweight, dbias the program uses. */
  readonly wants: readonly boolean[];
}

/** `node`: a `head_loss` or a `head_loss_gradient`. */
export function headOf(node: Node): Head {
  const settings = node.attributes as unknown as HeadSettings;
  const [x, weight, labels, fourth, fifth] = node.inputs;
  const bias = node.op === "head_loss" ? fourth : fifth;
  return { settings, x: x!, weight: weight!, labels: labels!, bias };
}
function keyOf({ settings, ...refs }: Head): string {
  return JSON.stringify([settings, refs]);
}

/** The sweep of a node's head, made once for each lowering however many nodes ask. */
export function sweepsOf<L extends { readonly program: Program }, S>(
  through: (l: L, head: Head, gradient: HeadGradient | undefined) => S,
): (l: L, node: Node) => S {
  const sweeps = new WeakMap<L, Map<string, S>>();
  return (l, node) => {
    let made = sweeps.get(l);
    if (!made) sweeps.set(l, (made = new Map<string, S>()));
    const head = headOf(node);
    const key = keyOf(head);
    let sweep = made.get(key);
    if (!sweep) made.set(key, (sweep = through(l, head, gradientOf(l.program, key))));
    return sweep;
  };
}

/** The gradient of the same head, if the program has one and uses it. */
function gradientOf(program: Program, key: string): HeadGradient | undefined {
  const { nodes, outputs, updates } = program;
  const same = (op: string): number => nodes.findIndex((n) => n.op === op && keyOf(headOf(n)) === key);
  const index = same("head_loss_gradient");
  if (index < 0) return undefined;
  const used = [
    ...nodes.flatMap((n) => n.inputs),
    ...Object.values(outputs),
    ...updates.flatMap((u) => (u.at ? [u.value, u.at.start] : [u.value])),
  ].filter((ref) => ref.node === index);
  if (used.length === 0) return undefined;
  const dy = nodes[index]!.inputs[3]!;
  const wants = nodes[index]!.types.map((_, output) => used.some((ref) => ref.output === output));
  return { dy, late: leadsTo(program, same("head_loss"), dy.node), wants };
}
/** Whether node `to` is computed from node `from`. */
function leadsTo(program: Program, from: number, to: number): boolean {
  const seen = new Set<number>();
  const todo = [to];
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if (node === from) return true;
    if (node < from || seen.has(node)) continue;
    seen.add(node);
    todo.push(...program.nodes[node]!.inputs.map((ref) => ref.node));
  }
  return false;
}
