/** Conversations of a split as they are fed: made once and held, or on disk, made once per tokenizer, template and length. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { markedPositions, unmarkTokens, markTokens } from "../sequences/marked-tokens.js";
import { readStreamedConversations, type ConversationRows } from "../rows/conversations.js";
import type { TrainedTokens } from "../sequences/next-token.js";
import type { StreamedRows } from "../rows/streamed-rows.js";
import { TextsInMemory, tokensAt, type TokenRows } from "../sequences/token-rows.js";
import { readOrMakeNumbers, type NumberedRows, type NumberFileFormat } from "../sources/number-file.js";
import { mapStreamedChunks } from "../sources/token-file.js";
import { truncateChat, encodeChats, type ChatEncoding, type TokenizedChat } from "./chat.js";

export interface TokenizedChats {
  readonly ids: TokenRows;
  /** Steps from a token to the next. */
  readonly lengths: Int32Array;
  readonly trained: TrainedTokens;
}
/** `length`: most steps; `data`: the name of the data, for errors. */
export interface ChatTruncation {
  readonly chat: ChatEncoding;
  readonly length: number;
  readonly data: string;
}

/** Conversations at a time: templates of others run in another process, which is handed some of them. */
const CHUNK = 512;
/** What the index tells of a conversation: its tokens, and how many of those that can be predicted are learnt. */
const FIELDS = 2;

export async function chatsInMemory(rows: ConversationRows, cut: ChatTruncation): Promise<TokenizedChats> {
  const written = await cutChats(rows, cut);
  return {
    ids: new TextsInMemory(written.map(({ ids }) => ids)),
    lengths: Int32Array.from(written, ({ ids }) => ids.length - 1),
    trained: { maskAt: (row) => written[row]!.trained, counts: Int32Array.from(written, learntIn) },
  };
}

/** Made when they are not there. In memory are 16 bytes of a conversation. */
export async function writeChatFile(split: StreamedRows, cut: ChatTruncation): Promise<TokenizedChats> {
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
    ids: { length: marked.length, at: (row) => mapped(marked.at(row), unmarkTokens) },
    lengths: fieldOf(0).map((tokens) => tokens - 1),
    trained: { maskAt: (row) => maskOf(tokensAt(marked, row)), counts: fieldOf(1) },
  };
}

async function cutChats(
  rows: ConversationRows,
  { chat, length, data }: ChatTruncation,
): Promise<readonly TokenizedChat[]> {
  return (await encodeChats(rows, chat, data)).map((row) => truncateChat(row, length));
}

/** What comes first follows nothing, so it can't be predicted. */
function learntIn({ trained }: TokenizedChat): number {
  return trained.subarray(1).reduce((sum, one) => sum + one, 0);
}

/** Tokens that are learnt are marked. */
function numbered(written: readonly TokenizedChat[]): NumberedRows {
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

function filesOf(split: StreamedRows, { chat, length }: ChatTruncation): NumberFileFormat {
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
