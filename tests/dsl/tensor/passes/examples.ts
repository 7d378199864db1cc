/** A short program for each pass, with a part that the pass changes and a part that it must not change. */
import { Graph } from "#dsl/tensor/builder.js";
import type { Tensor } from "#dsl/tensor/tensor.js";
import { gradientsOfLoss } from "#dsl/tensor/gradient.js";
import type { DType, Program, Type } from "#dsl/tensor/program.js";
import { toNDArray, makeArrayValues } from "#dsl/tensor/values.js";

const F = (...shape: readonly (number | string)[]): Type => ({ dtype: "f32", shape });

function written(body: (graph: Graph, give: (name: string, t: Tensor) => void) => void): Program {
  const graph = new Graph();
  body(graph, (name, t) => graph.output(name, t));
  return graph.program();
}
const weight = (graph: Graph, name: string, ...shape: readonly number[]): Tensor =>
  graph.state(name, { type: F(...shape), trains: true, initial: { zeros: true } });
const constant = (graph: Graph, shape: readonly number[], data: readonly number[], dtype: DType = "f32"): Tensor =>
  graph.constant(toNDArray(dtype, makeArrayValues(shape, data)));

export const passExamples: Readonly<Record<string, () => Program>> = {
  dead_code: () =>
    written((graph, give) => {
      const x = graph.input("x", F("batch", 4));
      x.exp();
      weight(graph, "unused", 4).exp();
      give("y", x.multiply(weight(graph, "w", 4)));
    }),
  constant_folding: () =>
    written((graph, give) => {
      const x = graph.input("x", F("batch", 2, 3));
      const table = constant(graph, [3, 2], [1, 2, 3, 4, 5, 6]);
      give("folded", x.multiply(table.transpose([1, 0]).multiply(graph.number(3).sqrt())));
      give("parts", x.add(graph.apply("split", [table], { axis: 0, sizes: [2, 1] })[1]!.reshape([2, 1])));
      give("symbolic", graph.one("range_like", [x], { axis: 0 }));
      const long = constant(graph, [300, 1], new Array<number>(300).fill(1));
      give("large", long.matmul(constant(graph, [1, 300], new Array<number>(300).fill(2))).sum());
    }),
  algebra: () =>
    written((graph, give) => {
      const x = graph.input("x", F("batch", 2, 3));
      const y = graph.input("y", F("batch", 2, 3));
      const yes = constant(graph, [], [1], "bool");
      give("times_one", x.multiply(1).divide(1).subtract(0).add(-0));
      give("plus_zero_stays", x.add(0));
      give("plus_zero_goes", x.exp().add(0));
      give("negations", x.negate().negate().add(y.negate()));
      give("minus", x.subtract(y.negate()).multiply(-1));
      give("factors", x.negate().multiply(y.negate()).multiply(3).negate());
      give("even", x.negate().square().add(x.negate().abs()).add(x.abs().abs()));
      give("self", x.relu().relu().maximum(x.relu()));
      give("select", yes.select(x, y).add(x.less(y).select(y, y)));
      give("cast_back", x.cast("f64").cast("f32").cast("bf16"));
      give("cast_rounds", x.cast("bf16").cast("f32"));
      give("shapes", x.reshape(["batch", 6]).reshape(["batch", 3, 2]).reshape(["batch", 2, 3]));
      give("turned", x.transpose([1, 0, 2]).transpose([0, 2, 1]).transpose([2, 0, 1]));
      give("whole", x.slice(1, 0, 2).slice(2, 0, 2));
      give("outer", graph.one("outer_product", [x, y]).transpose([1, 0]));
    }),
  reassociation: () =>
    written((graph, give) => {
      const x = graph.input("x", F("batch", 2, 3));
      const y = graph.input("y", F("batch", 2, 3));
      give("factors", x.multiply(3).divide(4).multiply(2));
      give("too_small", x.multiply(1e-25).multiply(1e-25));
      give("sum", x.multiply(0.5).sum([2]));
      give("mean", x.multiply(0.25).mean());
      const read = y.multiply(7);
      give("read_elsewhere", read.sum([0]).add(read.mean([0])));
      give("constants_stay", x.add(1e8).add(-1e8));
      give(
        "products",
        x
          .transpose([0, 2, 1])
          .matmul(y)
          .add(x.matmul(y.transpose([0, 2, 1])).sum()),
      );
    }),
  fusion: () =>
    written((graph, give) => {
      const x = graph.input("x", F("batch", 4));
      const layer = (name: string, from: Tensor, out: number, bias = true): Tensor =>
        graph.withPath(name, () =>
          from.linear(
            weight(graph, `${name}.weight`, out, from.shape.at(-1) as number),
            ...(bias ? [weight(graph, `${name}.bias`, out)] : []),
          ),
        );
      give(
        "evaluated",
        layer("gelu", x, 3)
          .gelu()
          .add(layer("tanh", x, 3).tanh()),
      );
      give("approximate", layer("approximate", x, 3).gelu({ approximate: true }));
      give("no_bias", layer("plain", x, 3, false).relu());
      const shared = layer("shared", x, 3);
      give("shared", shared.sigmoid().add(shared));
      // In training, relu is fused into its linear layer; gelu is not, as its gradient needs the value before the
      // activation.
      const first = layer("first", x, 5).relu();
      const loss = layer("second", first, 2).gelu().sum();
      const wrt = ["first.weight", "second.weight"].map((name) =>
        weight(graph, name, ...(name === "first.weight" ? [5, 4] : [2, 5])),
      );
      gradientsOfLoss(graph, loss, wrt).forEach((d, i) => give(`gradient_${i}`, d!));
    }),
  common_subexpressions: () => {
    const program = written((graph, give) => {
      const [x, y] = [graph.input("x", F("batch", 4)), graph.input("y", F("batch", 4))];
      const step = graph.input("step", { dtype: "i32", shape: [] });
      const drop = (): Tensor => graph.dropout(x, { rate: 0.5, seed: 1, step });
      give("either_order", x.add(y).multiply(y.add(x)));
      give("two_masks", drop().add(drop()));
      give("once", x.exp().add(y.exp()));
      give("waits", x.exp().add(x.sqrt()));
    });
    // Imitates the output of an earlier pass: the square root becomes a second exponential that waits for a node.
    const root = program.nodes.findIndex((n) => n.op === "sqrt");
    const again = { ...program.nodes[root]!, op: "exp", after: [root - 2] };
    return { ...program, nodes: program.nodes.with(root, again) };
  },
};
