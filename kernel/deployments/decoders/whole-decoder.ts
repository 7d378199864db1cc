/**
 * Runs a graph without a cache as the generation programs. A growing text would be read again for each token. But the
 * expected tokens are known: one pass over a prompt and its expected continuation gives the prediction at each
 * position. It is what would be generated as long as it equals the expectation. Used for runtimes without keys and
 * values.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { int32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { toFloats } from "../../engines/feeds.js";
import { gatherRows } from "../arrays.js";
import type { RunGraph } from "../runtime.js";

type Feeds = Readonly<Record<string, NDArray>>;
type Tokens = readonly (readonly number[])[];

export class DecoderWithoutKvCache {
  private expected: Tokens | null = null;
  /** Per row: the most probable token and its lead after none, one, two … of the expected tokens. */
  private rowOutputs: readonly Float32Array[] = [];
  private step = 0;

  /** `pairs`: the graph takes decoder tokens and encoder tokens. */
  constructor(
    private readonly runs: RunGraph,
    private readonly pairs: boolean,
  ) {}

  /** Sets the expected tokens of the next batch. A row's predictions are meaningless after its first deviation. */
  expect(tokens: Tokens): void {
    this.expected = tokens;
  }

  async run(program: string, feeds: Feeds, wanted: readonly string[]): Promise<Record<string, NDArray>> {
    if (program === "reserve") return {};
    if (program === "decode") {
      this.step++;
      return { likeliest: this.now() };
    }
    this.step = 0;
    const logits = await this.read(feeds, mustExist(this.expected, "a prefix to continue"), wanted);
    return { ...logits, likeliest: this.now() };
  }

  private async read(feeds: Feeds, expected: Tokens, wanted: readonly string[]): Promise<Feeds> {
    const mask = rowsOf(mustExist(feeds["attention_mask"], "a mask"));
    const ids = rowsOf(mustExist(feeds["input_ids"], "tokens"));
    // Prompts are padded on the left: masked positions are removed.
    const begun = this.pairs
      ? rowsOf(mustExist(feeds["decoder_input_ids"], "the start of an answer"))
      : ids.map((row, i) => row.filter((_, index) => mask[i]![index] === 1));
    const texts = begun.map((text, row) => [...text, ...expected[row]!]);
    const picks = {
      ...(wanted.includes("logits") && { logits: begun.map(({ length }) => [length - 1]) }),
      likeliest: begun.map((text, row) => texts[row]!.map((_, index) => index).slice(text.length - 1)),
    };
    const given: Feeds = this.pairs
      ? { input_ids: matrix(ids), attention_mask: matrix(mask), decoder_input_ids: matrix(texts) }
      : { input_ids: matrix(texts), attention_mask: matrix(texts.map((text) => text.map(() => 1))) };
    const { likeliest, ...logits } = await this.runs("forward", given, ["logits"], { picks });
    let rowNumber = 0;
    this.rowOutputs = picks.likeliest.map((places) => {
      const rows = places.map(() => rowNumber++);
      return toFloats(gatherRows(mustExist(likeliest, "the likeliest tokens of a graph"), rows));
    });
    return logits;
  }

  /** Returns each row's prediction at the current step. */
  private now(): NDArray {
    const outputs = new Float32Array(2 * this.rowOutputs.length);
    this.rowOutputs.forEach((row, i) => outputs.set(row.subarray(2 * this.step, 2 * this.step + 2), 2 * i));
    return { dtype: "f32", shape: [this.rowOutputs.length, 2], bytes: new Uint8Array(outputs.buffer) };
  }
}

function rowsOf(array: NDArray): Tokens {
  const [rows = 0, width = 0] = array.shape;
  const all = new Int32Array(array.bytes.slice().buffer);
  return Array.from({ length: rows }, (_, row) => [...all.subarray(row * width, (row + 1) * width)]);
}
/** Pads shorter rows with zeros. */
function matrix(rows: Tokens): NDArray {
  const width = Math.max(...rows.map(({ length }) => length));
  const all = new Int32Array(rows.length * width);
  rows.forEach((row, i) => all.set(row, i * width));
  return int32NDArray(all, [rows.length, width]);
}
