/** Layer normalisation and RMS norm over the last axis of the flat form. */
import type { NodeOf } from "#dsl/tensor/table.js";
import type { Lowerings, Lowering } from "../lowering.js";
import { columnSums } from "./reductions.js";

type RmsNorm = NodeOf<"rms_norm"> | NodeOf<"rms_norm_gradient">;
type Norm = RmsNorm | NodeOf<"layer_norm"> | NodeOf<"layer_norm_gradient">;
interface Row {
  readonly mean: string;
  readonly variance: string;
}
function moments(l: Lowering, x: string): Row & { readonly centred: string } {
  const mean = l.reduce("Mean", x, [1], true);
  const centred = l.op("Sub", [x, mean]);
  return { mean, centred, variance: l.reduce("Mean", l.op("Square", [centred]), [1], true) };
}
function inverse(l: Lowering, variance: string, node: Norm): string {
  return l.op("Rsqrt", [l.op("AddV2", [variance, l.graph.float(node.attributes.epsilon)])]);
}
function normal(
  l: Lowering,
  node: NodeOf<"layer_norm"> | NodeOf<"layer_norm_gradient">,
): { readonly normal: string; readonly inverse: string } {
  const { centred, variance } = moments(l, l.flat(node.inputs[0]));
  const inv = inverse(l, variance, node);
  return { normal: l.op("Mul", [centred, inv]), inverse: inv };
}

/** For rms_norm: x in f32, and 1 / √(mean of x² + ε), [rows, 1]. */
function rootMean(l: Lowering, node: RmsNorm): { readonly x: string; readonly inverse: string } {
  const x = l.to(l.flat(node.inputs[0]), "f32");
  return { x, inverse: inverse(l, l.reduce("Mean", l.op("Square", [x]), [-1], true), node) };
}
function offsetScale(l: Lowering, node: RmsNorm): string {
  const scale = l.to(l.full(node.inputs[1]), "f32");
  const offset = node.attributes.offset;
  return offset === 0 ? scale : l.op("AddV2", [scale, l.graph.float(offset)]);
}

export const normLowerings = {
  rms_norm: (l, node) => {
    const type = l.dtypeOf(node.inputs[0]);
    const wide = node.types[0].shape.length > 2;
    return [
      () => {
        const { x, inverse: inv } = rootMean(l, node);
        const y = l.to(l.op("Mul", [l.op("Mul", [x, inv]), offsetScale(l, node)]), type);
        return wide ? { flat: y } : { full: y };
      },
      () => ({ full: l.to(l.reshape(rootMean(l, node).inverse, l.shape(node.types[1]!.shape)), type) }),
    ];
  },
  rms_norm_gradient: (l, node) => {
    const [, , , dy] = node.inputs;
    const type = node.types[0];
    const n = type.shape.at(-1) as number;
    const normal = (): string => {
      const { x, inverse: inv } = rootMean(l, node);
      return l.op("Mul", [x, inv]);
    };
    const d = (): string => l.to(l.flat(dy), "f32");
    return [
      () => {
        const hat = normal();
        const g = l.op("Mul", [d(), offsetScale(l, node)]);
        const slope = l.reduce("Mean", l.op("Mul", [g, hat]), [-1], true);
        const inner = l.op("Sub", [g, l.op("Mul", [hat, slope])]);
        const dx = l.to(l.op("Mul", [inner, rootMean(l, node).inverse]), type.dtype);
        return type.shape.length > 2 ? { flat: dx } : { full: dx };
      },
      () => {
        const both = l.op("Mul", [d(), normal()]);
        const sums = type.shape.length === 1 ? both : columnSums(l, both, l.rows(type), n);
        return { full: l.to(sums, node.types[1]!.dtype) };
      },
    ];
  },
  layer_norm: (l, node) => {
    const [x, scale, bias] = node.inputs;
    const wide = node.types[0].shape.length > 2;
    const rows = (part: keyof Row) => () => ({
      full: l.reshape(moments(l, l.flat(x))[part], l.shape(node.types[1]!.shape)),
    });
    return [
      () => {
        const scaled = l.op("Mul", [normal(l, node).normal, l.full(scale)]);
        const y = l.op("AddV2", [scaled, l.full(bias)]);
        return wide ? { flat: y } : { full: y };
      },
      rows("mean"),
      rows("variance"),
    ];
  },
  layer_norm_gradient: (l, node) => {
    const [x, scale, , , dy] = node.inputs;
    const type = l.typeOf(x);
    const n = type.shape.at(-1) as number;
    const wide = type.shape.length > 2;
    const d = (): string => l.flat(dy);
    return [
      () => {
        const { normal: hat, inverse: inv } = normal(l, node);
        const g = l.op("Mul", [d(), l.full(scale)]);
        const slope = l.reduce("Mean", l.op("Mul", [g, hat]), [1], true);
        const centred = l.op("Sub", [g, l.reduce("Mean", g, [1], true)]);
        const dx = l.op("Mul", [l.op("Sub", [centred, l.op("Mul", [hat, slope])]), inv]);
        return wide ? { flat: dx } : { full: dx };
      },
      () => ({ full: columnSums(l, l.op("Mul", [d(), normal(l, node).normal]), l.rows(type), n) }),
      () => ({ full: columnSums(l, d(), l.rows(type), n) }),
    ];
  },
} satisfies Lowerings;
