/** Error codes of judge requests. Answers received before the error stay cached. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface JudgingCodeData {
  "judge-refused": {
    readonly url: string;
    readonly status: number;
    /** Environment variable of the key; null if none is configured. */
    readonly env: string | null;
    readonly why: string;
  };
  "judge-busy": { readonly url: string; readonly status: number; readonly tries: number; readonly why: string };
  "judge-unreachable": { readonly url: string; readonly why: string };
  "judge-failed": { readonly url: string; readonly why: string };
  "judge-mute": { readonly model: string; readonly answers: number; readonly first: string };
}

const KEPT = "The judge's answers so far are kept: the cell, run again, requests only the rest.";

export const judgingCodes: CodeTable<JudgingCodeData> = {
  "judge-refused": {
    severity: "error",
    message: (d) => `the judge at ${d.url} denies access (${String(d.status)}): ${d.why}`,
    help: (d) =>
      d.env === null ? "set its key: `key: secret(env: NAME)`" : `set ${d.env} to a valid key, and restart the kernel`,
    explain: `The service answers 401 or 403: the key is missing, wrong, or has no access to this model. ${KEPT}`,
  },
  "judge-busy": {
    severity: "error",
    message: (d) =>
      `the judge at ${d.url} is overloaded (${String(d.status)} after ${String(d.tries)} attempts): ${d.why}`,
    help: () => "run the cell again later (earlier answers are kept), or send fewer requests at once: `at_once: 1`",
    explain: `The service keeps answering 429 or a server error (5xx), after growing waits or those that it requests. ${KEPT}`,
  },
  "judge-unreachable": {
    severity: "error",
    message: (d) => `there is no answer from ${d.url}: ${d.why}`,
    help: () =>
      "check that the judge is running and that `url` is the part before `/chat/completions`; `timeout: 5min` waits longer",
    explain: `There was no connection, or no answer within the timeout, three times in a row. Proxies come from the environment (HTTPS_PROXY, NO_PROXY). ${KEPT}`,
  },
  "judge-failed": {
    severity: "error",
    message: (d) => `the judge at ${d.url} rejects the request: ${d.why}`,
    help: () => "check `url` and `model`: the service must have the model and support OpenAI's chat completions",
    explain: `The service answers with an error that waiting does not fix, or with something other than chat completions. ${KEPT}`,
  },
  "judge-mute": {
    severity: "error",
    message: (d) =>
      `no answer of ${d.model} contains a verdict (${String(d.answers)} were read); the first: “${d.first}”`,
    help: () => "use a judge that follows instructions, or let it write longer: `max_tokens: 2000`",
    explain:
      "A judge ends with a line `VERDICT: A`, `VERDICT: B` or `VERDICT: TIE`. Answers without one count as ties and are reported; if none has one there is no score. A judge that reasons first may be truncated before its verdict.",
  },
};
