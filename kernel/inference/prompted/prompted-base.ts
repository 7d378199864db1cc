/** An open base model used with prompts: prompt tokens, common prefix, likelihoods of answers, and generated text. */
import type { Call } from "#dsl/language/types/value.js";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type {
  AnswerTokenReserve,
  PromptedBase,
  RowPrompt,
  TokenizedPrompts,
} from "#stdlib/contenders/shared/prompting/prompted-base.js";
import { loadImplementation } from "../../host/load-implementation.js";
import type { EngineSession } from "../../engines/engine.js";
import { continueTokens, type ContinueOptions } from "../continue-texts.js";
import { CachedPromptPrefix, commonPrefix, longestLength } from "./prompt-prefix.js";
import { answerLogLikelihoods } from "./likelihoods.js";
import { encodeAnswers, encodePromptRows, type BasePromptFormat } from "./prompt-writer.js";

/** Maximum number of tokens in the KV cache over all rows, which bounds its memory. */
const HELD = 16_384;

export interface PromptableBase extends BasePromptFormat {
  /** Runs the programs of `buildSharedPrefixPrograms`. */
  readonly session: Pick<EngineSession, "run">;
  readonly bytes: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** Size of the sliding attention window in tokens; null for full attention. */
  readonly window: number | null;
  /** Tokens and strings that end generated text. */
  readonly ends: ReadonlySet<number>;
  readonly stop: readonly string[];
}

export function promptedBaseOf(open: PromptableBase): PromptedBase {
  return {
    bytes: open.bytes,
    chats: open.chat !== null,
    read: (rows, by, options) => read(open, rows, by, options),
  };
}

async function read(
  open: PromptableBase,
  rows: readonly RowPrompt[],
  by: AnswerTokenReserve,
  { batchSize, signal, onProgress }: Parameters<PromptedBase["read"]>[2],
): Promise<TokenizedPrompts> {
  const { session, tokenizer, vocabulary, positions } = open;
  const first = rows[0];
  const answers =
    "likelihood" in by && first
      ? new Map((await encodeAnswers(by.likelihood, first, open)).map((ids, i) => [by.likelihood[i]!, ids]))
      : new Map<string, Int32Array>();
  const room = "writes" in by ? by.writes : longestLength([...answers.values()]);
  const { prompts, cut } = await encodePromptRows(rows, positions - room, open);
  const longest = longestLength(prompts) + room;
  // Padding between prefix and text would change what a sliding window covers.
  const slides = open.window !== null && open.window < longest;
  const common = slides ? new Int32Array() : commonPrefix(usual(prompts, rows));
  const begun = new CachedPromptPrefix(session, common, tokenizer.padId);
  const apart = new CachedPromptPrefix(session, new Int32Array(), tokenizer.padId);
  const size = Math.max(1, Math.min(batchSize, Math.floor(HELD / longest)));

  /** Runs rows that begin with the common prefix, and the others, in separate groups. */
  const inParts = async <T>(
    rowNumbers: Uint32Array,
    ask: (from: CachedPromptPrefix, remainders: readonly Int32Array[], before: number) => Promise<readonly T[]>,
  ): Promise<readonly T[]> => {
    const results = new Array<T>(rowNumbers.length);
    let before = 0;
    for (const from of [begun, apart]) {
      const places = [...rowNumbers.keys()].filter(
        (i) => (from === begun) === beginsWith(prompts[rowNumbers[i]!]!, common),
      );
      if (places.length === 0) continue;
      const remainders = places.map((i) => mustExist(prompts[rowNumbers[i]!], "a prompt").subarray(from.length));
      const got = await ask(from, remainders, before);
      places.forEach((place, i) => (results[place] = mustExist(got[i], "the scores of a prompt")));
      before += places.length;
    }
    return results;
  };
  const tokensOf = (rowNumbers: Uint32Array): number => rowNumbers.reduce((sum, row) => sum + prompts[row]!.length, 0);
  return {
    cut,
    shared: common.length,
    async open() {
      const shortest = prompts
        .filter((prompt) => beginsWith(prompt, common))
        .reduce<Int32Array | null>((least, one) => (least && least.length <= one.length ? least : one), null);
      if (!shortest) return;
      const remainders = [shortest.subarray(common.length)];
      // Reserves memory for the longest prompt, so that the prefix is not processed again for it.
      await begun.hold(1, longest - common.length);
      if ("writes" in by) {
        const greedy = { kind: "decoder", word: "greedy", arguments: { repetition_penalty: 1 } } as const;
        const writing = await writingOf(open, greedy, Math.min(2, by.writes), 1, signal);
        const pieces = continueTokens(remainders, { ...writing, begun });
        while (!(await pieces.next()).done);
      } else await answerLogLikelihoods(begun, remainders, [...answers.values()], { vocabulary, batchSize: 1, signal });
    },
    async likelihoods(rowNumbers, labels) {
      const ids = labels.map((label) => mustExist(answers.get(label), "an answer's tokens"));
      const logLikelihoods = await inParts(rowNumbers, (from, remainders, before) =>
        answerLogLikelihoods(from, remainders, ids, {
          vocabulary,
          batchSize: size,
          signal,
          onRows: (done) => onProgress?.("prompts answered", before + done, rowNumbers.length),
        }),
      );
      return { outputs: logLikelihoods, tokens: tokensOf(rowNumbers) };
    },
    async write(rowNumbers, decode) {
      const writing = await writingOf(open, decode, "writes" in by ? by.writes : 0, size, signal);
      let tokens = tokensOf(rowNumbers);
      const written = await inParts(rowNumbers, async (from, remainders, before) => {
        const texts = remainders.map(() => "");
        let done = 0;
        for await (const piece of continueTokens(remainders, { ...writing, begun: from })) {
          texts[piece.row] += piece.text;
          tokens += piece.tokens.length;
          if (piece.ended !== null) onProgress?.("prompts answered", before + ++done, rowNumbers.length);
        }
        return texts;
      });
      return { written, tokens };
    },
  };
}

/** Returns the prompts with the most common examples. A row that is itself an example has another one in its place. */
function usual(prompts: readonly Int32Array[], rows: readonly RowPrompt[]): readonly Int32Array[] {
  const times = new Map<unknown, number>();
  for (const { shots } of rows) times.set(shots, (times.get(shots) ?? 0) + 1);
  const [most] = [...times].sort((a, b) => b[1] - a[1]);
  return prompts.filter((_, i) => rows[i]?.shots === most?.[0]);
}

function beginsWith(prompt: Int32Array, beginning: Int32Array): boolean {
  return prompt.length > beginning.length && beginning.every((token, i) => prompt[i] === token);
}

async function writingOf(
  { session, tokenizer, vocabulary, positions, ends, stop }: PromptableBase,
  decode: Call,
  maxTokens: number,
  batchSize: number,
  signal: AbortSignal | undefined,
): Promise<ContinueOptions> {
  const decoder = { call: decode, implementation: await loadImplementation(decode, "decoder") };
  return {
    session,
    tokenizer,
    vocabulary,
    positions,
    ends,
    stop,
    decoder,
    maxTokens,
    batchSize,
    ...(signal && { signal }),
  };
}
