/** Converts a model's prediction to the page's display, from what the notebook's `predict` returns for any task. */

export interface PredictionView {
  readonly shown: PredictionDisplay;
  /** The value that `predict` returns. */
  readonly prediction: unknown;
  /** Number of tokens read; `whole`: number of tokens of the text. */
  readonly tokens: number;
  readonly whole: number;
  readonly milliseconds: number;
  /** Warnings to show with the prediction. */
  readonly doubts: readonly string[];
}
export type PredictionDisplay =
  | { readonly is: "bars"; readonly several: boolean; readonly bars: readonly LabelBar[] }
  | { readonly is: "number"; readonly text: string }
  | { readonly is: "words"; readonly words: readonly TaggedWord[]; readonly cut: number }
  | { readonly is: "alike"; readonly similarity: number }
  | { readonly is: "span"; readonly answer: FoundAnswer }
  | { readonly is: "gaps"; readonly filled: string; readonly gaps: readonly (readonly LabelBar[])[] };
export interface LabelBar {
  readonly label: string;
  readonly share: number;
  /** Whether it is the prediction, or part of it. */
  readonly given: boolean;
}
export interface TaggedWord {
  readonly text: string;
  readonly tag: string;
  readonly probability: number;
  /** Kind of the entity that contains the word; null if there is none. */
  readonly entity: string | null;
  /** Continues the entity of the previous word. */
  readonly goesOn: boolean;
}

/** Position of an answer in a context; an empty answer has none. */
export interface FoundAnswer {
  readonly answer: string;
  readonly context: string;
  readonly start: number;
  readonly end: number;
  readonly probability: number;
}
interface Tags {
  readonly tokens: readonly { readonly token: string; readonly tag: string; readonly probability: number }[];
  readonly entities: readonly { readonly type: string; readonly start: number; readonly end: number }[];
  readonly cut: number;
}
/** Predictions of the tasks that demo pages support. */
export type Prediction =
  | { readonly label: string; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly labels: readonly string[]; readonly probabilities: Readonly<Record<string, number>> }
  | { readonly score: number }
  | Tags
  | { readonly similarity: number }
  | FoundAnswer
  | {
      readonly filled: string;
      readonly candidates: readonly (readonly { readonly token: string; readonly probability: number }[])[];
    };

/** The most likely ones come first. */
export function predictionDisplayOf(prediction: Prediction): PredictionDisplay {
  if ("probabilities" in prediction) {
    const given = new Set("labels" in prediction ? prediction.labels : [prediction.label]);
    const bars = Object.entries(prediction.probabilities).map(([label, share]) => ({
      label,
      share,
      given: given.has(label),
    }));
    return { is: "bars", several: "labels" in prediction, bars: bars.sort((a, b) => b.share - a.share) };
  }
  if ("answer" in prediction) return { is: "span", answer: prediction };
  if ("score" in prediction) return { is: "number", text: String(Number(prediction.score.toPrecision(4))) };
  if ("similarity" in prediction) return { is: "alike", similarity: prediction.similarity };
  if ("tokens" in prediction) return { is: "words", words: wordsOf(prediction), cut: prediction.cut };
  const gaps = prediction.candidates.map((gap) =>
    gap.map(({ token, probability }, i) => ({ label: token, share: probability, given: i === 0 })),
  );
  return { is: "gaps", filled: prediction.filled, gaps };
}

function wordsOf({ tokens, entities }: Tags): readonly TaggedWord[] {
  return tokens.map(({ token, tag, probability }, index) => {
    const entity = entities.find(({ start, end }) => start <= index && index < end);
    return {
      text: token,
      tag,
      probability,
      entity: entity?.type ?? null,
      goesOn: entity !== undefined && entity.start < index,
    };
  });
}
