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

const KEPT = "What the judge has answered is kept: the cell, run again, asks for the rest alone.";

export const judgingCodes: CodeTable<JudgingCodeData> = {
  "judge-refused": {
    severity: "error",
    message: (d) => `the judge at ${d.url} lets nobody in (${String(d.status)}): ${d.why}`,
    help: (d) =>
      d.env === null
        ? "name its key: `key: secret(env: NAME)`"
        : `give ${d.env} a key that it takes, and start the kernel again`,
    explain: `The service answers 401 or 403: it wants a key, or another one, or one that may use this model. ${KEPT}`,
  },
  "judge-busy": {
    severity: "error",
    message: (d) => `the judge at ${d.url} has no time (${String(d.status)}, asked ${String(d.tries)} times): ${d.why}`,
    help: () => "run the cell again later (what was answered is kept), or ask for less at once: `at_once: 1`",
    explain: `The service goes on answering 429 or an error of its own (5xx), after waits that grow or are as long as it asks for. ${KEPT}`,
  },
  "judge-unreachable": {
    severity: "error",
    message: (d) => `nobody answers at ${d.url}: ${d.why}`,
    help: () =>
      "see that the judge runs and that `url` is what stands before `/chat/completions`; `timeout: 5min` gives it longer",
    explain: `No connection, or no answer in the time that it was given, three times in a row. Proxies are those of the environment (HTTPS_PROXY, NO_PROXY). ${KEPT}`,
  },
  "judge-failed": {
    severity: "error",
    message: (d) => `the judge at ${d.url} can't be asked so: ${d.why}`,
    help: () =>
      "see `url` and `model`: the service must know the model and answer in the shape of OpenAI's chat completions",
    explain: `The service answers, but with an error that no waiting mends, or with something else than chat completions. ${KEPT}`,
  },
  "judge-mute": {
    severity: "error",
    message: (d) => `no answer of ${d.model} has a verdict (${String(d.answers)} were read); the first: “${d.first}”`,
    help: () => "take a judge that can follow instructions, or give it room to come to an end: `max_tokens: 2000`",
    explain:
      "A judge ends with a line `VERDICT: A`, `VERDICT: B` or `VERDICT: TIE`. Answers without one count as ties and are told; where none has one there is no score. A judge that thinks aloud may be cut off before it comes to it.",
  },
};
