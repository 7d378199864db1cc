/**
 * Detects which known chat template a model has by its output. It formats sample conversations with the model's own
 * template and each known one, and compares them. A system message that the template always adds is detected the same
 * way.
 */
import type { Message } from "../../../conversations/kind.js";
import { goTemplateVariablesOf, compileGoTemplate } from "./go-template.js";
import { KNOWN_CHAT_TEMPLATES, type KnownChatTemplate } from "./templates.js";

export interface RecognizedTemplate {
  readonly known: KnownChatTemplate;
  /** Template for Ollama, with the special tokens filled in. */
  readonly go: string;
  /** System message that is added to conversations without one; null for none. */
  readonly system: string | null;
}
/** `bos`: the tokenizer's BOS text; `added`: whether the tokenizer adds it to every text. */
export interface TemplateSpecialTokens {
  readonly bos: string;
  readonly eos: string;
  readonly added: boolean;
}

const user = (content: string): Message => ({ role: "user", content });
const SAMPLES: readonly (readonly Message[])[] = [
  [user("Which way?")],
  [user("Which way?"), { role: "assistant", content: "To the left." }, user("And then?")],
  [{ role: "system", content: "Be brief." }, user("Which way?")],
  [{ role: "system", content: "Be brief." }, user("Why?"), { role: "assistant", content: "So." }, user("Oh?")],
];

/**
 * `write`: the output of the model's own template with the prompt for an answer; null for conversations that it
 * refuses.
 */
export async function recognizeTemplate(
  write: (conversations: readonly (readonly Message[])[]) => Promise<readonly (string | null)[]>,
  specials: TemplateSpecialTokens,
): Promise<RecognizedTemplate | null> {
  const texts = await write(SAMPLES);
  // Ollama writes the BOS token if the tokenizer adds it; otherwise the template does.
  const bare = texts.map((text) => text && withoutBos(text, specials.bos));
  const ways = specials.added
    ? [{ before: "", texts: bare }]
    : [
        { before: "", texts },
        { before: specials.bos, texts: bare },
      ];
  for (const known of KNOWN_CHAT_TEMPLATES)
    for (const way of ways) {
      const go = known.go.replaceAll("[BOS]", specials.bos).replaceAll("[EOS]", specials.eos);
      const as = compileGoTemplate(go);
      const system = alike(way.texts, (messages) => as(goTemplateVariablesOf(messages)));
      if (system !== undefined) return { known, go: way.before + go, system };
    }
  return null;
}

/** Returns undefined if the outputs differ. */
function alike(
  texts: readonly (string | null)[],
  as: (messages: readonly Message[]) => string,
): string | null | undefined {
  let system: string | null = null;
  let some = false;
  for (const [i, text] of texts.entries()) {
    if (text === null) continue;
    some = true;
    const messages = SAMPLES[i]!;
    if (as(messages) === text) continue;
    const systemText = messages[0]?.role === "system" ? null : systemIn(text, messages, as);
    if (systemText === null || (system !== null && systemText !== system)) return undefined;
    system = systemText;
  }
  return some ? system : undefined;
}

/** Returns the system message that is in the text but not among the messages. */
function systemIn(
  text: string,
  messages: readonly Message[],
  as: (messages: readonly Message[]) => string,
): string | null {
  const mark = "\u{f8f0}";
  const [before, after] = as([{ role: "system", content: mark }, ...messages]).split(mark);
  if (before === undefined || after === undefined || !text.startsWith(before) || !text.endsWith(after)) return null;
  const system = text.slice(before.length, text.length - after.length);
  return system && as([{ role: "system", content: system }, ...messages]) === text ? system : null;
}

function withoutBos(text: string, bos: string): string {
  return bos && text.startsWith(bos) ? text.slice(bos.length) : text;
}
