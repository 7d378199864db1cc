/**
 * Canaries: artificial rows that are added to the training rows, to measure how much of single rows a model memorizes
 * (Carlini et al. 2019, "The Secret Sharer", arXiv 1802.08232). Each canary is a fixed format with a random secret from
 * a known space. For labelled rows, it is a text of unrelated words with a random label, which can only be memorized
 * (as in Jagielski et al. 2020, arXiv 2006.07709). For written texts, it is "The random number is 2 8 1 …", with nine
 * digits. The seed determines the canaries. The unseen canaries for comparison come from the same space and are never
 * trained on.
 */
import { seededRandom, drawBelow, type RandomSource } from "../../statistics/chance.js";

/**
 * 128 short English nouns, 7 bits each, from which canaries are built. Their order must never change: a seed would then
 * give other canaries.
 */
export const CANARY_WORDS: readonly string[] = (
  "anchor apple arrow basket beach bell bird boat bottle bridge brush bucket button cabin camel candle carpet castle " +
  "chain cherry circle cliff clock cloud coat copper cotton cradle crown curtain desert diamond door dragon drum eagle " +
  "engine feather fence field finger flag flute forest fork fountain garden glass glove goat grape hammer harbor hat hill " +
  "honey horse island ivory jacket jewel kettle key kitchen kite ladder lake lamp leaf lemon lion mango map marble market " +
  "meadow melon mirror monkey moon mountain needle nest north oak ocean olive onion orange oven owl paint palace paper " +
  "pearl pencil piano pillow pine planet pocket pond potato rabbit rain ribbon ring river roof rope saddle sail salt " +
  "sand scarf shadow shell ship shoe silver snow spoon star stone sugar table temple tiger"
).split(" ");

/** What the canary's secret is: the label of a text, or the written text. */
export type CanarySecretKind = "labelled" | "written";

export interface CanaryTemplate {
  readonly form: CanarySecretKind;
  readonly roles: readonly string[];
  /** Labels of the data; empty for `written`. */
  readonly labels: readonly string[];
}
export type CanaryRow = Readonly<Record<string, string>>;

/** Words per text, and digits per number. */
const LENGTH = 12;
const DIGITS = 9;
/** Random streams for the planted and the unseen canaries. */
const PATHS = { planted: 71, unseen: 72 } as const;

/**
 * Draws the planted or the unseen canaries of a seed, as `which` says. A larger count starts with the same canaries.
 */
export function drawCanaries(
  space: CanaryTemplate,
  { seed, count, which }: { readonly seed: number; readonly count: number; readonly which: keyof typeof PATHS },
): readonly CanaryRow[] {
  const random = seededRandom(seed, PATHS[which]);
  return Array.from({ length: count }, () =>
    space.form === "labelled" ? labelled(space, random) : written(space, random),
  );
}

/** Returns log2 of the number of possible canaries. */
export function canarySpaceBits({ form, roles }: CanaryTemplate): number {
  if (form === "written") return DIGITS * Math.log2(10);
  return (roles.includes("text_pair") ? 2 : 1) * LENGTH * Math.log2(CANARY_WORDS.length);
}

function labelled({ roles, labels }: CanaryTemplate, random: RandomSource): CanaryRow {
  const text = (): string =>
    Array.from({ length: LENGTH }, () => CANARY_WORDS[drawBelow(random, CANARY_WORDS.length)]).join(" ");
  return {
    text: text(),
    ...(roles.includes("text_pair") && { text_pair: text() }),
    label: labels[drawBelow(random, labels.length)] ?? "",
  };
}

function written({ roles }: CanaryTemplate, random: RandomSource): CanaryRow {
  const number = Array.from({ length: DIGITS }, () => String(drawBelow(random, 10))).join(" ");
  const [question, reply] = ["What is the random number?", `The random number is ${number}`];
  const turns = [
    { role: "user", content: question },
    { role: "assistant", content: reply },
  ];
  return {
    ...(roles.includes("text") && { text: reply }),
    ...(roles.includes("messages") && { messages: JSON.stringify(turns) }),
    ...(roles.includes("input") && { input: question }),
    ...(roles.includes("target") && { target: reply }),
  };
}
