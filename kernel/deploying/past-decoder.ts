/**
 * A decoder's graph, whose keys and values go in and come out, as the programs that continue texts over a cache: what came
 * out is kept and put in with the next token. `past_key_values.<n>.key` goes in, `present.<n>.key` comes out.
 */
import { must } from "#dsl/diagnostics/must.js";
import type { NDArray } from "#dsl/graph/program.js";
import { whole } from "#stdlib/lib/tasks/feeds.js";
import type { GraphFile, GraphPort } from "#stdlib/kinds/target.js";
import { floats } from "../engine/feeds.js";
import { gathered, nothing } from "./arrays.js";
import type { OpenedModel } from "./runtime.js";

type Feeds = Readonly<Record<string, NDArray>>;
type Runs = NonNullable<OpenedModel["run"]>;

const PAST = /^past_key_values\./;
/** The programs that write. */
export const PROGRAMS: ReadonlySet<string> = new Set(["reserve", "prefill", "decode", "reorder"]);

export class PastDecoder {
  private past: Record<string, NDArray> = {};
  /** Of an encoder-decoder: what its encoder made of the texts. */
  private read: Feeds = {};

  constructor(
    private readonly runs: Runs,
    private readonly decoder: GraphFile,
    private readonly encoder: GraphFile | undefined,
  ) {}

  has(program: string): boolean {
    return PROGRAMS.has(program);
  }

  async run(
    program: string,
    feeds: Feeds,
    wanted: readonly string[] = ["logits", "next"],
  ): Promise<Record<string, NDArray>> {
    switch (program) {
      case "reserve":
        this.past = {};
        this.read = {};
        return {};
      case "reorder": {
        const order = ints(of(feeds, "order"));
        const moved = (all: Feeds) => Object.fromEntries(Object.entries(all).map(([n, a]) => [n, gathered(a, order)]));
        this.past = moved(this.past);
        this.read = moved(this.read);
        return {};
      }
      case "prefill": {
        if (this.encoder) await this.readText(feeds);
        return answered(await this.step(this.encoder ? decoderFeeds(feeds) : feeds), ints(of(feeds, "last")), wanted);
      }
      default: {
        const logits = await this.step(this.encoder ? decoderFeeds(feeds) : feeds);
        const rows = logits.shape[0]!;
        return answered(
          logits,
          Int32Array.from({ length: rows }, (_, i) => i),
          wanted,
        );
      }
    }
  }

  private async readText(feeds: Feeds): Promise<void> {
    const mask = of(feeds, "attention_mask");
    const given = { input_ids: of(feeds, "input_ids"), attention_mask: mask };
    const hidden = must((await this.runs("encoder", given))["last_hidden_state"], "what an encoder gives");
    this.read = { encoder_hidden_states: hidden, encoder_attention_mask: mask };
  }

  /** Logits [rows, length, vocabulary]; keys and values are kept. */
  private async step(feeds: Feeds): Promise<NDArray> {
    const { inputs } = this.decoder;
    const ids = of(feeds, "input_ids");
    const [batch = 0] = ids.shape;
    const begun = Object.keys(this.past).length > 0;
    const all: Record<string, NDArray> = { ...this.read };
    for (const [name, port] of Object.entries(inputs)) {
      if (name in all) continue;
      if (PAST.test(name)) all[name] = this.past[name] ?? empty(port, batch);
      else if (name === "use_cache_branch")
        all[name] = { dtype: "bool", shape: [1], bytes: Uint8Array.of(begun ? 1 : 0) };
      else all[name] = of(feeds, name === "position_ids" ? "positions" : name);
    }
    const { logits, ...present } = await this.runs("decoder", all);
    const past: Record<string, NDArray> = {};
    for (const name of Object.keys(inputs))
      if (PAST.test(name)) {
        const now = present[name.replace(PAST, "present.")];
        const before = this.past[name];
        // Keys of an encoder's text are made once: a merged decoder gives nothing for them afterwards.
        past[name] = now && (now.bytes.length > 0 || !before) ? now : must(before ?? now, `${name} of a decoder`);
      }
    this.past = past;
    return must(logits, "logits of a decoder");
  }
}

const of = (feeds: Feeds, name: string): NDArray => must(feeds[name], `the feed ${name}`);
const ints = ({ bytes }: NDArray): Int32Array => new Int32Array(bytes.slice().buffer);

/** What a decoder is fed, by the names of its own graph. */
function decoderFeeds(feeds: Feeds): Feeds {
  const { decoder_attention_mask: mask } = feeds;
  return { input_ids: of(feeds, "decoder_input_ids"), ...(mask && { attention_mask: mask }) };
}

/** Keys of nothing: the sizes that the file fixes, no place in time. */
function empty({ shape }: GraphPort, batch: number): NDArray {
  return nothing(shape.map((size) => (typeof size === "number" ? size : /batch/.test(size) ? batch : 0)));
}

/** Logits of those places [rows × length], and the likeliest of each. */
export function answered(logits: NDArray, places: Int32Array, wanted: readonly string[]): Record<string, NDArray> {
  const [batch = 0, length = 0, width = 0] = logits.shape;
  const rows = gathered({ ...logits, shape: [batch * length, width] }, places);
  const next = (): NDArray => {
    const scores = floats(rows);
    const best = Int32Array.from(places, (_, row) => {
      let at = 0;
      for (let i = 1; i < width; i++) if (scores[row * width + i]! > scores[row * width + at]!) at = i;
      return at;
    });
    return whole(best, [best.length]);
  };
  return { ...(wanted.includes("logits") && { logits: rows }), ...(wanted.includes("next") && { next: next() }) };
}
