/** One interface to the rows of a split for the encoders, whether they are in memory or read from disk. */
import type { ColumnTable } from "arquero";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { RowIdentifier } from "#dsl/language/types/row-name.js";
import type { Message } from "#stdlib/conversations/kind.js";
import type { RowColumn } from "#stdlib/tasks/kind.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { conversationsOf, readStreamedConversations, type ConversationRows } from "../rows/conversations.js";
import { rowNamesOf } from "../row/row.js";
import { streamedColumn, StreamedRows } from "../rows/streamed-rows.js";
import {
  contextWindowsInMemory,
  TextsInMemory,
  WordsInMemory,
  type ContextWindowRows,
  type TokenizedTexts,
  type JoinedWordTexts,
} from "../sequences/token-rows.js";
import {
  contextWindowsOf,
  tokenizedTextsOf,
  tokenizedWordsOf,
  type ContextWindowSize,
  type TextSelection,
} from "../sequences/tokens.js";
import { openOrMakeContextWindowFile } from "../sources/context-file.js";
import { openOrMakeTokenFile, openOrMakeWordFile } from "../sources/token-file.js";
import {
  writeTokenizedChats,
  tokenizeChatsInMemory,
  type ChatTruncationOptions,
  type TokenizedChats,
} from "./chat-rows.js";

export interface EncodableSplit {
  readonly count: number;
  /** Numbers in the source, from 1; `names`: row names for messages. */
  readonly numbers: Int32Array;
  readonly names: ArrayLike<RowIdentifier>;
  /** Returns undefined if the data have no such role. */
  column(role: string): RowColumn | undefined;
  /** Not truncated. `row`: from 0. */
  messages(row: number): readonly Message[];
  chats(cut: ChatTruncationOptions): Promise<TokenizedChats>;
  /** Encodes each text separately, not truncated. */
  texts(which: TextSelection): Promise<TokenizedTexts>;
  /** Words of the role `tokens`. */
  words(): Promise<JoinedWordTexts>;
  /** Windows of the roles `question` and `context`. */
  contexts(cut: ContextWindowSize): Promise<ContextWindowRows>;
}

/** `labels`: the data's labels, in the numbering of streamed rows. */
export function encodableSplitOf(
  split: ColumnTable | StreamedRows,
  tokenizer: Tokenizer,
  labels: readonly string[],
): EncodableSplit {
  return split instanceof StreamedRows ? onDisk(split, tokenizer, labels) : inTable(split, tokenizer);
}

function inTable(table: ColumnTable, tokenizer: Tokenizer): EncodableSplit {
  const names = new Set(table.columnNames());
  const numbers = Int32Array.from(table.array("$row") as ArrayLike<number>);
  let all: ConversationRows | undefined;
  const conversations = (): ConversationRows => (all ??= conversationsOf(table));
  return {
    count: numbers.length,
    numbers,
    names: rowNamesOf(table, numbers),
    column: (role) => (names.has(role) ? (table.array(role) as unknown as RowColumn) : undefined),
    messages: (row) => mustExist(conversations()[row], `row ${row}`).messages,
    chats: (cut) => tokenizeChatsInMemory(conversations(), cut),
    texts: async (which) =>
      new TextsInMemory(await tokenizedTextsOf(table, tokenizer, { ...which, apart: names.has("text_pair") })),
    words: async () => new WordsInMemory(await tokenizedWordsOf(table, tokenizer)),
    contexts: async (cut) => contextWindowsInMemory(await contextWindowsOf(table, tokenizer, cut)),
  };
}

function onDisk(split: StreamedRows, tokenizer: Tokenizer, labels: readonly string[]): EncodableSplit {
  const { numbers, rows } = split;
  return {
    count: rows,
    numbers,
    names: rowNamesOf(split, numbers),
    column: (role) => streamedColumn(split, role, labels),
    messages: (row) => mustExist(readStreamedConversations(split, row, row + 1)[0], `row ${row}`).messages,
    chats: (cut) => writeTokenizedChats(split, cut),
    texts: (which) =>
      split.has("tokens") ? openOrMakeWordFile(split, tokenizer) : openOrMakeTokenFile(split, tokenizer, which),
    words: () => openOrMakeWordFile(split, tokenizer),
    contexts: (cut) => openOrMakeContextWindowFile(split, tokenizer, cut),
  };
}
