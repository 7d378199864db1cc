/**
 * Selects the parts of a model's weights for a smaller model: some of its blocks, and part of the width of each, by
 * complete heads.
 */
import type { FamilyCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { Refusal } from "#dsl/language/types/capabilities/refusal.js";
import type { BaseFacts, DerivedBase } from "#dsl/language/types/facts.js";
import { numberFieldOf, HEAD_COUNT_FIELDS } from "./sizes.js";

export interface StudentSize {
  /** Number of blocks, or their indices from 0; null for all. */
  readonly layers: number | readonly number[] | null;
  /** Hidden size; null to keep it. */
  readonly hidden: number | null;
}
/** Source of a tensor of the smaller model: a tensor, and the selected indices along each axis (null for all). */
export interface StudentTensorSource {
  readonly from: string;
  readonly shape: readonly number[];
  readonly places: readonly (readonly number[] | null)[];
}
export interface StudentModelPlan extends DerivedBase {
  readonly parts: Readonly<Record<string, StudentTensorSource>>;
}

/** Matches a block's number in a parameter's path: `encoder.layer.3.output`. */
const BLOCK = /^((?:.*\.)?(?:layers?|h)\.)(\d+)(\..+)$/;

/**
 * Selects blocks of `blockCount`: the first, the last, and evenly spaced ones between (DistilBERT: 0, 2, 4, 7, 9, 11).
 */
export function selectBlocks(layers: StudentSize["layers"], blockCount: number): readonly number[] {
  if (layers === null) return upTo(blockCount);
  if (typeof layers !== "number") return layers;
  return upTo(layers).map((i) => (layers === 1 ? 0 : Math.round((i * (blockCount - 1)) / (layers - 1))));
}

/** Returns `count` evenly spaced indices. */
function evenly(count: number, blockCount: number): readonly number[] {
  return upTo(count).map((i) => Math.floor(((i + 0.5) * blockCount) / count));
}
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** Returns the smaller model's config, its shapes, and the source of each tensor. */
export function planStudentModel(
  size: StudentSize,
  { config, shapes, family }: Pick<BaseFacts, "config" | "shapes" | "family">,
  says: FamilyCapabilities | undefined,
): StudentModelPlan | Refusal {
  if (!says || says.encoderDecoder)
    return { why: `it has two stacks of blocks`, instead: "use a smaller base: `base: …`" };
  const layers = numberFieldOf(config, says.sizeFields.layers);
  if (layers === undefined) return { why: "its config doesn't say its layers", instead: SMALLER };
  const refused = unfit(size.layers, layers);
  if (refused) return refused;
  const taken = selectBlocks(size.layers, layers);
  if (taken.length < layers && config["sliding_window"] && !config["layer_types"] && family.startsWith("gemma"))
    return { why: "which of its layers see a window follows of their number", instead: SMALLER };
  if (
    taken.length === layers &&
    (size.hidden === null || size.hidden === numberFieldOf(config, says.sizeFields.hidden))
  )
    return { why: `it has ${String(layers)} layers, and all are taken`, instead: "take fewer" };
  const narrow = size.hidden === null ? null : narrowed(size.hidden, config, says);
  if (narrow && "why" in narrow) return narrow;
  const parts: Record<string, StudentTensorSource> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const [, before = "", block, after = ""] = BLOCK.exec(name) ?? [];
    const to = block === undefined ? 0 : taken.indexOf(Number(block));
    if (to < 0) continue;
    const places = shape.map((_, axis) => narrow?.places(name, shape, axis) ?? null);
    const narrowedShape = shape.map((length, axis) => places[axis]?.length ?? length);
    parts[block === undefined ? name : `${before}${String(to)}${after}`] = { from: name, shape: narrowedShape, places };
  }
  const made = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.shape]));
  return { config: { ...configOf(config, taken, says), ...narrow?.config }, shapes: made, parts };
}
const SMALLER = "use a smaller base: `base: …`";

/** Returns null if these layers can be selected. */
function unfit(taken: StudentSize["layers"], layers: number): Refusal | null {
  const has = `it has ${String(layers)} layers`;
  const some = `some of 0 to ${String(layers - 1)} in their order`;
  if (taken === null) return null;
  if (typeof taken === "number") {
    if (taken < 1) return { why: `${has}, and a student has at least 1`, instead: "write `layers: 1` or more" };
    return taken > layers ? { why: has, instead: `use fewer, or ${some}` } : null;
  }
  if (taken.length === 0) return { why: `${has}, and none is listed`, instead: `list ${some}` };
  const twice = taken.find((one, i) => taken.indexOf(one) < i);
  if (twice !== undefined) return { why: `layer ${String(twice)} is listed twice`, instead: `list ${some}, each once` };
  const beyond = taken.find((one) => one >= layers || one < 0);
  if (beyond !== undefined) return { why: `${has}, of which none is ${String(beyond)}`, instead: `list ${some}` };
  const ordered = taken.every((one, i) => i === 0 || one > (taken[i - 1] ?? 0));
  return ordered ? null : { why: `${has}, and they stay in their order`, instead: `list ${some}` };
}

function configOf(
  config: BaseFacts["config"],
  taken: readonly number[],
  { sizeFields: sizes }: FamilyCapabilities,
): BaseFacts["config"] {
  const layers = numberFieldOf(config, sizes.layers) ?? 0;
  const names = [...sizes.layers, "num_hidden_layers", "n_layers", "n_layer"];
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (names.includes(key) && value === layers) return [key, taken.length];
      // Lists with one entry per layer (`layer_types`).
      if (Array.isArray(value) && value.length === layers && /layer/.test(key))
        return [key, taken.map((i) => value[i] as unknown)];
      return [key, value];
    }),
  );
}

interface Narrow {
  readonly config: BaseFacts["config"];
  /** Returns the selected indices; null for all along that axis. */
  places(name: string, shape: readonly number[], axis: number): readonly number[] | null;
}

/** Linear layers, grouped by the kind of their outputs and inputs. */
const ATTENDS = /\.(?:query|q_lin|q_proj)\.(?:weight|bias)$/;
const ATTENDED = /\.(?:key|value|k_lin|v_lin|k_proj|v_proj)\.(?:weight|bias)$/;
const GATHERS = /\.(?:attention\.output\.dense|out_lin|o_proj)\.weight$/;
const WIDENS = /\.(?:intermediate\.dense|lin1|gate_proj|up_proj)\.(?:weight|bias)$/;
const NARROWS = /layer[s]?\.\d+\.(?:output\.dense|ffn\.lin2|mlp\.down_proj)\.weight$/;

/** Selects complete heads, and evenly spaced indices of the rest of the width. */
function narrowed(
  hidden: number,
  config: BaseFacts["config"],
  { sizeFields: sizes, weightLayout: layout }: FamilyCapabilities,
): Narrow | Refusal {
  const hiddenSize = numberFieldOf(config, sizes.hidden);
  const inner = numberFieldOf(config, sizes.intermediate);
  const heads = numberFieldOf(config, HEAD_COUNT_FIELDS);
  if (
    layout === "in_out" ||
    hiddenSize === undefined ||
    inner === undefined ||
    heads === undefined ||
    config["embedding_size"] !== undefined
  )
    return { why: "its width cannot be divided", instead: "use only `layers`, or a smaller base" };
  const size = numberFieldOf(config, ["head_dim"]) ?? hiddenSize / heads;
  const keyHeads = numberFieldOf(config, ["num_key_value_heads"]) ?? heads;
  const group = heads / keyHeads;
  const left = hidden / size;
  if (hidden > hiddenSize || !Number.isInteger(left) || !Number.isInteger(left / group))
    return {
      why: `its width is ${String(hiddenSize)}, in heads of ${String(size)}`,
      instead: `use a multiple of ${String(size * group)} that is at most ${String(hiddenSize)}`,
    };
  const keptHeads = evenly(left / group, keyHeads);
  const channels = (headNumbers: readonly number[]): readonly number[] =>
    headNumbers.flatMap((head) => upTo(size).map((i) => head * size + i));
  const queries = channels(keptHeads.flatMap((head) => upTo(group).map((i) => head * group + i)));
  const keys = channels(keptHeads);
  const width = evenly(hidden, hiddenSize);
  const middle = Math.max(1, Math.round((inner * hidden) / hiddenSize));
  const wide = evenly(middle, inner);
  const fields = (names: readonly string[], value: number) =>
    Object.fromEntries(names.filter((name) => name in config).map((name) => [name, value]));
  return {
    config: {
      ...fields([...sizes.hidden, "hidden_size", "dim"], hidden),
      ...fields([...sizes.intermediate], middle),
      ...fields(HEAD_COUNT_FIELDS, left),
      ...fields(["num_key_value_heads"], left / group),
    },
    places(name, shape, axis) {
      if (axis === 0 && ATTENDS.test(name)) return queries;
      if (axis === 0 && ATTENDED.test(name)) return keys;
      if (axis === 0 && WIDENS.test(name)) return wide;
      if (axis === 1 && GATHERS.test(name)) return queries;
      if (axis === 1 && NARROWS.test(name)) return wide;
      return shape[axis] === hiddenSize ? width : null;
    },
  };
}

export const isStudentPlanRefused = (cut: StudentModelPlan | Refusal): cut is Refusal => "why" in cut;
