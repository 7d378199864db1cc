/** What of a family's layers can be taken away, so that what is left is a plain checkpoint of that family. */

/** Numbers of an inner layer. */
export interface PrunableInnerPart {
  /** Field of config.json that says how many there are. */
  readonly field: string;
  /** Linear layers of a block that make them, and the one that reads them: what stands behind the block's number. */
  readonly into: readonly string[];
  readonly out: string;
}
export interface PrunableHeads extends PrunableInnerPart {
  /** Heads of keys and values, each of which some heads of queries share: they go together. Absent: each has its own. */
  readonly shared?: Pick<PrunableInnerPart, "field" | "into">;
  /** Fields of a head's size and of the width of the stream; absent: `pruned_heads` names the heads that are gone. */
  readonly sized?: { readonly size: string; readonly width: string };
}
/** Why it can't be taken away, in words after a colon. */
export interface UnprunablePart {
  readonly why: string;
}
/** Plain data, so that what becomes of a model is known before it is made. */
export interface PrunableParts {
  readonly heads: PrunableHeads | UnprunablePart;
  readonly inner: PrunableInnerPart;
}

/** A part of a tensor that belongs to one unit: `width` rows (axis 0) or columns (axis 1) for each. */
export interface TensorSlab {
  readonly tensor: string;
  readonly axis: 0 | 1;
  readonly width: number;
}
/** Heads, groups of them, or numbers of the inner layer: each block has as many, and loses as many. */
export interface PrunableUnits {
  readonly count: number;
  /** What they are, in the plural. */
  readonly are: string;
  /** Whether so many may stay. */
  fits(left: number): boolean;
  /** Of each block. */
  readonly slabs: readonly (readonly TensorSlab[])[];
  /** Fields of config.json when those units stay; `kept`: of each block, ascending. */
  config(keptUnits: readonly (readonly number[])[]): Readonly<Record<string, unknown>>;
}

declare module "#dsl/language/types/capabilities/model.js" {
  interface FamilyCapabilities {
    /** Absent: it can't be pruned. */
    readonly prunes?: PrunableParts;
  }
}
