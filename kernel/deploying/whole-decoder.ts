/**
 * A graph that answers whole texts, as the programs that continue texts over a cache: there is none, so every token is the
 * answer to all the text before it. What runtimes without keys and values are asked by.
 */
import { must } from "#dsl/diagnostics/must.js";
import type { NDArray } from "#dsl/graph/program.js";
import { whole } from "#stdlib/lib/tasks/feeds.js";
import { answered, PROGRAMS } from "./past-decoder.js";
import type { OpenedModel } from "./runtime.js";

type Feeds = Readonly<Record<string, NDArray>>;
type Runs = NonNullable<OpenedModel["run"]>;

export class WholeDecoder {
  /** Of each row the tokens so far; of an encoder-decoder those that are written. */
  private texts: (readonly number[])[] = [];
  /** Of an encoder-decoder: what its encoder reads. */
  private sources: { readonly ids: readonly number[]; readonly mask: readonly number[] }[] = [];

  /** `pairs`: its graph takes the tokens of a decoder beside those of an encoder. */
  constructor(
    private readonly runs: Runs,
    private readonly pairs: boolean,
  ) {}

  has(program: string): boolean {
    return PROGRAMS.has(program);
  }

  async run(
    program: string,
    feeds: Feeds,
    wanted: readonly string[] = ["logits", "next"],
  ): Promise<Record<string, NDArray>> {
    if (program === "reserve") {
      this.texts = [];
      this.sources = [];
      return {};
    }
    if (program === "reorder") {
      const order = [...ints(must(feeds["order"], "an order"))];
      this.texts = order.map((row) => this.texts[row]!);
      if (this.pairs) this.sources = order.map((row) => this.sources[row]!);
      return {};
    }
    const given = rowsOf(must(feeds[this.pairs ? "decoder_input_ids" : "input_ids"], "tokens"));
    if (program === "prefill") this.begin(feeds, given);
    else this.texts = this.texts.map((text, row) => [...text, ...given[row]!]);
    return this.answer(wanted);
  }

  /** Prompts are padded on the left: what the mask leaves out is no text. */
  private begin(feeds: Feeds, given: readonly (readonly number[])[]): void {
    const mask = rowsOf(must(feeds["attention_mask"], "a mask"));
    if (!this.pairs) {
      this.texts = given.map((row, i) => row.filter((_, at) => mask[i]![at] === 1));
      return;
    }
    this.texts = [...given];
    this.sources = rowsOf(must(feeds["input_ids"], "tokens")).map((ids, i) => ({ ids, mask: mask[i]! }));
  }

  private async answer(wanted: readonly string[]): Promise<Record<string, NDArray>> {
    const { texts } = this;
    const width = Math.max(...texts.map(({ length }) => length));
    const padded = matrix(texts.map((text) => filled(text, width)));
    const feeds = this.pairs
      ? {
          input_ids: matrix(this.sources.map(({ ids }) => ids)),
          attention_mask: matrix(this.sources.map(({ mask }) => mask)),
          decoder_input_ids: padded,
        }
      : {
          input_ids: padded,
          attention_mask: matrix(
            texts.map(({ length }) =>
              filled(
                Array.from({ length }, () => 1),
                width,
              ),
            ),
          ),
        };
    const { logits } = await this.runs("forward", feeds);
    const last = Int32Array.from(texts, ({ length }, row) => row * width + length - 1);
    return answered(must(logits, "logits of a graph"), last, wanted);
  }
}

const ints = ({ bytes }: NDArray): Int32Array => new Int32Array(bytes.slice().buffer);

function rowsOf(array: NDArray): readonly (readonly number[])[] {
  const [rows = 0, width = 0] = array.shape;
  const all = ints(array);
  return Array.from({ length: rows }, (_, row) => [...all.subarray(row * width, (row + 1) * width)]);
}
function filled(list: readonly number[], width: number): readonly number[] {
  return [...list, ...Array.from({ length: width - list.length }, () => 0)];
}
function matrix(rows: readonly (readonly number[])[]): NDArray {
  return whole(Int32Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]);
}
