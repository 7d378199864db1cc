/** Formats one row of the step table from the results of its runs. */

export interface Measured {
  readonly program: string;
  readonly model: string;
  readonly technique: string;
  readonly dtype: string;
  readonly tokensPerSecond?: number;
  readonly matmulPeakGflops?: number;
  readonly utilisation?: number;
  readonly peakRssMiB?: number;
  readonly failed?: string;
}
export const head = [
  ...["model, technique, dtype", "engine", "tokens/s (min – max)", "PyTorch (min – max)", "ratio", "utilisation"],
  ...["peak GFLOP/s ours, PyTorch's", "MiB ours, PyTorch's"],
];

export function rowText(
  row: { readonly model: string; readonly technique: string; readonly dtype: string },
  engine: string,
  results: readonly Measured[],
): string[] {
  const of = (program: string, key: "tokensPerSecond" | "matmulPeakGflops" | "utilisation" | "peakRssMiB"): number[] =>
    results.flatMap((r) => (r.program === program && r[key] !== undefined ? [r[key]] : [])).sort((a, b) => a - b);
  const speed = (program: string): string => {
    const all = of(program, "tokensPerSecond");
    const failed = results.find((r) => r.program === program)?.failed;
    if (all.length === 0) return failed ?? "–";
    return `${median(all).toFixed(0)} (${all[0]!.toFixed(0)} – ${all.at(-1)!.toFixed(0)})`;
  };
  const two = (key: "matmulPeakGflops" | "peakRssMiB"): string =>
    [engine, "torch"].map((program) => numberText(median(of(program, key)), 0)).join(", ");
  return [
    `${row.model} ${row.technique} ${row.dtype}`,
    engine,
    speed(engine),
    speed("torch"),
    numberText(median(of(engine, "tokensPerSecond")) / median(of("torch", "tokensPerSecond")), 2),
    numberText(median(of(engine, "utilisation")), 2),
    two("matmulPeakGflops"),
    two("peakRssMiB"),
  ];
}

/** Median of sorted values. */
function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
function numberText(value: number, digits: number): string {
  return Number.isNaN(value) ? "–" : value.toFixed(digits);
}
