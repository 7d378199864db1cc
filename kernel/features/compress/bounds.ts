/** Bounds of what goes into a model's linear layers, as rows of its training data show them: by those its scales are fixed. */
import { must } from "#dsl/language/diagnostics/must.js";
import { floats } from "../../engines/feeds.js";
import type { ActivationBounds } from "#stdlib/layers/rounded-activations.js";
import { whole } from "#stdlib/tasks/shared/feeds.js";
import { buildProbe } from "#stdlib/programs/probe.js";
import { typesOf } from "../../bases/token-types.js";
import type { Opened } from "../../models/opened-run.js";

const PROBE = "probe";

/** Each row by itself, so that nothing that fills a batch up is looked at. */
export async function boundsOf(
  { open: { session }, weights: { plan }, base, body }: Opened,
  rows: readonly Int32Array[],
  o: { readonly signal?: AbortSignal | undefined; readonly onRows?: (done: number, total: number) => void } = {},
): Promise<ActivationBounds> {
  const { program, paths } = buildProbe(body, await typesOf(plan, base));
  await session.add({ [PROBE]: program }, []);
  const found = paths.map((): [number, number] => [0, 0]);
  try {
    for (const [i, row] of rows.entries()) {
      o.signal?.throwIfAborted();
      const shape = [1, row.length];
      const all = {
        input_ids: whole(row, shape),
        attention_mask: whole(new Int32Array(row.length).fill(1), shape),
        token_type_ids: whole(new Int32Array(row.length), shape),
        decoder_input_ids: whole(row, shape),
      };
      const feeds = Object.fromEntries(Object.entries(all).filter(([name]) => Object.hasOwn(program.inputs, name)));
      const out = await session.run(PROBE, feeds);
      found.forEach((pair, n) => {
        pair[0] = Math.min(pair[0], one(out[`least/${String(n)}`]));
        pair[1] = Math.max(pair[1], one(out[`most/${String(n)}`]));
      });
      o.onRows?.(i + 1, rows.length);
    }
  } finally {
    await session.remove([PROBE]);
  }
  return Object.fromEntries(paths.map((path, n) => [path, must(found[n], "bounds")]));
}

const one = (array: Parameters<typeof floats>[0] | undefined): number => floats(must(array, "a bound"))[0] ?? 0;
