/** A text to what the model says of it: the task's own answers over the graph's logits, as in the notebook. */
import { lastOf, must } from "#dsl/language/diagnostics/must.js";
import type { Answers, AskedRows, TaskImplementation } from "#stdlib/tasks/kind.js";
import { cooled } from "#stdlib/calibrations/shared/thresholds.js";
import type { AskedText, Demo } from "#stdlib/targets/shared/page/demo.js";
import { gapsAs } from "#stdlib/targets/shared/page/gaps.js";
import { isOfPages, taskOfPages } from "#stdlib/targets/shared/page/tasks.js";
import type { Array32 } from "./protocol.js";
import { wordsOfRow, type Reading, type Row } from "./reading.js";
import type { Runtime } from "./runtime.js";
import { shownOf, type Prediction, type View } from "./views.js";

export class Answering {
  /** The token that stands for a hidden word; null: the model names none. */
  readonly gap: string | null;
  private readonly answers: Answers;
  private readonly words: boolean;
  private readonly apart: boolean;
  /** Tokens that neighbouring parts of a context share; null: it reads no contexts. */
  private readonly overlap: number | null;

  private constructor(
    private readonly demo: Demo,
    private readonly reading: Reading,
    private readonly runtime: Runtime,
    { answers, supervision }: TaskImplementation,
  ) {
    this.answers = must(answers, "the answers of a task");
    this.words = supervision.rowFormat.labelsWords;
    this.apart = supervision.rowFormat.separateTexts;
    this.overlap = supervision.overlap?.(demo.task) ?? null;
    const { mask, tokens } = reading.names;
    this.gap = demo.task.word === "fill_mask" && mask !== null ? (tokens(Int32Array.of(mask))[0] ?? null) : null;
  }

  static async of(demo: Demo, reading: Reading, runtime: Runtime): Promise<Answering> {
    const { word } = demo.task;
    if (!isOfPages(word)) throw new Error(`a page has no answers of ${word}`);
    return new Answering(demo, reading, runtime, await taskOfPages(word));
  }

  /** Coded errors: those of the task (a text without a gap to fill). */
  async answer(given: AskedText): Promise<View> {
    const begun = performance.now();
    const asked = this.gap !== null && typeof given === "string" ? gapsAs(given, this.gap) : given;
    const rows = this.rows(asked);
    const asks = this.asked(rows);
    const said: Float32Array[] = [];
    for (const [at, row] of rows.entries()) said.push(await this.said(row, asks, at));
    const prediction = await this.prediction(asked, said, asks);
    const sum = (of: (row: Row) => number): number => rows.reduce((all, row) => all + of(row), 0);
    return {
      prediction,
      shown: shownOf(prediction as Prediction),
      tokens: sum(({ ids }) => ids.length),
      whole: sum(({ whole }) => whole),
      milliseconds: performance.now() - begun,
      doubts: this.reading.doubts(rows),
    };
  }

  /** As they are fed. */
  ids(asked: AskedText): readonly number[] {
    return this.rows(asked).flatMap(({ ids }) => [...ids]);
  }

  /** Of a question: where the tokens of its context stand, part after part. */
  places(asked: AskedText): readonly number[] {
    return this.rows(asked).flatMap(({ window }) => (window ? [window.first, ...window.starts, ...window.ends] : []));
  }

  private rows(asked: AskedText): readonly Row[] {
    if (this.overlap !== null && typeof asked !== "string") return this.reading.contexts(asked, this.overlap);
    const texts = this.apart && typeof asked !== "string" ? asked : [asked];
    return texts.map((text) => this.reading.row(text, this.words));
  }

  private asked(rows: readonly Row[]): AskedRows {
    const { labels, task: call, fitted } = this.demo;
    return {
      count: rows.length,
      labels,
      call,
      tokenizer: this.reading.names,
      ids: (row) => must(rows[row], "a row").ids,
      ...(this.words && { words: (row: number) => wordsOfRow(must(rows[row], "a row")) }),
      ...(this.overlap !== null && { window: (row: number) => must(rows[row]?.window, "a part of a context") }),
      ...(fitted?.thresholds && { thresholds: fitted.thresholds }),
    };
  }

  /** Logits of a row, or of the places in it that are asked about. */
  private async said(row: Row, asked: AskedRows, at: number): Promise<Float32Array> {
    const shape = [1, row.ids.length];
    const whole = (of: Int32Array): Array32 => ({ dtype: "i32", shape, data: of.slice().buffer });
    const all = {
      input_ids: whole(row.ids),
      attention_mask: whole(new Int32Array(row.ids.length).fill(1)),
      token_type_ids: whole(row.types ?? new Int32Array(row.ids.length)),
    };
    const { numbers, shape: given } = logitsOf(await this.runtime.run(all));
    const places = this.answers.places?.(asked, at);
    const width = lastOf(given);
    const own = places
      ? Float32Array.from({ length: places.length * width }, (_, i) => {
          return numbers[places[Math.floor(i / width)]! * width + (i % width)]!;
        })
      : numbers;
    return cooled(own, this.demo.fitted?.temperature);
  }

  private async prediction(asked: AskedText, said: readonly Float32Array[], rows: AskedRows): Promise<unknown> {
    const first = (i: number): Float32Array => must(said[i], "what was said of a text");
    if (this.apart && typeof asked !== "string")
      return must(this.answers.ofPairs, "what is said of pairs").predictions([[first(0), first(1)]], [asked])[0];
    const text = typeof asked === "string" ? asked : asked[0];
    const all = this.overlap === null ? [first(0)] : said;
    return (await this.answers.predictions(all, [text], rows))[0];
  }
}

/** Of a graph that gives beginnings and ends of answers each by itself: one beside the other. */
function logitsOf({ logits, start_logits: starts, end_logits: ends }: Readonly<Record<string, Array32>>): {
  readonly numbers: Float32Array;
  readonly shape: readonly number[];
} {
  if (logits) return { numbers: new Float32Array(logits.data), shape: logits.shape };
  const { data, shape } = must(starts, "the logits of a graph");
  const [first, last] = [new Float32Array(data), new Float32Array(must(ends, "logits of ends").data)];
  const numbers = Float32Array.from({ length: 2 * first.length }, (_, i) => (i % 2 ? last : first)[i >> 1]!);
  return { numbers, shape: [...shape, 2] };
}
