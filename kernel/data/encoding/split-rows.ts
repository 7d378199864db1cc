/** The rows of one split for whoever makes tokens of them: held in a table or read from disk, they are asked the same. */
import type { ColumnTable } from "arquero";
import { must } from "#dsl/language/diagnostics/must.js";
import type { RowName } from "#dsl/language/types/row-name.js";
import type { Message } from "#stdlib/conversations/kind.js";
import type { Column } from "#stdlib/tasks/kind.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { conversationsOf, streamedConversations, type ConversationRows } from "../rows/conversations.js";
import { rowNamesOf } from "../row/row-names.js";
import { columnIn, StreamedRows } from "../rows/streamed-rows.js";
import {
  contextsInMemory,
  TextsInMemory,
  WordsInMemory,
  type ContextRows,
  type TokenTexts,
  type WordTexts,
} from "../sequences/token-rows.js";
import { contextsOf, tokensOf, wordsOf, type ContextCut, type Which } from "../sequences/tokens.js";
import { contextFile } from "../sources/context-file.js";
import { tokenFile, wordFile } from "../sources/token-file.js";
import { chatFile, chatsInMemory, type ChatCut, type ChatRows } from "./chat-rows.js";

export interface SplitRows {
  readonly count: number;
  /** In the source, from 1; `names`: what messages call them. */
  readonly numbers: Int32Array;
  readonly names: ArrayLike<RowName>;
  /** Undefined: the data have no such role. */
  column(role: string): Column | undefined;
  /** Not cut. `row`: from 0. */
  messages(row: number): readonly Message[];
  chats(cut: ChatCut): Promise<ChatRows>;
  /** Each text by itself, not cut. */
  texts(which: Which): Promise<TokenTexts>;
  /** The role `tokens`. */
  words(): Promise<WordTexts>;
  /** The roles `question` and `context`. */
  contexts(cut: ContextCut): Promise<ContextRows>;
}

/** `labels`: the data's own, by the numbers that streamed rows have. */
export function splitRows(
  split: ColumnTable | StreamedRows,
  tokenizer: Tokenizer,
  labels: readonly string[],
): SplitRows {
  return split instanceof StreamedRows ? onDisk(split, tokenizer, labels) : inTable(split, tokenizer);
}

function inTable(table: ColumnTable, tokenizer: Tokenizer): SplitRows {
  const names = new Set(table.columnNames());
  const numbers = Int32Array.from(table.array("$row") as ArrayLike<number>);
  let all: ConversationRows | undefined;
  const conversations = (): ConversationRows => (all ??= conversationsOf(table));
  return {
    count: numbers.length,
    numbers,
    names: rowNamesOf(table, numbers),
    column: (role) => (names.has(role) ? (table.array(role) as unknown as Column) : undefined),
    messages: (row) => must(conversations()[row], `row ${row}`).messages,
    chats: (cut) => chatsInMemory(conversations(), cut),
    texts: async (which) =>
      new TextsInMemory(await tokensOf(table, tokenizer, { ...which, apart: names.has("text_pair") })),
    words: async () => new WordsInMemory(await wordsOf(table, tokenizer)),
    contexts: async (cut) => contextsInMemory(await contextsOf(table, tokenizer, cut)),
  };
}

function onDisk(split: StreamedRows, tokenizer: Tokenizer, labels: readonly string[]): SplitRows {
  const { numbers, rows } = split;
  return {
    count: rows,
    numbers,
    names: rowNamesOf(split, numbers),
    column: (role) => columnIn(split, role, labels),
    messages: (row) => must(streamedConversations(split, row, row + 1)[0], `row ${row}`).messages,
    chats: (cut) => chatFile(split, cut),
    texts: (which) => (split.has("tokens") ? wordFile(split, tokenizer) : tokenFile(split, tokenizer, which)),
    words: () => wordFile(split, tokenizer),
    contexts: (cut) => contextFile(split, tokenizer, cut),
  };
}
