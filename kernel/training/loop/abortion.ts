/** An abort signal as a promise and as a separate signal. */

export interface AbortPromise {
  readonly promise: Promise<"aborted">;
  readonly signal: AbortSignal;
  /** Stops listening. */
  dispose(): void;
}

export function abortPromiseOf(signal: AbortSignal | undefined): AbortPromise {
  const controller = new AbortController();
  let listener: (() => void) | undefined;
  const promise = new Promise<"aborted">((resolve) => {
    if (!signal) return;
    listener = () => {
      controller.abort();
      resolve("aborted");
    };
    if (signal.aborted) listener();
    else signal.addEventListener("abort", listener, { once: true });
  });
  return {
    promise,
    signal: controller.signal,
    dispose: () => listener && signal?.removeEventListener("abort", listener),
  };
}
