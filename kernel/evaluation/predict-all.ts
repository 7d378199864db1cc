/** What stands beside a model, asked of all rows: what its answers say, and how long they took once it was warm. */
import type { BaselineOutputs, FittedBaseline } from "#stdlib/contenders/kind.js";

/** `warm`: it is asked of one row first, as models are: what it opens for its first answer is no part of what answers take. */
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
