/** What families say of models from scratch, and where config.json tells their sizes. */

/** Fields of config.json, of each size the first that is there. */
export type SizeFields = Readonly<Record<"hidden" | "layers" | "intermediate" | "vocabulary", readonly string[]>>;
/** What a special token is for. */
export type SpecialRole = "pad" | "unknown" | "begin" | "end" | "classify" | "separate" | "mask";
export interface FromScratch {
  /** The kind of tokenizer that is trained unless another is named. */
  readonly tokenizer: string;
  /** Special tokens by what they are for (one may be for several things), in the order of their ids. */
  readonly specials: readonly (readonly [token: string, ...roles: SpecialRole[]])[];
  /** Tokens around one text (`A`) and around two (`A`, `B`). */
  readonly single: string;
  readonly pair: string;
  /** Whether the second of two texts has a token type of its own. */
  readonly types?: true;
}
