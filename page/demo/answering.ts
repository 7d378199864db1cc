/** Predicts for a text: the task's own answers from the graph's logits, as in the notebook. */
import { lastOf, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { AnswerDecoder, PredictedRows, TaskImplementation } from "#stdlib/tasks/kind.js";
import { scaledByTemperature } from "#stdlib/calibrations/shared/thresholds.js";
import type { ModelInputText, PageDemoData } from "#stdlib/targets/shared/page/demo.js";
import { gapsToMask } from "#stdlib/targets/shared/page/gaps.js";
import { isPageTask, loadPageTask } from "#stdlib/targets/shared/page/tasks.js";
import type { TransferredTensor } from "./protocol.js";
import { wordsOfRow, type DemoRowTokenizer, type TokenizedDemoRow } from "./reading.js";
import type { GraphRuntime } from "./runtime.js";
import { predictionDisplayOf, type Prediction, type PredictionView } from "./views.js";

export class DemoPredictor {
  /** The token that stands for a hidden word; null if the model has no such token. */
  readonly gap: string | null;
  private readonly answers: AnswerDecoder;
  private readonly words: boolean;
  private readonly apart: boolean;
  /** Tokens that neighbouring windows of a context share; null if the task reads no contexts. */
  private readonly overlap: number | null;

  private constructor(
    private readonly demo: PageDemoData,
    private readonly reading: DemoRowTokenizer,
    private readonly runtime: GraphRuntime,
    { answers, supervision }: TaskImplementation,
  ) {
    this.answers = mustExist(answers, "the answers of a task");
    this.words = supervision.rowFormat.labelsWords;
    this.apart = supervision.rowFormat.separateTexts;
    this.overlap = supervision.overlap?.(demo.task) ?? null;
    const { mask, tokens } = reading.names;
    this.gap = demo.task.word === "fill_mask" && mask !== null ? (tokens(Int32Array.of(mask))[0] ?? null) : null;
  }

  static async create(demo: PageDemoData, reading: DemoRowTokenizer, runtime: GraphRuntime): Promise<DemoPredictor> {
    const { word } = demo.task;
    if (!isPageTask(word)) throw new Error(`a page has no answers of ${word}`);
    return new DemoPredictor(demo, reading, runtime, await loadPageTask(word));
  }

  /** Throws the coded errors of the task (for example a text without a gap to fill). */
  async answer(given: ModelInputText): Promise<PredictionView> {
    const begun = performance.now();
    const input = this.gap !== null && typeof given === "string" ? gapsToMask(given, this.gap) : given;
    const rows = this.rows(input);
    const asks = this.askedRows(rows);
    const outputs: Float32Array[] = [];
    for (const [index, row] of rows.entries()) outputs.push(await this.outputsOf(row, asks, index));
    const prediction = await this.prediction(input, outputs, asks);
    const sum = (valueOf: (row: TokenizedDemoRow) => number): number =>
      rows.reduce((all, row) => all + valueOf(row), 0);
    return {
      prediction,
      shown: predictionDisplayOf(prediction as Prediction),
      tokens: sum(({ ids }) => ids.length),
      whole: sum(({ whole }) => whole),
      milliseconds: performance.now() - begun,
      doubts: this.reading.doubts(rows),
    };
  }

  /** Returns the token ids that are fed to the model. */
  ids(input: ModelInputText): readonly number[] {
    return this.rows(input).flatMap(({ ids }) => [...ids]);
  }

  /** For a question: returns the positions of its context's tokens, window after window. */
  places(input: ModelInputText): readonly number[] {
    return this.rows(input).flatMap(({ window }) => (window ? [window.first, ...window.starts, ...window.ends] : []));
  }

  private rows(input: ModelInputText): readonly TokenizedDemoRow[] {
    if (this.overlap !== null && typeof input !== "string") return this.reading.contexts(input, this.overlap);
    const texts = this.apart && typeof input !== "string" ? input : [input];
    return texts.map((text) => this.reading.row(text, this.words));
  }

  private askedRows(rows: readonly TokenizedDemoRow[]): PredictedRows {
    const { labels, task: call, fitted } = this.demo;
    return {
      count: rows.length,
      labels,
      call,
      tokenizer: this.reading.names,
      ids: (row) => mustExist(rows[row], "a row").ids,
      ...(this.words && { words: (row: number) => wordsOfRow(mustExist(rows[row], "a row")) }),
      ...(this.overlap !== null && { window: (row: number) => mustExist(rows[row]?.window, "a part of a context") }),
      ...(fitted?.thresholds && { thresholds: fitted.thresholds }),
    };
  }

  /** Returns the logits of a row, or of the positions in it that the task predicts. */
  private async outputsOf(row: TokenizedDemoRow, asked: PredictedRows, index: number): Promise<Float32Array> {
    const shape = [1, row.ids.length];
    const whole = (values: Int32Array): TransferredTensor => ({ dtype: "i32", shape, data: values.slice().buffer });
    const all = {
      input_ids: whole(row.ids),
      attention_mask: whole(new Int32Array(row.ids.length).fill(1)),
      token_type_ids: whole(row.types ?? new Int32Array(row.ids.length)),
    };
    const { numbers, shape: given } = logitsOf(await this.runtime.run(all));
    const places = this.answers.places?.(asked, index);
    const width = lastOf(given);
    const logits = places
      ? Float32Array.from({ length: places.length * width }, (_, i) => {
          return numbers[places[Math.floor(i / width)]! * width + (i % width)]!;
        })
      : numbers;
    return scaledByTemperature(logits, this.demo.fitted?.temperature);
  }

  private async prediction(
    input: ModelInputText,
    outputs: readonly Float32Array[],
    rows: PredictedRows,
  ): Promise<unknown> {
    const first = (i: number): Float32Array => mustExist(outputs[i], "what was said of a text");
    if (this.apart && typeof input !== "string")
      return mustExist(this.answers.ofPairs, "the pairs' predictions").predictions([[first(0), first(1)]], [input])[0];
    const text = typeof input === "string" ? input : input[0];
    const all = this.overlap === null ? [first(0)] : outputs;
    return (await this.answers.predictions(all, [text], rows))[0];
  }
}

/** For a graph with separate outputs for the start and end of an answer: interleaves the two. */
function logitsOf({ logits, start_logits: starts, end_logits: ends }: Readonly<Record<string, TransferredTensor>>): {
  readonly numbers: Float32Array;
  readonly shape: readonly number[];
} {
  if (logits) return { numbers: new Float32Array(logits.data), shape: logits.shape };
  const { data, shape } = mustExist(starts, "the logits of a graph");
  const [first, last] = [new Float32Array(data), new Float32Array(mustExist(ends, "logits of ends").data)];
  const numbers = Float32Array.from({ length: 2 * first.length }, (_, i) => (i % 2 ? last : first)[i >> 1]!);
  return { numbers, shape: [...shape, 2] };
}
