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
    message: (d) => `the address of the judge cannot be used: ${d.why}`,
    help: () =>
      'write the part before `/chat/completions`: `judge("http://127.0.0.1:8000/v1", model: "…")`; a key is `key: secret(env: NAME)`',
    explain:
      "A judge is called over HTTP with OpenAI's API, at `url` followed by `/chat/completions`. llama.cpp's server, vLLM, Ollama and most services support it. Keys come from an environment variable and are never part of an address.",
    example: program('judge("127.0.0.1:8000", model: "j")'),
  },
  "judge-prompt": {
    severity: "error",
    message: (d) => `the judge's prompt has no ${listNames(d.missing)}, so it does not contain what to judge`,
    help: (d) =>
      `write ${listNames(d.places)} where they are filled in; the last is the other text, the first what both answer`,
    explain:
      "`prompt` is the instruction to the judge. It must contain `{a}` and `{b}` for the two texts, and can contain `{prompt}` for the prompt they respond to. The format of the verdict is appended.",
    example: program('judge("http://127.0.0.1:8000/v1", model: "j", prompt: "Which is kinder?")'),
  },
};
