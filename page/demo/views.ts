/** What a model said of a text, as the page shows it: made of what the notebook's `predict` gives, whichever the task. */

export interface PredictionView {
  readonly shown: PredictionDisplay;
  /** As `predict` gives it. */
  readonly prediction: unknown;
  /** Tokens that were read, and that the text has. */
  readonly tokens: number;
  readonly whole: number;
  readonly milliseconds: number;
  /** What a reader should know before the answer is believed. */
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
  /** It is (part of) the answer. */
  readonly given: boolean;
}
export interface TaggedWord {
  readonly text: string;
  readonly tag: string;
  readonly probability: number;
  /** The kind of the entity that it is part of; null: of none. */
  readonly entity: string | null;
  /** It goes on with the entity of the word before it. */
  readonly goesOn: boolean;
}

/** Where in a context an answer stands; an empty one: nowhere. */
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
/** Of the tasks that pages hold. */
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

/** Likelier ones first. */
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
