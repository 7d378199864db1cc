import { flagAttribute } from "../attributes.js";
import { unbroadcast } from "./shared/elementwise.js";
import { defineOp, type Op } from "../op.js";
import { broadcastShapes, elementCount, OpInputError, requireFloat, requireSameDType } from "../shape.js";
import { stridesOf, makeArrayValues, forEachPosition } from "../values.js";

const MATMUL = { transpose_a: flagAttribute, transpose_b: flagAttribute };

export const matmul: Op<readonly ["a", "b"], readonly ["y"], typeof MATMUL> = defineOp({
  name: "matmul",
  doc: "(a [..., m, k], b [..., k, n]) → [..., m, n]; `transpose_a`, `transpose_b`: that side comes as [..., k, m] or [..., n, k]. Leading dimensions broadcast.",
  product: true,
  inputs: ["a", "b"],
  attributes: MATMUL,
  type([a, b], { transpose_a, transpose_b }) {
    requireFloat(a, "a");
    const dtype = requireSameDType(a, b);
    if (a.shape.length < 2 || b.shape.length < 2) throw new OpInputError("both sides need two dimensions");
    const [p, q] = a.shape.slice(-2);
    const [r, s] = b.shape.slice(-2);
    const [m, k] = transpose_a ? [q!, p!] : [p!, q!];
    const [k2, n] = transpose_b ? [s!, r!] : [r!, s!];
    if (k !== k2) throw new OpInputError(`inner dimensions ${k} and ${k2} differ`);
    return [{ dtype, shape: [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n] }];
  },
  gradient(_, { inputs: [a, b], attributes }, [dy], wanted) {
    const ta = attributes.transpose_a;
    const tb = attributes.transpose_b;
    const da = (): ReturnType<typeof unbroadcast> =>
      ta ? b.matmul(dy, { transposeA: tb, transposeB: true }) : dy.matmul(b, { transposeB: !tb });
    const db = (): ReturnType<typeof unbroadcast> =>
      tb ? dy.matmul(a, { transposeA: true, transposeB: ta }) : a.matmul(dy, { transposeA: !ta });
    return [wanted[0] ? unbroadcast(da(), a) : undefined, wanted[1] ? unbroadcast(db(), b) : undefined];
  },
  evaluate([a, b], { transpose_a, transpose_b }, [shape]) {
    const [m, n] = shape.slice(-2) as [number, number];
    const k = a.shape.at(transpose_a ? -2 : -1)!;
    const [am, ak] = transpose_a ? [1, m] : [k, 1];
    const [bk, bn] = transpose_b ? [1, k] : [n, 1];
    const batch = shape.slice(0, -2);
    const y = makeArrayValues(shape);
    const lead = (s: readonly number[], block: number): number[] => stridesOf(s.slice(0, -2)).map((x) => x * block);
    forEachPosition(batch, [lead(a.shape, m * k), lead(b.shape, k * n)], (batchIndex, [p, q]) => {
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) sum += a.data[p! + i * am + l * ak]! * b.data[q! + l * bk + j * bn]!;
          y.data[batchIndex * m * n + i * n + j] = sum;
        }
    });
    return [y];
  },
  flops([a, b], attributes, sizes) {
    const k = a.shape.at(attributes.transpose_a ? -2 : -1)!;
    return 2 * elementCount(matmul.type([a, b], attributes)[0]!, sizes) * (typeof k === "number" ? k : sizes[k]!);
  },
});
