/**
 * Work of the sandbox process: the Rust tokenizers and the template engine, whose panics and loops can end only this
 * process.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { LRUCache } from "lru-cache";
import { Tokenizer as RustTokenizer } from "@anush008/tokenizers";
import type { RenderedChat, ChatTemplateImplementation } from "#stdlib/conversations/kind.js";
import { conversationLength } from "#stdlib/conversations/shared/message-text.js";
import { parseJsonAs, jsonObject } from "../../fetch/json.js";
import type { SandboxRequestName, SandboxRequests, TokenizerFileRef } from "./protocol.js";

type Handlers = {
  [N in SandboxRequestName]: (
    ask: SandboxRequests[N]["ask"],
  ) => SandboxRequests[N]["answer"] | Promise<SandboxRequests[N]["answer"]>;
};

/** Maximum tokens per character of a text: one for each byte and some for added prefixes. */
const TOKENS_PER_CHARACTER = 64;
/** Maximum characters of one text answer. */
const LONGEST = 32 * 2 ** 20;

/** An evicted tokenizer is made again on request, from a file that hasn't changed. */
const tokenizers = new LRUCache<string, RustTokenizer>({ max: 16 });
const templates = new LRUCache<string, ChatTemplateImplementation>({ max: 64 });

export const sandboxHandlers: Handlers = {
  open({ added, ...fileRef }) {
    const rust = tokenizerAt(fileRef);
    for (const [content, id] of added)
      if (rust.tokenToId(content) !== id) throw new Error(`its added token ${JSON.stringify(content)} has another id`);
    return { vocabulary: rust.getVocabSize(true) };
  },
  async encode({ texts, ...fileRef }) {
    const encodings = await tokenizerAt(fileRef).encodeBatch([...texts], { addSpecialTokens: false });
    const rows = encodings.map((e) => e.getIds());
    demandLikely(rows, texts);
    return joined(rows);
  },
  async place({ texts, ...fileRef }) {
    const encodings = await tokenizerAt(fileRef).encodeBatch([...texts], { addSpecialTokens: false });
    const rows = encodings.map((e) => e.getIds());
    demandLikely(rows, texts);
    const offsets = encodings.flatMap((e) => e.getOffsets());
    return {
      ...joined(rows),
      starts: Int32Array.from(offsets, (place) => place[0]!),
      ends: Int32Array.from(offsets, (place) => place[1]!),
    };
  },
  async decode({ ids, specials, ...fileRef }) {
    const text = await tokenizerAt(fileRef).decode([...ids], !specials);
    if (text.length > LONGEST) throw new Error("it writes more text than 32 MiB for a few tokens");
    return text;
  },
  async render({ source, conversations, options }) {
    const template = await templateOf(source);
    const most = LONGEST + conversations.reduce((sum, messages) => sum + conversationLength(messages), 0) * 4;
    let written = 0;
    return conversations.map((messages) => {
      const rendered = template.render(messages, options);
      written += lengthOf(rendered);
      if (written > most) throw new Error("it writes far more than the conversations hold");
      return rendered;
    });
  },
  stop: async ({ source, specials }) => (await templateOf(source)).stop(specials),
};

function tokenizerAt({ file, hash }: TokenizerFileRef): RustTokenizer {
  const known = tokenizers.get(hash);
  if (known) return known;
  const bytes = readFileSync(file);
  if (createHash("sha256").update(bytes).digest("hex") !== hash) throw new Error("it was changed since it was read");
  const json = parseJsonAs(bytes.toString("utf8"), jsonObject);
  // The file's truncation and padding are removed, as the kernel does both itself.
  const rust = RustTokenizer.fromString(JSON.stringify({ ...json, truncation: null, padding: null }));
  tokenizers.set(hash, rust);
  return rust;
}

async function templateOf(source: string): Promise<ChatTemplateImplementation> {
  const known = templates.get(source);
  if (known) return known;
  const { jinjaTemplate } = await import("#stdlib/templates/shared/jinja-template.js");
  let template: ChatTemplateImplementation;
  try {
    template = jinjaTemplate(source);
  } catch (error) {
    // The parser reads past the end of its input.
    throw error instanceof TypeError ? new Error("it is incomplete at its end") : error;
  }
  templates.set(source, template);
  return template;
}

function demandLikely(rows: readonly (readonly number[])[], texts: readonly string[]): void {
  rows.forEach((ids, row) => {
    const { length } = texts[row]!;
    if (ids.length > TOKENS_PER_CHARACTER * (length + 64))
      throw new Error(`it makes ${String(ids.length)} tokens of ${String(length)} characters`);
  });
}

function joined(rows: readonly (readonly number[])[]): { readonly ids: Int32Array; readonly lengths: Int32Array } {
  const lengths = Int32Array.from(rows, (row) => row.length);
  const ids = new Int32Array(lengths.reduce((a, b) => a + b, 0));
  let offset = 0;
  for (const row of rows) {
    ids.set(row, offset);
    offset += row.length;
  }
  return { ids, lengths };
}

function lengthOf(rendered: RenderedChat): number {
  return "refused" in rendered ? rendered.refused.length : rendered.reduce((sum, { text }) => sum + text.length, 0);
}
