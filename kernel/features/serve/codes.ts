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
      `port ${String(d.port)} of ${d.host} is taken by ${d.desk !== undefined ? `${d.desk}, which serves` : d.by ? `process ${String(d.by.process)} (${escapeControlCharacters(d.by.command)})` : "another program"}`,
    help: (d) =>
      d.desk !== undefined
        ? `name another port, or end that one first: \`await ${d.desk}.stop()\``
        : d.by
          ? `name another port, or 0 for any that is free; \`kill ${String(d.by.process)}\` ends that one, if it is yours`
          : "name another port, or 0 for any that is free",
    explain:
      "One program listens on a port at a time. `port: 0` takes one that is free, and the server says which. Where the port should have been free, an older server still runs: `desk.stop()` or SIGTERM ends it.",
  },
  "not-listened": {
    severity: "error",
    message: (d) => `${d.host}:${String(d.port)} can't be listened on: ${d.why}`,
    help: () => "name an address of this machine (127.0.0.1 for this machine alone), and a port from 1024 on",
    explain:
      "A server listens on an address of the machine it runs on. Ports below 1024 are the administrator's on most systems.",
  },
  "request-unlike": {
    severity: "error",
    message: (d) => `${d.at === null ? "the request" : `\`${d.at}\``} ${d.why}`,
    help: () => "write it as /openapi.json says",
    explain:
      "The body of a request is held to a schema before anything of it is used. /openapi.json has the schemas of all routes; keys that they don't name are left alone, and the header `x-ignored` of the answer names them.",
  },
  "request-not-json": {
    severity: "error",
    message: (d) => `the body can't be read as JSON: ${d.why}`,
    help: () => "send JSON in UTF-8",
    explain:
      "Bodies are JSON in UTF-8, at most 64 deep, without the keys `__proto__` and `constructor.prototype`, and without half characters (a lone surrogate such as \\ud800).",
  },
  "request-head": {
    severity: "error",
    message: (d) => `the request ${d.why}`,
    help: () => "send each of these headers once, and a body with `content-length` or `transfer-encoding: chunked`",
    explain:
      "A proxy before this server may read such a request differently from the server: it may check the first `Host` or `Authorization` and pass on both, or see another end of the body. The request is refused and its connection is closed.",
  },
  "request-type": {
    severity: "error",
    message: (d) => (d.type === null ? "the request doesn't say what its body is" : `bodies of ${d.type} aren't read`),
    help: () => "send JSON, and the header `content-type: application/json`",
    explain:
      "Only JSON is read, not compressed. A form could be sent by any page in a browser, so it is no request here.",
  },
  "request-too-large": {
    severity: "error",
    message: (d) => `the body is longer than ${String(d.most)} bytes`,
    help: () => "send fewer texts in one request, or raise the limit `body` (`--max-body`)",
    explain: "A body is held in memory while it is read, so it has a bound: the limit `body`, in bytes.",
  },
  "request-not-offered": {
    severity: "error",
    message: (d) => `\`${d.at}\` ${d.why}`,
    help: (d) => d.help,
    explain:
      "A key that changes what is answered and isn't offered here is refused; to ignore it would give another answer than was asked for. Keys that change nothing of an answer are ignored.",
  },
  "too-many-texts": {
    severity: "error",
    message: (d) => `\`${d.at}\` has ${String(d.asked)} texts, and one request may have ${String(d.most)}`,
    help: () =>
      "send several requests (they are answered in one batch where they come together), or raise the limit `texts` (`--max-texts`)",
    explain: "One request takes so many places of the queue at most, so that others find one too.",
  },
  "too-many-tokens": {
    severity: "error",
    message: (d) => `\`${d.at}\` asks for ${String(d.asked)} tokens, and one request may ask for ${String(d.most)}`,
    help: (d) => `ask for ${String(d.most)} at most, or raise the limit \`max_tokens\` (\`--max-tokens\`)`,
    explain: "Whoever serves says how many tokens one request may have written.",
  },
  "no-such-route": {
    severity: "error",
    message: (d) => `there is nothing here to ${d.method}`,
    help: (d) => `/openapi.json lists what there is${d.near.length === 0 ? "" : `; e.g. ${listNames(d.near)}`}`,
    explain:
      "Served are the routes of OpenAI's interface under /v1, those of Text Embeddings Inference, and those of Hugging Face's inference under / and /models/NAME.",
  },
  "method-not-offered": {
    severity: "error",
    message: (d) => `${d.method} isn't for this route`,
    help: (d) => `ask with ${listNames(d.offered)}`,
    explain: "What reads a body is asked with POST, what only tells something with GET. The header `allow` says which.",
  },
  "bodies-full": {
    severity: "error",
    message: (d) =>
      `requests that are under way and their answers hold ${String(d.most)} bytes, and no more may be held`,
    help: () => "ask again in a moment, send fewer large requests side by side, or raise the limit (`--max-memory`)",
    explain:
      "Bodies are held in memory until they are answered, and answers until they were read. All together have a bound, so that many large ones at once don't take the machine's memory: one that finds no room is refused before it is read, or before anything is computed for it.",
  },
  "api-key-missing": {
    severity: "error",
    message: () => "this server wants a key",
    help: () => "send one: `Authorization: Bearer KEY`, or `x-api-key: KEY`",
    explain:
      "A server that was started with keys answers those alone who send one; /health and /ready say how it stands without.",
  },
  "api-key-wrong": {
    severity: "error",
    message: () => "the key is none of this server's",
    help: () => "send one of the keys that it was started with: `Authorization: Bearer KEY`, or `x-api-key: KEY`",
    explain: "Keys are compared by their SHA-256, in the same time whatever was sent. The server holds hashes alone.",
  },
  "host-unknown": {
    severity: "error",
    message: (d) => `this server is not called ${JSON.stringify(d.host)}`,
    help: () => "ask it by its address, or start it with this name: `--allow-host NAME` (`hosts:` in a notebook)",
    explain:
      "A page somewhere can point its own name at this machine (DNS rebinding), and a browser would let it read the answers. So requests by a name that the server doesn't know are refused.",
  },
  "origin-unknown": {
    severity: "error",
    message: (d) => `pages of ${JSON.stringify(d.origin)} may not ask this server`,
    help: () => "ask from a program, or through a server of your own that adds the key",
    explain:
      "A browser says which page asks. Pages of other origins are refused, so that a page that somebody visits can't use a server on their machine.",
  },
  "rate-exceeded": {
    severity: "error",
    message: (d) => `more than ${String(d.most)} requests came within a minute`,
    help: (d) => `ask again in ${String(d.seconds)} s, or raise the limit \`rate\` (\`--rate\`)`,
    explain:
      "The limit `rate` counts the requests of each key, or of each address where there are no keys, by the minute.",
  },
  "request-time": {
    severity: "error",
    message: (d) => `the answer took longer than ${String(d.seconds)} s`,
    help: () => "ask for less at once (fewer texts, a smaller max_tokens), or raise the limit `time` (`--max-time`)",
    explain: "A request has so much time, waiting included. What was under way for it is given up then.",
  },
  "server-stops": {
    severity: "error",
    message: () => "this server is being stopped, and its time to answer what was under way is over",
    help: () => "ask again in a moment, where another one takes its place",
    explain:
      "A server that stops takes no new connections and answers the requests of those that are open, for as long as it is given (`grace`). What is under way then is cut off with this.",
  },
  "server-fault": {
    severity: "error",
    message: (d) => `the server failed at request ${d.id}`,
    help: () => "ask again; if it fails again, the server's log has the fault under this id",
    explain:
      "Something went wrong that should not have: a fault of the program. Nothing of the request's text is in the log.",
  },
};
