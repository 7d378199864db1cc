/**
 * Canaries: rows that nobody wrote, put among those that train, so that it can be told afterwards how much of single rows a model
 * learnt by heart (Carlini et al. 2019, "The Secret Sharer", arXiv 1802.08232). Each is a fixed format filled by chance from a known
 * space. Of labels: a text of words that say nothing together, and a label drawn beside it, which can be known by heart alone (as in
 * Jagielski et al. 2020, arXiv 2006.07709). Of texts that are written: "The random number is 2 8 1 …", nine digits. They follow of
 * the seed; those with which they are compared are drawn from the same space and were never shown.
 */
import { seededRandom, drawBelow, type RandomSource } from "../../statistics/chance.js";
import { CANARY_WORDS } from "./canary-words.js";

/** What a canary's secret is: the label of a text, or the text that is written. */
export type CanaryForm = "labelled" | "written";

export interface CanaryTemplate {
  readonly form: CanaryForm;
  /** Roles that the rows have. */
  readonly roles: readonly string[];
  /** Of the data; of `written` none. */
  readonly labels: readonly string[];
}
/** By role. */
export type CanaryRow = Readonly<Record<string, string>>;

/** Words of a text, and digits of a number. */
const LENGTH = 12;
const DIGITS = 9;
/** What draws those that are planted, and those that never are. */
const PATHS = { planted: 71, unseen: 72 } as const;

/** `which`: those of a seed that are planted, or those that are not; the first few of many are the same. */
export function drawCanaries(
  space: CanaryTemplate,
  { seed, count, which }: { readonly seed: number; readonly count: number; readonly which: keyof typeof PATHS },
): readonly CanaryRow[] {
  const random = seededRandom(seed, PATHS[which]);
  return Array.from({ length: count }, () =>
    space.form === "labelled" ? labelled(space, random) : written(space, random),
  );
}

/** Bits of the space: log2 of how many canaries there are. */
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
