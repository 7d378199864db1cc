/**
 * A base's own chat template (Jinja). Where an answer stands is found by structure: `{% generation %}` blocks say it; in a
 * template without them the contents of the assistant's turns are wrapped in two characters of private use, which the
 * template carries to where they belong, and the stop is the special token that follows. Texts are never searched for words.
 */
import { Template } from "@huggingface/jinja";
import type { SpecialTexts, TemplateImplementation, TemplatePiece, Turn } from "../../kinds/conversation.js";
import { said } from "./turns.js";

/** Around what is trained; characters that no vocabulary gives a meaning. */
const OPEN = "\u{f8f0}";
const CLOSE = "\u{f8f1}";
const marks = new RegExp(`[${OPEN}${CLOSE}]`, "gu");

type Pieces = ReturnType<TemplateImplementation["pieces"]>;

/** A turn as templates of others read it: whatever transformers hands to them. */
export type Message = Readonly<Record<string, unknown>>;
export interface OwnTemplate extends TemplateImplementation {
  /** Whatever the turns hold; their answer is written next. `tools`: as transformers hands them over; empty: there are none. */
  told(
    messages: readonly Message[],
    o: { readonly specials: SpecialTexts; readonly tools: readonly Message[] },
  ): { readonly text: string } | { readonly refused: string };
}

export function ownTemplate(source: string): OwnTemplate {
  const tagged = /\{%-?\s*generation\s*-?%\}/.test(source);
  const plain = compiled(source.replace(/\{%(-?)\s*(?:end)?generation\s*(-?)%\}/g, "{%$1 if true $2%}{%$1 endif $2%}"));
  const marked = tagged
    ? compiled(
        source
          .replace(/\{%(-?)\s*generation\s*(-?)%\}/g, `{%$1 if true $2%}${OPEN}{%$1 endif $2%}`)
          .replace(/\{%(-?)\s*endgeneration\s*(-?)%\}/g, `{%$1 if true $2%}${CLOSE}{%$1 endif $2%}`),
      )
    : null;
  const own: OwnTemplate = {
    told(messages, { specials, tools }) {
      try {
        return { text: plain(messages, specials, true, tools) };
      } catch (error) {
        return { refused: error instanceof Error ? error.message : String(error) };
      }
    },
    pieces(turns, { specials, prompt }) {
      try {
        const messages = messagesOf(turns);
        const text = plain(messages, specials, prompt);
        if (prompt) return [{ text }];
        if (marked) return byMarks(text, marked(messages, specials, false), turns);
        return byContents(text, (changed) => plain(changed, specials, false), turns, specials);
      } catch (error) {
        return { refused: error instanceof Error ? error.message : String(error) };
      }
    },
    stop: (specials) => stopOf(own, specials),
  };
  return own;
}

const example: readonly Turn[] = [
  { role: "user", content: "q" },
  { role: "assistant", content: "a" },
];
/** The special token that an answer ends with; where there is none, the tokenizer's end. */
function stopOf(template: TemplateImplementation, specials: SpecialTexts): string {
  const pieces = template.pieces(example, { specials, prompt: false });
  const answer = "refused" in pieces ? "" : (pieces.find((piece) => piece.answer !== undefined)?.text ?? "");
  const end = specials.all.filter((token) => answer.endsWith(token)).sort((a, b) => b.length - a.length)[0];
  return end ?? specials.eos;
}

interface Said extends Message {
  readonly role: string;
  readonly content: string;
}
function messagesOf(turns: readonly Turn[]): readonly Said[] {
  return turns.map((turn) => ({ role: turn.role, content: said(turn) }));
}

function compiled(source: string) {
  // The library's own clock follows the machine's language and knows less than Python's.
  const template = new Template(source.replace(/\bstrftime_now\b/g, "own_strftime_now"));
  return (
    messages: readonly Message[],
    specials: SpecialTexts,
    prompt: boolean,
    tools: readonly Message[] = [],
  ): string =>
    template.render({
      messages,
      // As in transformers they are none where there are none: templates ask whether they are.
      tools: tools.length > 0 ? tools : null,
      bos_token: specials.bos,
      eos_token: specials.eos,
      add_generation_prompt: prompt,
      own_strftime_now: (format: string) => formatted(new Date(), format),
    });
}

/** Cuts the marked text at its marks; an answer's number is that of the assistant's turn in the same order. */
function byMarks(text: string, marked: string, turns: readonly Turn[]): Pieces {
  if (marked.replace(marks, "") !== text) return { refused: "its generation blocks change what is written" };
  const answers = turns.flatMap(({ role }, i) => (role === "assistant" ? [i] : []));
  const parts = marked.split(marks);
  if (parts.length !== 2 * answers.length + 1)
    return { refused: "its generation blocks are not as many as the assistant's turns" };
  return parts.map((part, i) => (i % 2 === 1 ? { text: part, answer: answers[(i - 1) / 2]! } : { text: part }));
}

/** `render` gives the text for changed contents. */
function byContents(
  text: string,
  render: (messages: readonly Said[]) => string,
  turns: readonly Turn[],
  specials: SpecialTexts,
): Pieces {
  const messages = messagesOf(turns);
  // Most templates leave contents as they are; the others strip them.
  for (const strip of [false, true]) {
    const wrapped = messages.map(({ role, content }) => ({
      role,
      content: role === "assistant" ? `${OPEN}${strip ? content.trim() : content}${CLOSE}` : content,
    }));
    const pieces = byMarks(text, render(wrapped), turns);
    if (!("refused" in pieces)) return withStops(pieces, specials);
  }
  return { refused: "it writes an answer otherwise than it stands in the data, so its place can't be told" };
}

/** An answer takes with it what follows up to the special token that ends it, if one does. */
function withStops(pieces: readonly TemplatePiece[], { all }: SpecialTexts): readonly TemplatePiece[] {
  const out: TemplatePiece[] = [];
  for (const piece of pieces) {
    const before = out.at(-1);
    const end = before?.answer === undefined ? undefined : stopIn(piece.text, all);
    if (before?.answer === undefined || end === undefined) out.push(piece);
    else {
      out[out.length - 1] = { text: before.text + piece.text.slice(0, end), answer: before.answer };
      out.push({ text: piece.text.slice(end) });
    }
  }
  return out;
}

/** Where the special token ends that stands first in `text`, blanks before it aside. */
function stopIn(text: string, all: readonly string[]): number | undefined {
  const at = text.length - text.trimStart().length;
  const own = all.filter((token) => text.startsWith(token, at)).sort((a, b) => b.length - a.length)[0];
  return own === undefined ? undefined : at + own.length;
}

/** Python's strftime, as far as templates use it. */
function formatted(now: Date, format: string): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const month = (length: "long" | "short"): string => now.toLocaleString("en-US", { month: length });
  const day = (length: "long" | "short"): string => now.toLocaleString("en-US", { weekday: length });
  const parts: Readonly<Record<string, () => string>> = {
    Y: () => String(now.getFullYear()),
    y: () => two(now.getFullYear() % 100),
    m: () => two(now.getMonth() + 1),
    d: () => two(now.getDate()),
    H: () => two(now.getHours()),
    M: () => two(now.getMinutes()),
    S: () => two(now.getSeconds()),
    B: () => month("long"),
    b: () => month("short"),
    A: () => day("long"),
    a: () => day("short"),
    "%": () => "%",
  };
  return format.replace(/%(.)/gu, (all, letter: string) => parts[letter]?.() ?? all);
}
