/** A base that is open and asked by prompts: their tokens, what they begin with in common, likelihoods of answers and what it writes. */
import type { Call } from "#dsl/language/types/value.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type {
  AnswersBy,
  PromptedBase,
  PromptRow,
  ReadPrompts,
} from "#stdlib/contenders/shared/prompting/prompted-base.js";
import { does } from "../../host/load-implementation.js";
import type { Session } from "../../engines/engine.js";
import { continueTokens, type ContinueOptions } from "../continue-texts.js";
import { Begun, commonBeginning, longestOf } from "./prompt-prefix.js";
import { likelihoodsOf } from "./likelihoods.js";
import { answerTokens, writtenPrompts, type PromptReader } from "./prompt-writer.js";

/** Keys and values that a cache holds at most, in tokens of all rows together: what bounds its memory. */
const HELD = 16_384;

export interface OpenBase extends PromptReader {
  /** Its programs are those of `buildPrompting`. */
  readonly session: Pick<Session, "run">;
  readonly bytes: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** Keys beyond which its attention slides on; null: it sees all. */
  readonly window: number | null;
  /** Tokens and texts that end what it writes. */
  readonly ends: ReadonlySet<number>;
  readonly stop: readonly string[];
}

export function promptedBase(open: OpenBase): PromptedBase {
  return {
    bytes: open.bytes,
    chats: open.chat !== null,
    read: (rows, by, o) => read(open, rows, by, o),
  };
}

async function read(
  open: OpenBase,
  rows: readonly PromptRow[],
  by: AnswersBy,
  { batchSize, signal, onProgress }: Parameters<PromptedBase["read"]>[2],
): Promise<ReadPrompts> {
  const { session, tokenizer, vocabulary, positions } = open;
  const first = rows[0];
  const answers =
    "likelihood" in by && first
      ? new Map((await answerTokens(by.likelihood, first, open)).map((ids, i) => [by.likelihood[i]!, ids]))
      : new Map<string, Int32Array>();
  const room = "writes" in by ? by.writes : longestOf([...answers.values()]);
  const { prompts, cut } = await writtenPrompts(rows, positions - room, open);
  const longest = longestOf(prompts) + room;
  // Padding between a beginning and its text would widen what a window sees.
  const slides = open.window !== null && open.window < longest;
  const common = slides ? new Int32Array() : commonBeginning(usual(prompts, rows));
  const begun = new Begun(session, common, tokenizer.padId);
  const apart = new Begun(session, new Int32Array(), tokenizer.padId);
  const size = Math.max(1, Math.min(batchSize, Math.floor(HELD / longest)));

  /** Rows that go on from the common beginning, and those that don't, each asked by itself. */
  const inParts = async <T>(
    asked: Uint32Array,
    ask: (from: Begun, own: readonly Int32Array[], before: number) => Promise<readonly T[]>,
  ): Promise<readonly T[]> => {
    const said = new Array<T>(asked.length);
    let before = 0;
    for (const from of [begun, apart]) {
      const places = [...asked.keys()].filter((i) => (from === begun) === beginsWith(prompts[asked[i]!]!, common));
      if (places.length === 0) continue;
      const own = places.map((i) => must(prompts[asked[i]!], "a prompt").subarray(from.length));
      const got = await ask(from, own, before);
      places.forEach((place, i) => (said[place] = must(got[i], "what was said of a prompt")));
      before += places.length;
    }
    return said;
  };
  const tokensOf = (asked: Uint32Array): number => asked.reduce((sum, row) => sum + prompts[row]!.length, 0);
  return {
    cut,
    shared: common.length,
    async open() {
      const shortest = prompts
        .filter((prompt) => beginsWith(prompt, common))
        .reduce<Int32Array | null>((least, one) => (least && least.length <= one.length ? least : one), null);
      if (!shortest) return;
      const own = [shortest.subarray(common.length)];
      // Room for the longest, so that the beginning is not read again for it.
      await begun.hold(1, longest - common.length);
      if ("writes" in by) {
        const greedy = { kind: "decoder", word: "greedy", arguments: { repetition_penalty: 1 } } as const;
        const writing = await writingOf(open, greedy, Math.min(2, by.writes), 1, signal);
        const pieces = continueTokens(own, { ...writing, begun });
        while (!(await pieces.next()).done);
      } else await likelihoodsOf(begun, own, [...answers.values()], { vocabulary, batchSize: 1, signal });
    },
    async likelihoods(asked, labels) {
      const ids = labels.map((label) => must(answers.get(label), "an answer's tokens"));
      const said = await inParts(asked, (from, own, before) =>
        likelihoodsOf(from, own, ids, {
          vocabulary,
          batchSize: size,
          signal,
          onRows: (done) => onProgress?.("prompts answered", before + done, asked.length),
        }),
      );
      return { said, tokens: tokensOf(asked) };
    },
    async write(asked, decode) {
      const writing = await writingOf(open, decode, "writes" in by ? by.writes : 0, size, signal);
      let tokens = tokensOf(asked);
      const written = await inParts(asked, async (from, own, before) => {
        const texts = own.map(() => "");
        let done = 0;
        for await (const piece of continueTokens(own, { ...writing, begun: from })) {
          texts[piece.row] += piece.text;
          tokens += piece.tokens.length;
          if (piece.ended !== null) onProgress?.("prompts answered", before + ++done, asked.length);
        }
        return texts;
      });
      return { written, tokens };
    },
  };
}

/** Prompts with the examples that most have: a row that is an example itself has another in its place. */
function usual(prompts: readonly Int32Array[], rows: readonly PromptRow[]): readonly Int32Array[] {
  const times = new Map<unknown, number>();
  for (const { shots } of rows) times.set(shots, (times.get(shots) ?? 0) + 1);
  const [most] = [...times].sort((a, b) => b[1] - a[1]);
  return prompts.filter((_, i) => rows[i]?.shots === most?.[0]);
}

function beginsWith(prompt: Int32Array, beginning: Int32Array): boolean {
  return prompt.length > beginning.length && beginning.every((token, i) => prompt[i] === token);
}

async function writingOf(
  { session, tokenizer, vocabulary, positions, ends, stop }: OpenBase,
  decode: Call,
  maxTokens: number,
  batchSize: number,
  signal: AbortSignal | undefined,
): Promise<ContinueOptions> {
  const decoder = { call: decode, implementation: await does(decode, "decoder") };
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
