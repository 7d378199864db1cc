/**
 * Conversations of a split as fed to a model: encoded once into memory, or into a file per tokenizer, template and
 * length.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { markedPositions, unmarkTokenIds, markTokens } from "../sequences/marked-tokens.js";
import { readStreamedConversations, type ConversationRows } from "../rows/conversations.js";
import type { TrainedTokenMasks } from "../sequences/next-token.js";
import type { StreamedRows } from "../rows/streamed-rows.js";
import { TextsInMemory, tokensAt, type TokenRows } from "../sequences/token-rows.js";
import { readOrMakeNumbers, type NumberRowsChunk, type IndexedNumberFiles } from "../sources/number-file.js";
import { mapStreamedChunks } from "../sources/token-file.js";
import { truncateChat, encodeChats, type ChatEncodingOptions, type TokenizedChat } from "./chat.js";

export interface TokenizedChats {
  readonly ids: TokenRows;
  /** Steps per conversation: tokens minus one. */
  readonly lengths: Int32Array;
  readonly trained: TrainedTokenMasks;
}
/** `length`: maximum steps; `data`: name of the data set, for errors. */
export interface ChatTruncationOptions {
  readonly chat: ChatEncodingOptions;
  readonly length: number;
  readonly data: string;
}

/** Conversations per request: foreign templates run in another process. */
const CHUNK = 512;
/** Fields per conversation in the index: its tokens, and the number of trained tokens that can be predicted. */
const FIELDS = 2;

export async function tokenizeChatsInMemory(
  rows: ConversationRows,
  cut: ChatTruncationOptions,
): Promise<TokenizedChats> {
  const written = await cutChats(rows, cut);
  return {
    ids: new TextsInMemory(written.map(({ ids }) => ids)),
    lengths: Int32Array.from(written, ({ ids }) => ids.length - 1),
    trained: { maskAt: (row) => written[row]!.trained, counts: Int32Array.from(written, learntIn) },
  };
}

/** Encodes the conversations if the file is missing. Memory: 16 bytes per conversation. */
export async function writeTokenizedChats(split: StreamedRows, cut: ChatTruncationOptions): Promise<TokenizedChats> {
  const make = () =>
    mapStreamedChunks(
      split,
      {},
      async (from, to) => numbered(await cutChats(readStreamedConversations(split, from, to), cut)),
      CHUNK,
    );
  const { index, numbers } = await readOrMakeNumbers(filesOf(split, cut), make);
  const fieldOf = (field: 0 | 1): Int32Array =>
    Int32Array.from({ length: index.length / FIELDS }, (_, row) => index[FIELDS * row + field]!);
  const marked: TokenRows = {
    length: index.length / FIELDS,
    at: (row) => (FIELDS * row in index ? numbers.whole(row) : undefined),
  };
  return {
    ids: { length: marked.length, at: (row) => mapped(marked.at(row), unmarkTokenIds) },
    lengths: fieldOf(0).map((tokens) => tokens - 1),
    trained: { maskAt: (row) => maskOf(tokensAt(marked, row)), counts: fieldOf(1) },
  };
}

async function cutChats(
  rows: ConversationRows,
  { chat, length, data }: ChatTruncationOptions,
): Promise<readonly TokenizedChat[]> {
  return (await encodeChats(rows, chat, data)).map((row) => truncateChat(row, length));
}

/** The first token has no context, so it can't be predicted. */
function learntIn({ trained }: TokenizedChat): number {
  return trained.subarray(1).reduce((sum, one) => sum + one, 0);
}

/** Marks the trained tokens in the ids. */
function numbered(written: readonly TokenizedChat[]): NumberRowsChunk {
  return {
    rows: written.map(({ ids, trained }) =>
      markTokens(
        ids,
        Array.from(trained.keys()).filter((position) => trained[position] === 1),
      ),
    ),
    index: written.flatMap((row) => [row.ids.length, learntIn(row)]),
  };
}

function maskOf(marked: Int32Array): Uint8Array {
  const mask = new Uint8Array(marked.length);
  for (const place of markedPositions(marked)) mask[place] = 1;
  return mask;
}

function mapped<T, U>(value: T | undefined, to: (value: T) => U): U | undefined {
  return value === undefined ? undefined : to(value);
}

function filesOf(split: StreamedRows, { chat, length }: ChatTruncationOptions): IndexedNumberFiles {
  const how = createHash("sha256")
    .update(JSON.stringify([chat.key, chat.learn, length]))
    .digest("hex");
  const name = join(split.folder, `${split.name}.${chat.tokenizer.hash.slice(0, 16)}.chat.${how.slice(0, 16)}`);
  return {
    file: `${name}.tokens`,
    index: `${name}.lengths`,
    lengths: (index) =>
      index.length === FIELDS * split.rows
        ? Int32Array.from({ length: split.rows }, (_, row) => index[FIELDS * row]!)
        : null,
  };
}
