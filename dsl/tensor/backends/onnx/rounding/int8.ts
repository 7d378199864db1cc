/**
 * Int8 products: activations are rounded at run time with a scale per row, weights with a scale per output, table rows
 * with a scale per row. Weights use 7 bits (±63): processors without dedicated instructions add two byte products in 16
 * bits, which 8-bit weights overflow.
 */
import {
  MAX_PRODUCT_CODE,
  roundLinesToCodes,
  lineScales,
  MAX_LOOKUP_CODE,
  type ScaledMatrixLayout,
} from "#dsl/tensor/numbers/rounding.js";
import { ONNX_TYPES } from "../proto.js";
import type { StandaloneGraph, LazyWeight } from "../standalone.js";
import {
  bytesOfView,
  readFloats,
  roundGraph,
  type TableLookup,
  type RoundingContext,
  type WeightProduct,
} from "./rewrite.js";

/** Code of 0 in a row of activations, whose codes are unsigned. */
const MIDDLE = 128;

export function roundToInt8(graph: StandaloneGraph): StandaloneGraph {
  return roundGraph(graph, { product, lookup: lookupInRoundedTable });
}

/** Steps of an unsigned byte. */
export const UINT8_STEPS = 255;

/**
 * Returns codes and scales of a product's weight; `turned`: laid out as [out, in], because its rows are looked up too.
 */
export function quantizedProductWeight(
  m: RoundingContext,
  p: WeightProduct,
): { readonly codes: string; readonly scales: LazyWeight; readonly turned: boolean } {
  const shared = m.shared(p.weight);
  const [rows, columns] = p.turned ? [p.out, p.in] : [p.in, p.out];
  const lay = shared ? "as it lies" : "in_out";
  const lines = {
    weight: p.weight,
    rows,
    columns,
    byRow: p.turned,
    most: shared ? MAX_LOOKUP_CODE : MAX_PRODUCT_CODE,
    lay,
  } as const;
  return { ...roundedLines(m, lines), turned: shared && p.turned };
}

function product(m: RoundingContext, p: WeightProduct): string {
  const { graph } = m;
  const { codes, scales, turned } = quantizedProductWeight(m, p);
  const weight = turned ? graph.node("Transpose", [codes], { attributes: { perm: { ints: [1, 0] } } }) : codes;
  const x = roundedRows(m, p.x);
  const sums = graph.node("MatMulInteger", [x.codes, weight, graph.constant("u8", [], Uint8Array.of(MIDDLE))]);
  const whole = graph.node("Cast", [sums], { attributes: { to: { int: ONNX_TYPES.f32 } } });
  const y = graph.node("Mul", [graph.node("Mul", [whole, x.scales]), scales.name]);
  return p.bias === undefined ? y : graph.node("Add", [y, p.bias]);
}

/** Rounds each row with its own scale, so that other rows of the batch or text do not reduce its precision. */
function roundedRows({ graph }: RoundingContext, x: string): { readonly codes: string; readonly scales: string } {
  const all = graph.node("ReduceMax", [graph.node("Abs", [x]), graph.longs([-1])], {
    attributes: { keepdims: { int: 1 } },
  });
  // Without any rows, ONNX Runtime's reductions keep every column.
  const furthest = graph.node("Slice", [all, graph.longs([0]), graph.longs([1]), graph.longs([1])]);
  const scales = graph.node("Max", [
    graph.node("Mul", [furthest, graph.float(1 / MAX_LOOKUP_CODE)]),
    graph.float(1e-30),
  ]);
  // QuantizeLinear's per-row scales are not used: OpenVINO accepts them only as constants.
  const codes = graph.node("QuantizeLinear", [
    graph.node("Div", [x, scales]),
    graph.float(1),
    graph.constant("u8", [], Uint8Array.of(MIDDLE)),
  ]);
  return { codes, scales };
}

export function lookupInRoundedTable(m: RoundingContext, l: TableLookup): string {
  const { graph } = m;
  const [rows = 0, columns = 0] = l.table.shape;
  const { codes, scales } = roundedLines(m, {
    weight: l.table,
    rows,
    columns,
    byRow: true,
    most: MAX_LOOKUP_CODE,
    lay: "as it lies",
  });
  const whole = graph.node("Cast", [graph.node("Gather", [codes, l.indices])], {
    attributes: { to: { int: ONNX_TYPES.f32 } },
  });
  const scale = graph.node("Gather", [scales.name, l.indices]);
  return graph.node("Mul", [whole, graph.node("Unsqueeze", [scale, graph.longs([-1])])]);
}

interface LinesOf extends ScaledMatrixLayout {
  readonly weight: LazyWeight;
  readonly lay: "as it lies" | "in_out";
}
/** Returns the name of i8 codes, and f32 scales. */
function roundedLines(m: RoundingContext, options: LinesOf): { readonly codes: string; readonly scales: LazyWeight } {
  const { weight, rows, columns, byRow } = options;
  const turn = options.lay === "in_out" && byRow;
  const codes = m.weight({
    name: `${weight.name}/codes`,
    type: "i8",
    shape: turn ? [columns, rows] : [rows, columns],
    bytes: async () => {
      const x = await readFloats(weight);
      return bytesOfView(roundLinesToCodes(x, lineScales(x, options), options, turn));
    },
  });
  const scales: LazyWeight = {
    name: `${weight.name}/scales`,
    type: "f32",
    shape: [byRow ? rows : columns],
    bytes: async () => bytesOfView(lineScales(await readFloats(weight), options)),
  };
  m.weight(scales);
  return { codes, scales };
}
