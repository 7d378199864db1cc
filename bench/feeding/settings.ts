/** The rows of the feeding table. Each has the settings of the previous row and adds one. */

export interface RowSettings {
  readonly name: string;
  readonly model: ModelName;
  readonly technique: "full" | "lora";
  readonly engine: string;
  readonly shuffle: "random" | "by_length";
  readonly packing: boolean;
  /** Texts, or packed rows, per batch. */
  readonly batch: number;
  readonly accumulate: number;
  readonly maxLength: number;
  /** Whether the rewriting passes run (folding, algebra, reassociation, fusion, common sub-expressions). */
  readonly passes: boolean;
  /** Whether the head computes its logits in chunks. */
  readonly chunked: boolean;
  readonly recompute: "none" | "blocks";
  readonly precision: "f32" | "bf16";
  /** Measured duration, after the first two steps. */
  readonly seconds: number;
}
export const models = ["minilm", "smollm2", "gpt2", "gpt2tiny"] as const;
export type ModelName = (typeof models)[number];

/**
 * `meanLength`: mean number of real tokens per text. It sizes packed batches to about as many tokens as batches of
 * single texts.
 */
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
