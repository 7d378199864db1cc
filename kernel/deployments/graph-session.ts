/**
 * The graphs of a deployed model as a session: runs the notebook's programs (`evaluate`; `reserve`, `prefill`,
 * `decode`) in another runtime. So a deployed model supports everything that the notebook does with its models.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { GraphFile, DeploymentResult } from "#stdlib/targets/kind.js";
import type { EngineSession } from "../engines/engine.js";
import { int32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { toFloats } from "../engines/feeds.js";
import { gatherRows } from "./arrays.js";
import { KvCacheDecoder, GENERATION_PROGRAMS } from "./decoders/past-decoder.js";
import type { OpenedModel, RunGraph } from "./runtime.js";
import { DecoderWithoutKvCache } from "./decoders/whole-decoder.js";

type Feeds = Readonly<Record<string, NDArray>>;

/** A session whose `prefill` and `decode` return `likeliest`, too (decoders/kind.ts). */
export interface GraphSession extends Pick<EngineSession, "run"> {
  /**
   * Sets the expected tokens of the next batch, before it starts. A row's predictions may be meaningless after its
   * first deviation.
   */
  expect(tokens: readonly (readonly number[])[]): void;
}

export function graphSessionOf(opened: OpenedModel, written: DeploymentResult): GraphSession {
  const graphs = opened.graphs ?? written.graphs ?? {};
  const run = mustExist(opened.run, "a runtime of graphs");
  const { forward, decoder } = graphs;
  const writer = decoder
    ? new KvCacheDecoder(run, decoder, graphs.encoder)
    : forward && new DecoderWithoutKvCache(run, "decoder_input_ids" in forward.inputs);
  return {
    expect(tokens) {
      if (writer instanceof DecoderWithoutKvCache) writer.expect(tokens);
    },
    async run(program, feeds, wanted = ["logits"]) {
      if (program === "evaluate" && forward) return evaluated(run, forward, feeds);
      if (writer && GENERATION_PROGRAMS.has(program)) return writer.run(program, feeds, wanted);
      throw new CodedError("internal", { what: `no graph implements the program ${program}` });
    },
  };
}

/** Returns logits like the program `evaluate`: of complete rows, or of the requested positions. */
async function evaluated(run: RunGraph, graph: GraphFile, feeds: Feeds): Promise<Record<string, NDArray>> {
  const { targets, ...given } = feeds;
  const known = Object.fromEntries(Object.entries(given).filter(([name]) => name in graph.inputs));
  const types = "token_type_ids" in graph.inputs && !("token_type_ids" in known);
  const ids = mustExist(given["input_ids"], "the tokens of a batch");
  const all = types
    ? { ...known, token_type_ids: int32NDArray(new Int32Array(ids.bytes.length / 4), ids.shape) }
    : known;
  const logits = logitsOf(await run("forward", all));
  if (!targets) return { logits };
  const [batch = 0, length = 0, width = 0] = logits.shape;
  return { logits: gatherRows({ ...logits, shape: [batch * length, width] }, places(targets)) };
}

const places = ({ bytes }: NDArray): Int32Array => new Int32Array(bytes.slice().buffer);

/** Joins separate start and end logits into the program's array. */
function logitsOf(out: Readonly<Record<string, NDArray>>): NDArray {
  const { logits, start_logits: starts, end_logits: ends } = out;
  if (logits) return logits;
  const [a, b] = [mustExist(starts, "logits of a graph"), mustExist(ends, "logits of ends")];
  const [x, y] = [toFloats(a), toFloats(b)];
  const both = Float32Array.from({ length: 2 * x.length }, (_, i) => (i % 2 === 0 ? x : y)[i >> 1]!);
  return { dtype: "f32", shape: [...a.shape, 2], bytes: new Uint8Array(both.buffer) };
}
