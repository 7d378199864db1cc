/**
 * Runs a decoder graph with key-value inputs and outputs as the generation programs of a cache. The outputs stay in the
 * runtime's process and are fed with the next token: `past_key_values.<n>.key` is an input, `present.<n>.key` an
 * output.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { GraphFile, GraphPort } from "#stdlib/targets/kind.js";
import { emptyArray } from "../arrays.js";
import type { RowPositions } from "./picks.js";
import type { RunGraph } from "../runtime.js";

type Feeds = Readonly<Record<string, NDArray>>;

const PAST = /^past_key_values\./;
/** Encoder output that the decoder reads; it stays in the process, too. */
const READ = "encoder_hidden_states";
/** The programs that generate text. */
export const GENERATION_PROGRAMS: ReadonlySet<string> = new Set(["reserve", "prefill", "decode"]);

export class KvCacheDecoder {
  /** Whether the cache contains keys and values. */
  private begun = false;
  /** For encoder-decoders: the mask of the encoder's input. */
  private mask: NDArray | null = null;

  constructor(
    private readonly runs: RunGraph,
    private readonly decoder: GraphFile,
    private readonly encoder: GraphFile | undefined,
  ) {}

  async run(program: string, feeds: Feeds, wanted: readonly string[]): Promise<Record<string, NDArray>> {
    switch (program) {
      case "reserve":
        this.begun = false;
        return {};
      case "prefill": {
        if (this.encoder) await this.readText(feeds);
        const [, length = 1] = (this.encoder ? feedNamed(feeds, "decoder_input_ids") : feedNamed(feeds, "input_ids"))
          .shape;
        const last = ints(feedNamed(feeds, "last"));
        return this.step(
          feeds,
          last.map((place, row) => [place - row * length]),
          wanted,
        );
      }
      default: {
        const [rows = 0] = feedNamed(feeds, this.encoder ? "decoder_input_ids" : "input_ids").shape;
        return this.step(
          feeds,
          Array.from({ length: rows }, () => [0]),
          wanted,
        );
      }
    }
  }

  private async readText(feeds: Feeds): Promise<void> {
    this.mask = feedNamed(feeds, "attention_mask");
    const given = { input_ids: feedNamed(feeds, "input_ids"), attention_mask: this.mask };
    await this.runs("encoder", given, [], { keeps: { [READ]: "last_hidden_state" } });
  }

  /** Returns `logits` or `likeliest` (decoders/kind.ts) at these positions, and stores keys and values. */
  private async step(feeds: Feeds, places: RowPositions, wanted: readonly string[]): Promise<Record<string, NDArray>> {
    const { inputs } = this.decoder;
    const given = this.encoder ? decoderFeeds(feeds, mustExist(this.mask, "a mask")) : feeds;
    const [batch = 0] = feedNamed(given, "input_ids").shape;
    const all: Record<string, NDArray> = {};
    const keeps: Record<string, string> = {};
    for (const [name, port] of Object.entries(inputs)) {
      if (PAST.test(name)) {
        keeps[name] = name.replace(PAST, "present.");
        if (!this.begun) all[name] = empty(port, batch);
      } else if (name === "use_cache_branch")
        all[name] = { dtype: "bool", shape: [1], bytes: Uint8Array.of(this.begun ? 1 : 0) };
      else if (name !== READ) all[name] = feedNamed(given, name === "position_ids" ? "positions" : name);
    }
    const picks = wanted.includes("logits") ? { logits: places } : { likeliest: places };
    const outputs = await this.runs("decoder", all, ["logits"], { keeps, picks });
    this.begun = true;
    return outputs;
  }
}

const feedNamed = (feeds: Feeds, name: string): NDArray => mustExist(feeds[name], `the feed ${name}`);
const ints = ({ bytes }: NDArray): number[] => [...new Int32Array(bytes.slice().buffer)];

/** Renames the decoder's feeds to the inputs of its graph. */
function decoderFeeds(feeds: Feeds, read: NDArray): Feeds {
  const { decoder_attention_mask: mask } = feeds;
  const ids = feedNamed(feeds, "decoder_input_ids");
  return { input_ids: ids, encoder_attention_mask: read, ...(mask && { attention_mask: mask }) };
}

/** Returns an empty cache: the sizes fixed by the file, with no positions. */
function empty({ shape }: GraphPort, batch: number): NDArray {
  return emptyArray(shape.map((size) => (typeof size === "number" ? size : /batch/.test(size) ? batch : 0)));
}
