/**
 * A linear layer (`classifier`) over the state of each word's first subword. The loss is transformers', which sets
 * other subwords to −100; here they are removed before the head.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { AnswerDecoder, PredictedRows, SupervisionRows, TaskImplementation, TrainingTargets } from "./kind.js";
import { tokenLabels } from "../row-formats/token-labels.js";
import type { LabelMetricInput } from "../metrics/kind.js";
import {
  entitiesOf,
  entityCounts,
  entityF1,
  findTagViolation,
  type TaggedEntity,
  type TagScheme,
} from "../metrics/shared/entities.js";
import {
  labelsResampler,
  tagsResampler,
  cachedPerDraw,
  resamplingOf,
  metricResampleScorer,
} from "../metrics/shared/resampled-outcomes.js";
import { hasClassWeights, classWeightsOfCounts } from "./shared/class-weights.js";
import { targetInputs, float32NDArray } from "./shared/feeds.js";
import { lossSettingsOf } from "./shared/loss-settings.js";
import {
  commonestLabelBaseline,
  commonestPrediction,
  confusionMatrix,
  labelCountsOf,
  labelMetricInput,
  scoreLabelsWithMetric,
  labelMistakes,
  labelNumbering,
  labelLossAndAccuracy,
} from "./shared/label-scores.js";
import { argmax } from "../statistics/argmax.js";
import { softmaxInto } from "../statistics/probabilities.js";
import { whitespaceWords } from "./shared/whitespace-words.js";

export interface TagsPrediction {
  readonly text: string;
  readonly tokens: readonly { readonly token: string; readonly tag: string; readonly probability: number }[];
  /** `start` and `end` are word indices; `end` is exclusive. */
  readonly entities: readonly (TaggedEntity & { readonly text: string })[];
  /** Number of words beyond `max_length`, which have no tag. */
  readonly cut: number;
}
interface TaughtTags extends TrainingTargets {
  words(row: number): readonly string[];
  /** Returns the tag numbers of a row's fed words. */
  truth(row: number): Int32Array;
}

const schemeOf = (call: Call): TagScheme => call.arguments["scheme"] as TagScheme;

const wordsAsked = (rows: Pick<PredictedRows, "words">, row: number) => mustExist(rows.words, "the words of rows")(row);

const answers: AnswerDecoder<TaughtTags, TagsPrediction> = {
  places: (rows, row) => wordsAsked(rows, row).starts,
  score(outputs, taught, rows) {
    const scheme = schemeOf(rows.call);
    const { labels } = rows;
    const words = outputs.map((logits) => perWord(logits, labels.length));
    const right = outputs.map((_, row) => taught.truth(row));
    const input = labelMetricInput({ labels }, Int32Array.from(right.flatMap((row) => [...row])), words.flat());
    const truth = right.map((row) => Array.from(row, (tag) => labels[tag]!));
    const predicted = words.map((row) => row.map((logits) => labels[argmax(logits)]!));
    const tags = { scheme, truth, predicted };
    const [drawTags, drawWords] = [tagsResampler(tags), labelsResampler(input)];
    const wordsOf = cachedPerDraw(wordsOfTexts(right.map((row) => row.length)));
    const byTag = labelCountsOf(input);
    const commonest = commonestPrediction(byTag, input.truth.length);
    const kinds = [...entityCounts(truth, predicted, scheme)];
    const all = kinds.reduce(
      (sum, [, kind]) => ({ hit: sum.hit + kind.hit, given: sum.given + kind.given, have: sum.have + kind.have }),
      { hit: 0, given: 0, have: 0 },
    );
    return {
      metrics: { ...labelLossAndAccuracy(input), ...(scheme === "none" ? {} : { entity_f1: entityF1(all) }) },
      measure: (metric, call) =>
        metric.ofTags ? metric.ofTags(call, tags) : scoreLabelsWithMetric(metric, call, input),
      // Words of one text are correlated, so texts are resampled with all their words.
      resampling(metric, call) {
        const ofWords = metric.ofTags ? undefined : metricResampleScorer(metric, call, "compute", input, drawWords);
        const score = ofWords
          ? (drawn: Uint32Array) => ofWords(wordsOf(drawn))
          : metricResampleScorer(metric, call, "ofTags", tags, drawTags);
        return resamplingOf(outputs.length, score, { unit: "text" });
      },
      byLabel:
        scheme === "none"
          ? { of: ["word", "words"], head: "label", rows: byTag }
          : {
              of: ["entity", "entities"],
              head: "entity",
              rows: kinds.map(([label, count]) => ({ label, ...count })),
            },
      ...(commonest && { commonest }),
      labels,
      confusion: confusionMatrix(input),
      mistakesBy: "probability",
      mistakes: (most) => gravest(input, right, taught, most),
      notes: cutNote(rows),
    };
  },
  constant: ({ labels, values }) =>
    commonestLabelBaseline(
      labels,
      everyOne((values("tags") ?? []) as Iterable<readonly string[]>),
      (rows, row) => wordsAsked(rows, row).starts.length,
    ),
  predictions: (outputs, texts, rows) =>
    outputs.map((logits, i) => {
      const { labels } = rows;
      const words = whitespaceWords(texts[i]!);
      const shares = new Float32Array(labels.length);
      const tokens = perWord(logits, labels.length).map((wordLogits, word) => {
        softmaxInto(wordLogits, shares);
        const best = argmax(wordLogits);
        return { token: words[word]!, tag: labels[best]!, probability: shares[best]! };
      });
      const entities = entitiesOf(
        tokens.map(({ tag }) => tag),
        schemeOf(rows.call),
      );
      return {
        text: texts[i]!,
        tokens,
        entities: entities.map((entity) => ({ ...entity, text: words.slice(entity.start, entity.end).join(" ") })),
        cut: wordsAsked(rows, i).cut,
      };
    }),
  answer: ({ tokens }) => tokens.map(({ tag }) => tag).join(" "),
  columns: ["entities", "tags"],
  cells: ({ tokens, entities, cut }) => [
    entities.map(({ type, text }) => `${text} (${type})`).join(", ") || "none",
    tokens.map(({ tag }) => tag).join(" ") + (cut > 0 ? ` … ${cut} words beyond max_length` : ""),
  ],
};

function perWord(logits: Float32Array, n: number): readonly Float32Array[] {
  return Array.from({ length: logits.length / n }, (_, word) => logits.subarray(word * n, (word + 1) * n));
}

/** Maps texts to the numbers of their words, which are consecutive. */
function wordsOfTexts(lengths: readonly number[]): (drawn: Uint32Array) => Uint32Array {
  let sum = 0;
  const starts = lengths.map((length) => (sum += length) - length);
  return (drawn) => {
    const words = new Uint32Array(drawn.reduce((all, text) => all + lengths[text]!, 0));
    let to = 0;
    for (const text of drawn) for (let word = 0; word < lengths[text]!; word++) words[to++] = starts[text]! + word;
    return words;
  };
}

/** Ranks texts by their most confident wrong word. */
function gravest(input: LabelMetricInput, right: readonly Int32Array[], { words }: TaughtTags, most: number) {
  const places = right.flatMap((row, text) => Array.from(row, (_, word) => ({ text, word })));
  const seen = new Set<number>();
  return labelMistakes(input)
    .filter(({ at: index }) => {
      const { text } = places[index]!;
      return !seen.has(text) && seen.add(text);
    })
    .slice(0, most)
    .map(({ at: index, truth, predicted, by }) => {
      const { text, word } = places[index]!;
      return { row: text, truth: `${words(text)[word]!}: ${truth}`, predicted, by };
    });
}

function cutNote(rows: PredictedRows): readonly string[] {
  const cut = Array.from({ length: rows.count }, (_, row) => wordsAsked(rows, row).cut);
  const words = cut.reduce((sum, n) => sum + n, 0);
  if (words === 0) return [];
  return [`${words} words of ${cut.filter((n) => n > 0).length} rows are beyond max_length and are not scored`];
}

function* everyOne(rows: Iterable<readonly string[]>): Generator<string> {
  for (const row of rows) yield* row;
}

/**
 * Yields the tags of each row up to the last fed word, and writes their number to `fed`. Coded errors `unequal-lists`
 * and `tag-off-scheme`.
 */
function* tagsFed(
  rows: SupervisionRows,
  tokens: Iterable<unknown>,
  tags: Iterable<unknown>,
  fed: Int32Array,
): Generator<readonly string[]> {
  const scheme = schemeOf(rows.call);
  const words = (tokens as Iterable<readonly string[]>)[Symbol.iterator]();
  let row = 0;
  for (const rowTags of tags as Iterable<readonly string[]>) {
    const rowName = rows.names[row]!;
    const { length } = mustExist(words.next().value as readonly string[] | undefined, "the words of a row");
    if (rowTags.length !== length)
      throw new CodedError("unequal-lists", { row: rowName, tokens: length, tags: rowTags.length });
    const wrong = findTagViolation(rowTags, scheme);
    if (wrong) throw new CodedError("tag-off-scheme", { row: rowName, scheme, ...wrong });
    fed[row] = wordsAsked(rows, row).starts.length;
    yield rowTags.slice(0, fed[row]);
    row++;
  }
}

/** Weights from the fed words, counted row by row, because rows may be on disk and numerous. */
function tagWeights(
  { call, labels }: SupervisionRows,
  tags: NonNullable<ReturnType<SupervisionRows["values"]>>,
  fed: Int32Array,
  number: (tag: string) => number,
): Float32Array {
  const counts = new Float64Array(labels.length);
  let row = 0;
  for (const rowTags of tags as Iterable<readonly string[]>)
    for (const tag of rowTags.slice(0, fed[row++])) counts[number(tag)]! += 1;
  return classWeightsOfCounts(call, labels, counts);
}

export const tokenClassification: TaskImplementation = {
  supervision: {
    rowFormat: tokenLabels,
    inputs: (labels, about) => ({
      targets: { dtype: "i32", shape: ["targets"] },
      labels: { dtype: "i32", shape: ["targets"] },
      ...(about && hasClassWeights(about.call) && { weights: { dtype: "f32", shape: [labels] } }),
    }),
    teach(rows) {
      const [tokens, tags] = ["tokens", "tags"].map((role) => rows.values(role));
      if (!tokens || !tags) return null;
      // Stores only one number per row, because rows may be on disk and numerous.
      const fed = new Int32Array(rows.count);
      const number = labelNumbering(rows, tagsFed(rows, tokens, tags, fed));
      const truth = (row: number): Int32Array =>
        Int32Array.from((tags.at(row) as readonly string[]).slice(0, fed[row]), number);
      const weights = hasClassWeights(rows.call) ? tagWeights(rows, tags, fed, number) : null;
      const counts = (row: number): number =>
        weights ? truth(row).reduce((sum, tag) => sum + weights[tag]!, 0) : fed[row]!;
      const taught: TaughtTags = {
        words: (row) => tokens.at(row) as readonly string[],
        truth,
        counts: (batch) => Array.from(batch.rows).reduce((sum, row) => sum + counts(row), 0),
        places: (row) => fed[row]!,
        feeds({ rows: members, width }) {
          const targets = Array.from(members).flatMap((row, index) =>
            Array.from(wordsAsked(rows, row).starts, (start) => index * width + start),
          );
          const right = Array.from(members).flatMap((row) => [...truth(row)]);
          return {
            ...targetInputs(targets, right),
            ...(weights && { weights: float32NDArray(weights, [weights.length]) }),
          };
        },
      };
      return taught;
    },
  },
  headPaths: ["classifier"],
  pooled: false,
  head(layers, body, options) {
    const logits = (targets: Parameters<ReturnType<TaskImplementation["head"]>["logits"]>[0]) => {
      // Dropout is sampled per row, so it comes before positions are selected from rows.
      const x = layers.dropout("dropout", body.last_hidden_state, options.dropout);
      return layers.linear("classifier", targets ? x.takeRows(targets) : x, {
        in: options.hidden,
        out: options.labels,
      });
    };
    return {
      logits,
      probabilities: (of) => of.softmax(),
      loss: ({ labels, targets, weights, each }, reduction) =>
        logits(targets).crossEntropy(labels, { ...lossSettingsOf(options.call), reduction, weights, each }),
      plain: ({ labels, targets }, reduction) => logits(targets).crossEntropy(labels, { reduction }),
    };
  },
  answers: answers as AnswerDecoder,
};
