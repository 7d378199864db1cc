/**
 * Bounds of the inputs of a model's linear layers, measured on rows of its training data; they determine static
 * activation scales.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { toFloats } from "../../engines/feeds.js";
import type { ActivationRanges } from "#stdlib/layers/rounded-activations.js";
import { int32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { buildLinearInputRangeProgram } from "#stdlib/programs/probe.js";
import { usesTokenTypes } from "../../bases/token-types.js";
import type { OpenedRun } from "../../models/opened-run.js";

const PROBE = "probe";

/** One row at a time, so that no padding is measured. */
export async function activationBoundsOf(
  { open: { session }, weights: { plan }, base, body }: OpenedRun,
  rows: readonly Int32Array[],
  options: { readonly signal?: AbortSignal | undefined; readonly onRows?: (done: number, total: number) => void } = {},
): Promise<ActivationRanges> {
  const { program, paths } = buildLinearInputRangeProgram(body, await usesTokenTypes(plan, base));
  await session.add({ [PROBE]: program }, []);
  const found = paths.map((): [number, number] => [0, 0]);
  try {
    for (const [i, row] of rows.entries()) {
      options.signal?.throwIfAborted();
      const shape = [1, row.length];
      const all = {
        input_ids: int32NDArray(row, shape),
        attention_mask: int32NDArray(new Int32Array(row.length).fill(1), shape),
        token_type_ids: int32NDArray(new Int32Array(row.length), shape),
        decoder_input_ids: int32NDArray(row, shape),
      };
      const feeds = Object.fromEntries(Object.entries(all).filter(([name]) => Object.hasOwn(program.inputs, name)));
      const out = await session.run(PROBE, feeds);
      found.forEach((pair, n) => {
        pair[0] = Math.min(pair[0], one(out[`least/${String(n)}`]));
        pair[1] = Math.max(pair[1], one(out[`most/${String(n)}`]));
      });
      options.onRows?.(i + 1, rows.length);
    }
  } finally {
    await session.remove([PROBE]);
  }
  return Object.fromEntries(paths.map((path, n) => [path, mustExist(found[n], "bounds")]));
}

const one = (array: Parameters<typeof toFloats>[0] | undefined): number =>
  toFloats(mustExist(array, "a bound"))[0] ?? 0;
