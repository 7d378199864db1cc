/** Locates heads and inner layers in a checkpoint's tensors, from the family's record and the shapes. */
import type {
  PrunableHeads,
  PrunableInnerPart,
  TensorSlab,
  PrunableUnits,
} from "../../models/shared/prunable-parts.js";
import { readPrunedHeads } from "../../models/shared/pruned-heads.js";

type Json = Readonly<Record<string, unknown>>;
type Shapes = Readonly<Record<string, readonly number[]>>;
export interface CheckpointShapes {
  readonly config: Json;
  readonly shapes: Shapes;
  /** Whether linear layers are stored as [in, out]. */
  readonly inOut: boolean;
}

/** Returns null if the checkpoint has no such layers. */
export function innerUnitsOf(part: PrunableInnerPart, checkpoint: CheckpointShapes): PrunableUnits | null {
  const blocks = blocksOf([...part.into, part.out], checkpoint.shapes);
  const [first] = blocks;
  const count = widthOf(first?.get(part.into.find((name) => first.has(name)) ?? ""), checkpoint);
  if (count === 0) return null;
  return {
    count,
    are: "numbers of the inner layer",
    fits: () => true,
    slabs: blocks.map((block) => slabsOf(block, part, () => 1, checkpoint)),
    config: (remaining) => ({ [part.field]: remaining[0]?.length ?? count }),
  };
}

/** Returns null if the checkpoint has no such layers, or if its config doesn't match them. */
export function headUnitsOf(part: PrunableHeads, checkpoint: CheckpointShapes): PrunableUnits | null {
  const { shared, sized } = part;
  const blocks = blocksOf([...part.into, ...(shared?.into ?? []), part.out], checkpoint.shapes);
  const all = Number(checkpoint.config[part.field]);
  const gone = readPrunedHeads(checkpoint.config["pruned_heads"]);
  const heads = all - (gone?.get(0)?.length ?? 0);
  const count = shared ? Number(checkpoint.config[shared.field] ?? all) : heads;
  const group = heads / count;
  const size = widthOf(blocks[0]?.get(part.into[0] ?? ""), checkpoint) / heads;
  if (!gone || !isCount(group) || !isCount(size)) return null;
  const widths = (layer: string): number => (shared?.into.includes(layer) ? size : size * group);
  const wide = shared ? { ...part, into: [...part.into, ...shared.into] } : part;
  return {
    count,
    are: group === 1 ? "heads" : `groups of ${group} heads`,
    // transformers refuses configs whose width is not a multiple of the number of heads, although the head size is
    // separate.
    fits: (left) => !sized || Number(checkpoint.config[sized.width]) % (left * group) === 0,
    slabs: blocks.map((block) => slabsOf(block, wide, widths, checkpoint)),
    config(remaining) {
      const left = remaining[0]?.length ?? count;
      if (!sized) return { pruned_heads: goneOf(all, gone, remaining) };
      return {
        [part.field]: left * group,
        ...(shared && { [shared.field]: left }),
        [sized.size]: size,
      };
    },
  };
}

/**
 * Returns the removed heads, numbered as before any pruning. `remaining`: indices among the heads that earlier pruning
 * left.
 */
function goneOf(
  all: number,
  before: ReadonlyMap<number, readonly number[]>,
  remaining: readonly (readonly number[])[],
): Json {
  const heads = Array.from({ length: all }, (_, head) => head);
  return Object.fromEntries(
    remaining.map((layerUnits, layer) => {
      const lost = new Set(before.get(layer) ?? []);
      const there = heads.filter((head) => !lost.has(head));
      const stays = new Set(layerUnits.map((unit) => there[unit]));
      return [String(layer), heads.filter((head) => !stays.has(head))];
    }),
  );
}

type Block = ReadonlyMap<string, { readonly path: string; readonly shape: readonly number[]; readonly bias: boolean }>;
/** Returns the linear layers with these names in each block, by their names after the block's number. */
function blocksOf(names: readonly string[], shapes: Shapes): readonly Block[] {
  type Found = Map<string, { path: string; shape: readonly number[]; bias: boolean }>;
  const blocks = new Map<string, { readonly number: number; readonly found: Found }>();
  for (const [tensor, shape] of Object.entries(shapes)) {
    const [, where = "", number, name = ""] = /^((?:.*\.)?(\d+))\.([^\d].*)\.weight$/.exec(tensor) ?? [];
    if (number === undefined || !names.includes(name)) continue;
    const path = tensor.slice(0, -".weight".length);
    // Encoder and decoder have blocks with the same number, and a block may have several inner layers.
    const block = blocks.get(where) ?? { number: Number(number), found: new Map() };
    block.found.set(name, { path, shape, bias: Object.hasOwn(shapes, `${path}.bias`) });
    blocks.set(where, block);
  }
  return [...blocks.values()].sort((a, b) => a.number - b.number).map(({ found }) => found);
}

function slabsOf(
  block: Block,
  { into, out }: Pick<PrunableInnerPart, "into" | "out">,
  width: (layer: string) => number,
  { inOut }: CheckpointShapes,
): readonly TensorSlab[] {
  const made = into.flatMap((name): TensorSlab[] => {
    const layer = block.get(name);
    if (!layer) return [];
    const weight = { tensor: `${layer.path}.weight`, axis: inOut ? 1 : 0, width: width(name) } as const;
    return layer.bias ? [weight, { tensor: `${layer.path}.bias`, axis: 0, width: width(name) }] : [weight];
  });
  const reads = block.get(out);
  const wide = width(into[0] ?? "");
  return reads ? [...made, { tensor: `${reads.path}.weight`, axis: inOut ? 0 : 1, width: wide }] : made;
}

function widthOf(layer: { readonly shape: readonly number[] } | undefined, { inOut }: CheckpointShapes): number {
  return layer?.shape[inOut ? 1 : 0] ?? 0;
}
const isCount = (n: number): boolean => Number.isInteger(n) && n > 0;
