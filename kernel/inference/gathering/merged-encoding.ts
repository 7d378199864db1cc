/**
 * Shares one tokenizer process among several requests: while the process works on a call, new texts are batched into
 * its next call. A single text is sent at once. Long texts have a separate queue, so that short ones never wait for
 * them.
 */
import type { Tokenizer } from "../../bases/tokenizer.js";
import { encodeTextParts, type TextPartToEncode } from "./prefix-encoding.js";
import { EncodingQueue, type EncodingRequest, type EncodingQueueLimits } from "./encoding-line.js";

/**
 * Minimum length of a long text, in characters. A call of short texts stays below `LONG_CALL` of isolated/client.ts.
 */
const LONG = 16_384;
const SHORT_LINE: EncodingQueueLimits = { texts: 1024, characters: 32_768, share: 8192 };
/** Limits of the queue for long texts: one text at a time. */
const LONG_LINE: EncodingQueueLimits = { texts: 1, characters: 1, share: 1 };

/** How one request encodes its texts. */
export interface RequestEncodingOptions extends TextPartToEncode {
  /** Aborted when the client has disconnected: texts not yet encoded are skipped. */
  readonly signal?: AbortSignal | undefined;
}
export interface SharedTokenizer extends Tokenizer {
  /**
   * Returns a tokenizer for one request. Its `encode` without a limit and its `encodeWords` return only as many tokens
   * per text as count. `encodePlaced` and `encodeContexts` encode complete texts.
   */
  within(options: RequestEncodingOptions): Tokenizer;
}

/**
 * Returns the per-request view of a shared tokenizer; any other tokenizer is returned unchanged and encodes complete
 * texts.
 */
export function tokenizerForRequest(tokenizer: Tokenizer, options: RequestEncodingOptions): Tokenizer {
  return "within" in tokenizer ? (tokenizer as SharedTokenizer).within(options) : tokenizer;
}

export function queuedTokenizerOf(tokenizer: Tokenizer): SharedTokenizer {
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
          // One failed text fails the request, so its other texts leave the queues.
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
/** Appends one padding token for each word beyond those that count; nothing reads these tokens. */
function withFurther({ ids, starts }: Words, count: number, { frame: { after }, padId }: Tokenizer): Words {
  if (count <= 0) return { ids, starts };
  const end = ids.length - after.length;
  const more = new Int32Array(ids.length + count).fill(padId);
  more.set(ids.subarray(0, end));
  more.set(after, end + count);
  return { ids: more, starts: Int32Array.from([...starts, ...Array.from({ length: count }, (_, i) => end + i)]) };
}
