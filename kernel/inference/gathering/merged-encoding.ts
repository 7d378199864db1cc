/**
 * A tokenizer whose process is asked for the texts of several requests at once: while it answers, what comes fills its next call. A
 * text that comes alone goes at once. Long texts stand in a line of their own, so that no short one waits for them.
 */
import type { Tokenizer } from "../../bases/tokenizer.js";
import { encodeTextParts, type EncodedPart } from "./prefix-encoding.js";
import { EncodingQueue, type EncodingRequest, type EncodingQueueLimits } from "./encoding-line.js";

/** Characters of a text that is long. A call of short ones has fewer than `LONG_CALL` of isolated/client.ts. */
const LONG = 16_384;
const SHORT_LINE: EncodingQueueLimits = { texts: 1024, characters: 32_768, share: 8192 };
/** One text at a time. */
const LONG_LINE: EncodingQueueLimits = { texts: 1, characters: 1, share: 1 };

/** What one request reads. */
export interface RequestEncodingOptions extends EncodedPart {
  /** Whoever asked went away: what isn't read yet never is. */
  readonly signal?: AbortSignal | undefined;
}
export interface SharedTokenizer extends Tokenizer {
  /**
   * For one request: `encode` without a limit and `encodeWords` give so many tokens of each text as count; places and contexts are read
   * whole.
   */
  within(options: RequestEncodingOptions): Tokenizer;
}

/** Of a tokenizer that many requests share; another one reads whole texts, for whoever asks. */
export function tokenizerForRequest(tokenizer: Tokenizer, options: RequestEncodingOptions): Tokenizer {
  return "within" in tokenizer ? (tokenizer as SharedTokenizer).within(options) : tokenizer;
}

export function sharedTokenizerOf(tokenizer: Tokenizer): SharedTokenizer {
  const ask = (texts: readonly string[], signal?: AbortSignal): Promise<readonly Int32Array[]> =>
    tokenizer.encode(texts, Number.POSITIVE_INFINITY, signal);
  const lines = { short: new EncodingQueue(ask, SHORT_LINE), long: new EncodingQueue(ask, LONG_LINE) };
  const whole = (texts: readonly string[], signal?: AbortSignal): Promise<readonly Int32Array[]> => {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (texts.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const rows = new Array<Int32Array>(texts.length);
      const gone = (): void => {
        lines.short.drop(request);
        lines.long.drop(request);
        request.settle(signal?.reason);
      };
      const request: EncodingRequest = {
        texts,
        rows,
        left: texts.length,
        over: false,
        signal,
        settle(error) {
          if (request.over) return;
          request.over = true;
          signal?.removeEventListener("abort", gone);
          if (error === undefined) return resolve(rows);
          // Where one text fails nobody waits for the others.
          lines.short.drop(request);
          lines.long.drop(request);
          reject(error as Error);
        },
      };
      signal?.addEventListener("abort", gone);
      const places = texts.map((_, index) => index);
      const isLong = (index: number): boolean => texts[index]!.length > LONG;
      lines.long.add(request, places.filter(isLong));
      lines.short.add(
        request,
        places.filter((index) => !isLong(index)),
      );
    });
  };
  const encode =
    (read: (texts: readonly string[]) => Promise<readonly Int32Array[]>): Tokenizer["encode"] =>
    async (texts, maxLength) =>
      maxLength < Number.MAX_SAFE_INTEGER ? tokenizer.encode(texts, maxLength) : [...(await read(texts))];
  return {
    ...tokenizer,
    encode: encode((texts) => whole(texts)),
    within: (options) => ({
      ...tokenizer,
      encode: encode((texts) => encodeTextParts(texts, options, (parts) => whole(parts, options.signal))),
      encodePlaced: (texts) => tokenizer.encodePlaced(texts, options.signal),
      encodeContexts: (questions, contexts, more) =>
        tokenizer.encodeContexts(questions, contexts, { ...more, ...(options.signal && { signal: options.signal }) }),
      async encodeWords(rows) {
        const read = await tokenizer.encodeWords(rows.map((row) => row.slice(0, options.tokens)));
        return read.map((row, i) => withFurther(row, rows[i]!.length - row.starts.length, tokenizer));
      },
    }),
  };
}

type Words = Awaited<ReturnType<Tokenizer["encodeWords"]>>[number];
/** Words after those that count: a token each, which nobody looks at, in its place. */
function withFurther({ ids, starts }: Words, count: number, { frame: { after }, padId }: Tokenizer): Words {
  if (count <= 0) return { ids, starts };
  const end = ids.length - after.length;
  const more = new Int32Array(ids.length + count).fill(padId);
  more.set(ids.subarray(0, end));
  more.set(after, end + count);
  return { ids: more, starts: Int32Array.from([...starts, ...Array.from({ length: count }, (_, i) => end + i)]) };
}
