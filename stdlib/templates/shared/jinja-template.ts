/**
 * A base's own Jinja chat template, rendered like transformers' `apply_chat_template`. Answers are located by
 * structure: `{% generation %}` blocks mark them. In a template without these, the contents of assistant messages are
 * wrapped in two private-use characters, which the template copies to its output. The special token that follows an
 * answer is its stop token. Texts are never searched for words.
 */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import { Template } from "@huggingface/jinja";
import type {
  Message,
  RenderedChat,
  RenderOptions,
  SpecialTokenTexts,
  ChatTemplateImplementation,
  RenderedPiece,
  ToolDefinition,
} from "../../conversations/kind.js";
import { messageText } from "../../conversations/shared/message-text.js";

/** Markers that enclose answers: characters without meaning in any vocabulary. */
const OPEN = "\u{f8f0}";
const CLOSE = "\u{f8f1}";
const marks = new RegExp(`[${OPEN}${CLOSE}]`, "gu");

/** A message as Jinja templates read it. */
type TemplateMessage = Readonly<Record<string, unknown>> & { readonly role: string; readonly content: string };

/** Throws the parser's error if `source` is not valid Jinja. */
export function jinjaTemplate(source: string): ChatTemplateImplementation {
  const tagged = /\{%-?\s*generation\s*-?%\}/.test(source);
  const plain = compiled(source.replace(/\{%(-?)\s*(?:end)?generation\s*(-?)%\}/g, "{%$1 if true $2%}{%$1 endif $2%}"));
  const marked = tagged
    ? compiled(
        source
          .replace(/\{%(-?)\s*generation\s*(-?)%\}/g, `{%$1 if true $2%}${OPEN}{%$1 endif $2%}`)
          .replace(/\{%(-?)\s*endgeneration\s*(-?)%\}/g, `{%$1 if true $2%}${CLOSE}{%$1 endif $2%}`),
      )
    : null;
  const template: ChatTemplateImplementation = {
    render(messages, options) {
      try {
        const given = messages.map(templateMessage);
        const text = plain(given, options);
        if (options.addGenerationPrompt) return [{ text }];
        if (marked) return piecesByMarks(text, marked(given, options), given);
        return piecesByContents(text, (changed) => plain(changed, options), given, options.specials);
      } catch (error) {
        return { refused: error instanceof Error ? error.message : String(error) };
      }
    },
    stop: (specials) => stopOf(template, specials),
  };
  return template;
}

const EXAMPLE: readonly Message[] = [
  { role: "user", content: "q" },
  { role: "assistant", content: "a" },
];
/** Returns the special token that ends an answer, or else the tokenizer's EOS token. */
function stopOf(template: ChatTemplateImplementation, specials: SpecialTokenTexts): string {
  const pieces = template.render(EXAMPLE, { specials, addGenerationPrompt: false });
  const answer = "refused" in pieces ? "" : (pieces.find((piece) => piece.answer !== undefined)?.text ?? "");
  const end = specials.all.filter((token) => answer.endsWith(token)).sort((a, b) => b.length - a.length)[0];
  return end ?? specials.eos;
}

function templateMessage(message: Message): TemplateMessage {
  const { role, name, reasoning_content, tool_calls = [], tool_call_id } = message;
  return {
    role,
    content: messageText(message),
    ...(reasoning_content !== undefined && { reasoning_content }),
    ...(name !== undefined && { name }),
    ...(tool_calls.length > 0 && {
      tool_calls: tool_calls.map((call) => ({
        ...call,
        function: { ...call.function, arguments: argumentsRecord(call.function.arguments) },
      })),
    }),
    ...(tool_call_id !== undefined && { tool_call_id }),
  };
}

/** Templates serialise arguments themselves, so they get the object. Text that is not a JSON object stays text. */
function argumentsRecord(json: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : json;
  } catch {
    return json;
  }
}

function templateTool({ name, description = "", parameters = { type: "object", properties: {} } }: ToolDefinition) {
  return { type: "function", function: { name, description, parameters } };
}

function compiled(source: string) {
  // The library's own clock uses the machine's language and supports less than Python's.
  const template = new Template(source.replace(/\bstrftime_now\b/g, "own_strftime_now"));
  return (messages: readonly TemplateMessage[], options: RenderOptions): string => {
    const { specials, addGenerationPrompt, tools = [] } = options;
    return template.render({
      messages,
      // As in transformers, an empty list of tools becomes null, because templates test whether there are tools.
      tools: tools.length > 0 ? tools.map(templateTool) : null,
      bos_token: specials.bos,
      eos_token: specials.eos,
      add_generation_prompt: addGenerationPrompt,
      own_strftime_now: (format: string) => formatted(new Date(), format),
    });
  };
}

/** Splits the marked text at its marks. Answers are numbered like the assistant's messages, in the same order. */
function piecesByMarks(text: string, marked: string, messages: readonly TemplateMessage[]): RenderedChat {
  if (marked.replace(marks, "") !== text) return { refused: "its generation blocks change the text" };
  const answers = messages.flatMap(({ role }, i) => (role === "assistant" ? [i] : []));
  const parts = marked.split(marks);
  if (parts.length !== 2 * answers.length + 1)
    return { refused: "it has a different number of generation blocks than of assistant's turns" };
  return parts.map((part, i) => (i % 2 === 1 ? { text: part, answer: answers[(i - 1) / 2]! } : { text: part }));
}

/** `render` returns the text for messages with changed contents. */
function piecesByContents(
  text: string,
  render: (messages: readonly TemplateMessage[]) => string,
  messages: readonly TemplateMessage[],
  specials: SpecialTokenTexts,
): RenderedChat {
  // Most templates leave contents unchanged; the others strip whitespace.
  for (const strip of [false, true]) {
    const wrapped = messages.map((message) => ({
      ...message,
      content:
        message.role === "assistant"
          ? `${OPEN}${strip ? message.content.trim() : message.content}${CLOSE}`
          : message.content,
    }));
    const pieces = piecesByMarks(text, render(wrapped), messages);
    if (!("refused" in pieces)) return withStops(pieces, specials);
  }
  return { refused: "it changes the text of an answer, so that the answer cannot be found in it" };
}

/** Extends each answer up to the end of the special token that follows it, if one does. */
function withStops(pieces: readonly RenderedPiece[], { all }: SpecialTokenTexts): readonly RenderedPiece[] {
  const out: RenderedPiece[] = [];
  for (const piece of pieces) {
    const before = out.at(-1);
    const end = before?.answer === undefined ? undefined : stopEnd(piece.text, all);
    if (before?.answer === undefined || end === undefined) out.push(piece);
    else {
      out[out.length - 1] = { text: before.text + piece.text.slice(0, end), answer: before.answer };
      out.push({ text: piece.text.slice(end) });
    }
  }
  return out;
}

/** Returns the end of the special token that `text` begins with, after whitespace; undefined if there is none. */
function stopEnd(text: string, all: readonly string[]): number | undefined {
  const start = text.length - text.trimStart().length;
  const stop = all.filter((token) => text.startsWith(token, start)).sort((a, b) => b.length - a.length)[0];
  return stop === undefined ? undefined : start + stop.length;
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
