/** What model families declare for training from scratch, and the config.json fields of their sizes. */

/** Fields of config.json; for each size the first existing one is used. */
export type ConfigSizeFields = Readonly<Record<"hidden" | "layers" | "intermediate" | "vocabulary", readonly string[]>>;
/** Purposes of special tokens. */
export type SpecialRole = "pad" | "unknown" | "begin" | "end" | "classify" | "separate" | "mask";
export interface FromScratchTokenizerDefaults {
  /** Default tokenizer to train. */
  readonly tokenizer: string;
  /** Special tokens with their purposes (one may have several), in the order of their ids. */
  readonly specialTokens: readonly (readonly [token: string, ...roles: SpecialRole[]])[];
  /** Special tokens around one text (`A`) and around two (`A`, `B`). */
  readonly singleTemplate: string;
  readonly pairTemplate: string;
  /** Whether the second of two texts has its own token type. */
  readonly secondTokenType?: true;
}
