/**
 * Golden inputs, on which a deployed model is compared with the notebook's. They are synthetic, never rows of real
 * data, so that they may be published. They include one character, usual words, other scripts, unknown characters, a
 * text of exactly the maximum length and one beyond it. They form one batch, so that its texts have unequal lengths.
 */
import type { Message } from "#stdlib/conversations/kind.js";
import type { PredictionInput } from "../data/encoding/encoded.js";
import type { ModelPrompt } from "../inference/prompts.js";

export type GoldenInputs =
  | { readonly is: "asked"; readonly inputs: readonly PredictionInput[] }
  | {
      readonly is: "prompts";
      readonly inputs: readonly ModelPrompt[];
      /** Generated tokens per prompt. */
      readonly most: number;
    };

const TEXTS: readonly string[] = [
  "a",
  "Hello, who?",
  "The invoice that came on Monday is wrong, please correct it.",
  "Is it good? It isn't bad: 3.5 of 5, and cheaper by 20 % than (say) last year's!",
  "Czy możesz mi pomóc? Straße, naïve façade, Ελληνικά, Привет, мир.",
  "请帮我查一下订单。 注文はどこですか？ مرحبا بالعالم नमस्ते",
  "🙂🙃 \u{1f9ff}\u{e000} zzzxqj ﷽",
  "  two  blanks,\ttabs and\nlines \r\n\r\n end ",
];
const LONG = "The train was late again and nobody at the counter could tell us why it stopped for an hour. ";

/** Returns words of about `tokens` tokens. */
function ofLength(tokens: number): string {
  const words = LONG.repeat(Math.ceil(tokens / 19) + 1).split(" ");
  return words.slice(0, Math.max(1, tokens)).join(" ");
}

const MOST_TOKENS = 32;
/** Maximum tokens of a prompt: longer ones are slow and show nothing more. */
const LONGEST = 192;

export interface GoldenInputOptions {
  /** Maximum tokens of a text. */
  readonly maxLength: number;
  readonly roles: readonly string[];
  /** Mask token; null: the task has none. */
  readonly mask: string | null;
  /** Whether the model generates text; `turns`: from conversations. */
  readonly writes: false | "texts" | "turns";
}

export function goldenInputsOf({ maxLength, roles, mask, writes }: GoldenInputOptions): GoldenInputs {
  const longest = Math.min(maxLength, LONGEST);
  const texts = [...TEXTS, ofLength(longest), ofLength(longest + 40)];
  if (writes === "turns") return { is: "prompts", inputs: texts.map(conversationWith), most: MOST_TOKENS };
  if (writes === "texts")
    return {
      is: "prompts",
      inputs: [...TEXTS.filter((text) => text.trim() === text), ofLength(Math.ceil(longest / 2))],
      most: MOST_TOKENS,
    };
  if (mask !== null) return { is: "asked", inputs: texts.map((text) => masked(text, mask, maxLength)) };
  if (roles.includes("context"))
    return { is: "asked", inputs: texts.map((text) => ["What was late?", `${text} ${LONG}`] as const) };
  if (roles.includes("text_pair"))
    return { is: "asked", inputs: texts.map((text, i) => [text, texts[(i + 3) % texts.length]!] as const) };
  return { is: "asked", inputs: texts };
}

/** One user message, or three messages that end with it. */
function conversationWith(text: string, i: number): readonly Message[] {
  const last: Message = { role: "user", content: text };
  if (i % 3 === 0) return [last];
  const before: readonly Message[] = [
    { role: "user", content: "Good morning." },
    { role: "assistant", content: "Good morning, what can I do?" },
  ];
  return [...before, last];
}

/** Masks a word in the middle, or an earlier one, so that it is not cut off: a text has at most one token per byte. */
function masked(text: string, mask: string, maxLength: number): string {
  const words = text.split(" ");
  const fits = (wordCount: number): boolean => Buffer.byteLength(words.slice(0, wordCount).join(" ")) <= maxLength - 4;
  let place = Math.min(5, Math.floor(words.length / 2));
  while (place > 0 && !fits(place)) place--;
  words[place] = mask;
  return words.join(" ");
}
