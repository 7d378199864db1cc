/** What a model said of a text, as the page shows it: made of what the notebook's `predict` gives, whichever the task. */

export interface View {
  readonly shown: Shown;
  /** As `predict` gives it. */
  readonly prediction: unknown;
  /** Tokens that were read, and that the text has. */
  readonly tokens: number;
  readonly whole: number;
  readonly milliseconds: number;
  /** What a reader should know before the answer is believed. */
  readonly doubts: readonly string[];
}
export type Shown =
  | { readonly is: "bars"; readonly several: boolean; readonly bars: readonly Bar[] }
  | { readonly is: "number"; readonly text: string }
  | { readonly is: "words"; readonly words: readonly TaggedWord[]; readonly cut: number }
  | { readonly is: "alike"; readonly similarity: number }
  | { readonly is: "span"; readonly answer: FoundAnswer }
  | { readonly is: "gaps"; readonly filled: string; readonly gaps: readonly (readonly Bar[])[] };
export interface Bar {
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
export function shownOf(said: Prediction): Shown {
  if ("probabilities" in said) {
    const given = new Set("labels" in said ? said.labels : [said.label]);
    const bars = Object.entries(said.probabilities).map(([label, share]) => ({
      label,
      share,
      given: given.has(label),
    }));
    return { is: "bars", several: "labels" in said, bars: bars.sort((a, b) => b.share - a.share) };
  }
  if ("answer" in said) return { is: "span", answer: said };
  if ("score" in said) return { is: "number", text: String(Number(said.score.toPrecision(4))) };
  if ("similarity" in said) return { is: "alike", similarity: said.similarity };
  if ("tokens" in said) return { is: "words", words: wordsOf(said), cut: said.cut };
  const gaps = said.candidates.map((gap) =>
    gap.map(({ token, probability }, i) => ({ label: token, share: probability, given: i === 0 })),
  );
  return { is: "gaps", filled: said.filled, gaps };
}

function wordsOf({ tokens, entities }: Tags): readonly TaggedWord[] {
  return tokens.map(({ token, tag, probability }, at) => {
    const entity = entities.find(({ start, end }) => start <= at && at < end);
    return {
      text: token,
      tag,
      probability,
      entity: entity?.type ?? null,
      goesOn: entity !== undefined && entity.start < at,
    };
  });
}
