/** The rows of the feeding table: each keeps what the one before it has and adds one thing. */

export interface RowSettings {
  readonly name: string;
  readonly model: ModelName;
  readonly technique: "full" | "lora";
  readonly engine: string;
  readonly shuffle: "random" | "by_length";
  readonly packing: boolean;
  /** Texts, or packed rows, of a batch. */
  readonly batch: number;
  readonly accumulate: number;
  readonly maxLength: number;
  /** Whether the rewriting passes run (folding, algebra, reassociation, fusion, common sub-expressions). */
  readonly passes: boolean;
  /** Whether the head makes its logits in chunks. */
  readonly chunked: boolean;
  readonly recompute: "none" | "blocks";
  readonly precision: "f32" | "bf16";
  /** How long steps are taken, after the first two. */
  readonly seconds: number;
}
export const models = ["minilm", "smollm2", "gpt2", "gpt2tiny"] as const;
export type ModelName = (typeof models)[number];

/** `meanLength`: real tokens of a text, so that a packed batch holds about as many tokens as one of single texts. */
export function rowsOf(
  o: Pick<RowSettings, "model" | "technique" | "engine" | "batch" | "maxLength" | "seconds">,
  meanLength: number,
): RowSettings[] {
  const language = o.model !== "minilm";
  const packed = Math.max(1, Math.round((o.batch * meanLength) / o.maxLength));
  const steps: (Partial<RowSettings> & { readonly name: string })[] = [
    { name: "random batches, padded" },
    { name: "+ length buckets", shuffle: "by_length" },
    ...(language ? [{ name: "+ packing instead", packing: true, batch: packed, shuffle: "random" } as const] : []),
    { name: "+ passes", passes: true },
    ...(language ? [{ name: "+ chunked loss", chunked: true }] : []),
    { name: "+ recomputation", recompute: "blocks" },
    { name: "+ bf16", precision: "bf16" },
    { name: "+ accumulation", accumulate: 2 },
  ];
  let row: RowSettings = {
    ...o,
    name: "",
    shuffle: "random",
    packing: false,
    accumulate: 1,
    passes: false,
    chunked: false,
    recompute: "none",
    precision: "f32",
  };
  return steps.map((step) => {
    row = { ...row, ...step };
    if (step.accumulate !== undefined) row = { ...row, batch: Math.max(1, Math.round(row.batch / step.accumulate)) };
    return row;
  });
}
