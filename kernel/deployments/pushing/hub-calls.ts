/**
 * HTTP for pushes by the hub's client. Each call ends with the signal; small ones also on a timeout. A request with a
 * body follows no redirect to another host, which would send the model to somebody else.
 */

/** Milliseconds to wait for a response, except for files. */
export const HUB_TIMEOUT_MS = 120_000;
/** Maximum redirects within a host, as the hub uses for renamed repositories. */
const MOST_REDIRECTS = 3;

/** Returns the `fetch` of the hub's client. Its errors are plain, for the push's report. */
export function hubFetch(signal?: AbortSignal, patience = HUB_TIMEOUT_MS): typeof fetch {
  return async (input, init = {}) => {
    const file = typeof init.body === "object" && init.body !== null;
    const limit = file ? null : AbortSignal.timeout(patience);
    const ends = [signal, init.signal, limit].filter((one) => one !== undefined && one !== null);
    const requestInit = { ...init, ...(ends.length > 0 && { signal: AbortSignal.any(ends) }) };
    try {
      return await (init.body === undefined || init.body === null
        ? fetch(input, requestInit)
        : sent(input, requestInit));
    } catch (error) {
      if (!limit?.aborted || signal?.aborted) throw error;
      throw new Error(`no answer came within ${String(patience / 1000)} seconds`, { cause: error });
    }
  };
}

async function sent(input: Parameters<typeof fetch>[0], init: RequestInit): Promise<Response> {
  let url = new URL(input instanceof Request ? input.url : String(input));
  for (let on = 0; on <= MOST_REDIRECTS; on++) {
    const answer = await fetch(url, { ...init, redirect: "manual" });
    if (answer.status < 300 || answer.status >= 400) return answer;
    const to = new URL(answer.headers.get("location") ?? url.href, url);
    await answer.body?.cancel();
    if (to.origin !== url.origin) throw new Error(`${url.host} sends it on to another host, ${to.host}`);
    // Other redirects would drop the body.
    if (answer.status !== 307 && answer.status !== 308)
      throw new Error(`${url.host} sends it on by ${String(answer.status)}, which loses what is sent`);
    url = to;
  }
  throw new Error(`${url.host} sends it on again and again`);
}
