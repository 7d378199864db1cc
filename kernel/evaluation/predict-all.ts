/** Runs a baseline on all rows: its predictions, and the time they took after warm-up. */
import type { BaselineOutputs, FittedBaseline } from "#stdlib/contenders/kind.js";

/** `warm`: predicts one row first, as for models, so that start-up is not part of the measured time. */
export async function predictAll(
  ready: Pick<FittedBaseline, "ask">,
  count: number,
  { warm }: { readonly warm: boolean },
): Promise<{ readonly all: BaselineOutputs; readonly asking: number }> {
  if (warm && count > 0) await ready.ask(Uint32Array.of(0));
  const begun = performance.now();
  const all = await ready.ask(Uint32Array.from({ length: count }, (_, row) => row));
  return { all, asking: (performance.now() - begun) / 1000 };
}
