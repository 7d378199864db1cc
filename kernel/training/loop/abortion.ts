/** An abort signal as a promise, and as a signal of its own. */

export interface Abortion {
  readonly promise: Promise<"aborted">;
  readonly signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

export function abortion(signal: AbortSignal | undefined): Abortion {
  const own = new AbortController();
  let listener: (() => void) | undefined;
  const promise = new Promise<"aborted">((resolve) => {
    if (!signal) return;
    listener = () => {
      own.abort();
      resolve("aborted");
    };
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener, { once: true });
  });
  return { promise, signal: own.signal, dispose: () => listener && signal?.removeEventListener("abort", listener) };
}
