/** Parts of a family's layers that can be pruned, so that the result is a plain checkpoint of the family. */

/** The neurons of an inner layer. */
export interface PrunableInnerPart {
  /** Field of config.json with their number. */
  readonly field: string;
  /**
   * Linear layers of a block that produce them (`into`) and consume them (`out`), as paths after the block's number.
   */
  readonly into: readonly string[];
  readonly out: string;
}
export interface PrunableHeads extends PrunableInnerPart {
  /**
   * Key-value heads, each shared by several query heads; they are pruned together. If undefined, each query head has
   * its own.
   */
  readonly shared?: Pick<PrunableInnerPart, "field" | "into">;
  /** Config fields of the head size and of the hidden width. If undefined, `pruned_heads` lists the pruned heads. */
  readonly sized?: { readonly size: string; readonly width: string };
}
/** Why the part cannot be pruned, as text after a colon. */
export interface UnprunablePart {
  readonly why: string;
}
/** Prunable parts as plain data, so that the result of pruning is known before it runs. */
export interface PrunableParts {
  readonly heads: PrunableHeads | UnprunablePart;
  readonly inner: PrunableInnerPart;
}

/** Part of a tensor that belongs to one unit: `width` rows (axis 0) or columns (axis 1) per unit. */
export interface TensorSlab {
  readonly tensor: string;
  readonly axis: 0 | 1;
  readonly width: number;
}
/** Heads, groups of heads, or neurons of the inner layer: every block has, and loses, the same number. */
export interface PrunableUnits {
  readonly count: number;
  /** Name of the units, in the plural. */
  readonly are: string;
  /** Returns true if that many units may remain. */
  fits(left: number): boolean;
  readonly slabs: readonly (readonly TensorSlab[])[];
  /** Returns the config.json fields for the retained units; `keptUnits` lists them per block, ascending. */
  config(keptUnits: readonly (readonly number[])[]): Readonly<Record<string, unknown>>;
}

declare module "#dsl/language/types/capabilities/model.js" {
  interface FamilyCapabilities {
    /** Prunable parts; undefined if the family cannot be pruned. */
    readonly prunes?: PrunableParts;
  }
}
