/** Error codes of HTTP requests, except those of models: authentication, format and time. */
import { escapeControlCharacters, type CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface ServingCodeData {
  "port-taken": {
    readonly host: string;
    readonly port: number;
    /** The process that uses the port, if this user may see it. */
    readonly by?: { readonly process: number; readonly command: string };
    /** Name of the server if the same notebook started it. */
    readonly desk?: string;
  };
  "not-listened": { readonly host: string; readonly port: number; readonly why: string };
  "request-unlike": { readonly at: string | null; readonly why: string };
  "request-not-json": { readonly why: string };
  "request-head": { readonly why: string };
  "request-type": { readonly type: string | null };
  "request-too-large": { readonly most: number };
  "request-not-offered": { readonly at: string; readonly why: string; readonly help: string };
  "too-many-texts": { readonly at: string; readonly asked: number; readonly most: number };
  "too-many-tokens": { readonly at: string; readonly asked: number; readonly most: number };
  "no-such-route": { readonly method: string; readonly near: readonly string[] };
  "method-not-offered": { readonly method: string; readonly offered: readonly string[] };
  "bodies-full": { readonly most: number };
  "api-key-missing": Record<string, never>;
  "api-key-wrong": Record<string, never>;
  "host-unknown": { readonly host: string };
  "origin-unknown": { readonly origin: string };
  "rate-exceeded": { readonly most: number; readonly seconds: number };
  "request-time": { readonly seconds: number };
  "server-stops": Record<string, never>;
  "server-fault": { readonly id: string };
}

export const servingCodes: CodeTable<ServingCodeData> = {
  "port-taken": {
    severity: "error",
    message: (d) =>
      `port ${String(d.port)} of ${d.host} is already used by ${d.desk !== undefined ? `${d.desk}, which is serving` : d.by ? `process ${String(d.by.process)} (${escapeControlCharacters(d.by.command)})` : "another program"}`,
    help: (d) =>
      d.desk !== undefined
        ? `choose another port, or stop that server first: \`await ${d.desk}.stop()\``
        : d.by
          ? `choose another port, or 0 for any free one; \`kill ${String(d.by.process)}\` ends that process, if it is yours`
          : "choose another port, or 0 for any free one",
    explain:
      "Only one program can listen on a port. With `port: 0` the server chooses a free one and reports it. If the port should be free, an older server may still be running: end it with `desk.stop()` or SIGTERM.",
  },
  "not-listened": {
    severity: "error",
    message: (d) => `cannot listen on ${d.host}:${String(d.port)}: ${d.why}`,
    help: () => "use an address of this machine (127.0.0.1 for local access only), and a port from 1024",
    explain:
      "A server listens on an address of its own machine. On most systems only the administrator may use ports below 1024.",
  },
  "request-unlike": {
    severity: "error",
    message: (d) => `${d.at === null ? "the request" : `\`${d.at}\``} ${d.why}`,
    help: () => "write it as described in /openapi.json",
    explain:
      "The body of a request is checked against a schema before it is used. /openapi.json has the schemas of all routes. Unknown keys are ignored and listed in the answer's header `x-ignored`.",
  },
  "request-not-json": {
    severity: "error",
    message: (d) => `the body is not valid JSON: ${d.why}`,
    help: () => "send JSON in UTF-8",
    explain:
      "A body is JSON in UTF-8, at most 64 levels deep, without the keys `__proto__` and `constructor.prototype`, and without lone surrogates such as \\ud800.",
  },
  "request-head": {
    severity: "error",
    message: (d) => `the request ${d.why}`,
    help: () => "send each of these headers once, and a body with `content-length` or `transfer-encoding: chunked`",
    explain:
      "A proxy in front of this server may read such a request differently: it may check the first `Host` or `Authorization` and pass on both, or see another end of the body. The request is rejected and its connection closed.",
  },
  "request-type": {
    severity: "error",
    message: (d) =>
      d.type === null ? "the request has no content type" : `bodies of type ${d.type} are not supported`,
    help: () => "send JSON, and the header `content-type: application/json`",
    explain: "Only uncompressed JSON is accepted. Any web page could send a form, so forms are rejected.",
  },
  "request-too-large": {
    severity: "error",
    message: (d) => `the body is longer than ${String(d.most)} bytes`,
    help: () => "send fewer texts in one request, or raise the limit `body` (`--max-body`)",
    explain: "A body is kept in memory while it is read, so its size in bytes is limited by `body`.",
  },
  "request-not-offered": {
    severity: "error",
    message: (d) => `\`${d.at}\` ${d.why}`,
    help: (d) => d.help,
    explain:
      "A key that would change the answer but is not supported is rejected, because ignoring it would give a wrong answer. Keys that do not change the answer are ignored.",
  },
  "too-many-texts": {
    severity: "error",
    message: (d) => `\`${d.at}\` has ${String(d.asked)} texts, but a request may have at most ${String(d.most)}`,
    help: () =>
      "send several requests (they are batched if they arrive together), or raise the limit `texts` (`--max-texts`)",
    explain: "The number of texts per request is limited, so that other requests find a place in the queue.",
  },
  "too-many-tokens": {
    severity: "error",
    message: (d) => `\`${d.at}\` requests ${String(d.asked)} tokens, but a request may have at most ${String(d.most)}`,
    help: (d) => `request at most ${String(d.most)}, or raise the limit \`max_tokens\` (\`--max-tokens\`)`,
    explain: "The server limits how many tokens one request may generate.",
  },
  "no-such-route": {
    severity: "error",
    message: (d) => `there is no route ${d.method}`,
    help: (d) => `see /openapi.json for all routes${d.near.length === 0 ? "" : `; for example ${listNames(d.near)}`}`,
    explain:
      "The server has the routes of OpenAI's API under /v1, those of Text Embeddings Inference, and those of Hugging Face's inference API under / and /models/NAME.",
  },
  "method-not-offered": {
    severity: "error",
    message: (d) => `this route does not support ${d.method}`,
    help: (d) => `use ${listNames(d.offered)}`,
    explain:
      "Requests with a body use POST, requests for information use GET. The header `allow` lists the supported methods.",
  },
  "bodies-full": {
    severity: "error",
    message: (d) => `current requests and answers use ${String(d.most)} bytes of memory, which is the limit`,
    help: () => "retry in a moment, send fewer large requests at once, or raise the limit (`--max-memory`)",
    explain:
      "A request stays in memory until it is answered, and an answer until it is read. Their total size is limited, so that many large ones do not fill the machine's memory. A request that does not fit is rejected before it is read or anything is computed.",
  },
  "api-key-missing": {
    severity: "error",
    message: () => "this server requires an API key",
    help: () => "send one: `Authorization: Bearer KEY`, or `x-api-key: KEY`",
    explain: "A server that was started with keys only answers requests with a key. /health and /ready need none.",
  },
  "api-key-wrong": {
    severity: "error",
    message: () => "the API key is not valid for this server",
    help: () =>
      "send one of the keys that the server was started with: `Authorization: Bearer KEY`, or `x-api-key: KEY`",
    explain: "The server stores only SHA-256 hashes of keys and compares them in constant time.",
  },
  "host-unknown": {
    severity: "error",
    message: (d) => `this server does not have the name ${JSON.stringify(d.host)}`,
    help: () => "use its address, or start it with this name: `--allow-host NAME` (`hosts:` in a notebook)",
    explain:
      "A web page can point its own name at this machine (DNS rebinding), and a browser would then let it read answers. Requests for unknown host names are therefore rejected.",
  },
  "origin-unknown": {
    severity: "error",
    message: (d) => `web pages of ${JSON.stringify(d.origin)} may not use this server`,
    help: () => "send the request from a program, or through your own server that adds the key",
    explain:
      "A browser names the page that sends a request. Pages of other origins are rejected, so that a web page cannot use a server on its visitor's machine.",
  },
  "rate-exceeded": {
    severity: "error",
    message: (d) => `there were more than ${String(d.most)} requests within a minute`,
    help: (d) => `retry in ${String(d.seconds)} s, or raise the limit \`rate\` (\`--rate\`)`,
    explain: "The limit `rate` counts requests per minute for each key, or for each address if there are no keys.",
  },
  "request-time": {
    severity: "error",
    message: (d) => `the answer took longer than ${String(d.seconds)} s`,
    help: () => "request less at once (fewer texts, a smaller max_tokens), or raise the limit `time` (`--max-time`)",
    explain: "The time limit of a request includes its waiting time. A request that exceeds it is cancelled.",
  },
  "server-stops": {
    severity: "error",
    message: () => "the server is stopping, and the time for open requests is over",
    help: () => "retry in a moment, when another server has taken over",
    explain:
      "A stopping server accepts no new connections and answers open requests for a limited time (`grace`). Requests still open after that get this error.",
  },
  "server-fault": {
    severity: "error",
    message: (d) => `the server failed at request ${d.id}`,
    help: () => "retry; if it fails again, look up this id in the server's log",
    explain: "An unexpected error occurred, a bug in the program. The log contains no text of the request.",
  },
};
