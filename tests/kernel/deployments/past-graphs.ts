/** Feeds texts to a decoder's graph in pieces, passing on keys and values. */
import type { NDArray } from "#dsl/tensor/program.js";
import { fromNDArray, toNDArray, makeArrayValues } from "#dsl/tensor/values.js";
import type { OpenedModel } from "#kernel/deployments/runtime.js";
import type { GraphFile } from "#stdlib/targets/kind.js";
import type { Feeds } from "./deployed-models.js";

type Runs = NonNullable<OpenedModel["run"]>;

/** Returns empty keys and values. */
export function nothing(graph: GraphFile, batch: number, held = 0): Record<string, NDArray> {
  return Object.fromEntries(
    Object.entries(graph.inputs)
      .filter(([name]) => name.startsWith("past_key_values."))
      .map(([name, { shape }]) => {
        const sizes = [batch, shape[1] as number, held, shape[3] as number];
        return [name, toNDArray("f32", makeArrayValues(sizes))];
      }),
  );
}
/** Renames present outputs to past inputs. */
export function handedOn(out: Feeds): Record<string, NDArray> {
  return Object.fromEntries(
    Object.entries(out).flatMap(([name, value]) =>
      name.startsWith("present.") ? [[name.replace("present", "past_key_values"), value]] : [],
    ),
  );
}
export function columns(array: NDArray, from: number, to: number): NDArray {
  const { data, shape } = fromNDArray(array);
  const [rows, width] = shape as [number, number];
  const part = Array.from({ length: rows }, (_, row) => [...data.slice(row * width + from, row * width + to)]).flat();
  return toNDArray("i32", makeArrayValues([rows, to - from], part));
}
function joined(parts: readonly NDArray[]): NDArray {
  const all = parts.map(fromNDArray);
  const [batch, , width] = all[0]!.shape as [number, number, number];
  const length = all.reduce((n, { shape }) => n + shape[1]!, 0);
  const data = Array.from({ length: batch }, (_, row) =>
    all.flatMap(({ data: own, shape }) => [...own.slice(row * shape[1]! * width, (row + 1) * shape[1]! * width)]),
  ).flat();
  return toNDArray("f32", makeArrayValues([batch, length, width], data));
}
const places = (mask: NDArray): NDArray => {
  const [rows, length] = mask.shape as [number, number];
  return toNDArray(
    "i32",
    makeArrayValues(
      [rows, length],
      Array.from({ length: rows * length }, (_, i) => i % length),
    ),
  );
};

/** Returns the logits of all positions; the text is fed in two pieces, split at `cut`. */
export async function runAll(runs: Runs, graph: GraphFile, feeds: Feeds, cut: number): Promise<NDArray> {
  const { input_ids: ids, attention_mask: mask } = feeds as { input_ids: NDArray; attention_mask: NDArray };
  const [batch, length] = ids.shape as [number, number];
  const parts: NDArray[] = [];
  let past = nothing(graph, batch);
  for (const [from, to] of [
    [0, cut],
    [cut, length],
  ] as const) {
    if (from === to) continue;
    const out = await runs("decoder", {
      ...{ input_ids: columns(ids, from, to), attention_mask: columns(mask, 0, to) },
      ...{ position_ids: columns(places(mask), from, to), ...past },
    });
    parts.push(out["logits"]!);
    past = handedOn(out);
  }
  return joined(parts);
}

/**
 * Like `runAll`, for an encoder-decoder. Starts with one dummy past position, as some runtimes do even if there are no
 * keys.
 */
export async function writeAll(runs: Runs, graph: GraphFile, feeds: Feeds, cut: number): Promise<NDArray> {
  const { input_ids, attention_mask, decoder_input_ids: ids } = feeds as Record<string, NDArray>;
  const { last_hidden_state: read } = await runs("encoder", { input_ids: input_ids!, attention_mask: attention_mask! });
  const [batch, length] = ids!.shape as [number, number];
  const parts: NDArray[] = [];
  let past = nothing(graph, batch, 1);
  for (const [from, to] of [
    [0, cut],
    [cut, length],
  ] as const) {
    if (from === to) continue;
    const out = await runs("decoder", {
      ...{ input_ids: columns(ids!, from, to), encoder_attention_mask: attention_mask!, encoder_hidden_states: read! },
      ...past,
      use_cache_branch: { dtype: "bool", shape: [1], bytes: Uint8Array.of(from > 0 ? 1 : 0) },
    });
    parts.push(out["logits"]!);
    past = handedOn(out);
  }
  return joined(parts);
}

/** Returns the prompt and the likeliest tokens after it, one at a time. */
export async function greedy(runs: Runs, graph: GraphFile, prompt: NDArray, more: number): Promise<number[]> {
  const ids = [...fromNDArray(prompt).data];
  const whole = (numbers: readonly number[]): NDArray =>
    toNDArray("i32", makeArrayValues([1, numbers.length], [...numbers]));
  let past = nothing(graph, 1);
  let from = 0;
  for (let made = 0; made < more; made++) {
    const out = await runs("decoder", {
      input_ids: whole(ids.slice(from)),
      attention_mask: whole(ids.map(() => 1)),
      position_ids: whole(ids.map((_, i) => i).slice(from)),
      ...past,
    });
    from = ids.length;
    past = handedOn(out);
    const { data, shape } = fromNDArray(out["logits"]!);
    const row = data.slice(-shape[2]!);
    ids.push(row.indexOf(Math.max(...row)));
  }
  return ids;
}
