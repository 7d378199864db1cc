/** Error codes of judges. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface StdlibJudgingCodeData {
  "judge-address": { readonly why: string };
  "judge-prompt": { readonly missing: readonly string[]; readonly places: readonly string[] };
}

const program = (judge: string): string =>
  `data d { source: jsonl("d.jsonl"), columns: { input: a, target: b }, split: random(train: 80%, test: 20%) }
model m { base: "t5-small", task: text2text_generation }
train m on d
evaluate m on d.test { metrics: [${judge}] }`;

export const stdlibJudgingCodes: CodeTable<StdlibJudgingCodeData> = {
  "judge-address": {
    severity: "error",
    message: (d) => `a judge can't be asked there: ${d.why}`,
    help: () =>
      'write what stands before `/chat/completions`: `judge("http://127.0.0.1:8000/v1", model: "…")`; a key is `key: secret(env: NAME)`',
    explain:
      "A judge is asked over HTTP in OpenAI's shape: at `url`, with `/chat/completions` put behind it. llama.cpp's server, vLLM, Ollama and most services answer so. Keys are named by an environment variable and stand in no address.",
    example: program('judge("127.0.0.1:8000", model: "j")'),
  },
  "judge-prompt": {
    severity: "error",
    message: (d) => `the judge's prompt has no ${listNames(d.missing)}: it would not see what it judges`,
    help: (d) =>
      `write ${listNames(d.places)} where they are filled in; the last is the other text, the first what both answer`,
    explain:
      "`prompt` says what the judge is asked; `{a}` and `{b}` stand for the two texts and must be there, `{prompt}` for what they answer. How it gives its verdict is put behind it.",
    example: program('judge("http://127.0.0.1:8000/v1", model: "j", prompt: "Which is kinder?")'),
  },
};
