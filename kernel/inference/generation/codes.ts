/** Error codes of requests to models that generate text. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface GenerationCodeData {
  "schema-unusable": { readonly why: string };
  "schema-not-ready": { readonly why: string };
  "schema-queue-full": { readonly waiting: number; readonly most: number };
  "conversation-refused": { readonly model: string; readonly why: string };
  "token-unknown": { readonly model: string; readonly id: number; readonly vocabulary: number };
  "no-tools": { readonly model: string; readonly why: string };
  "no-prompt-likelihoods": { readonly model: string };
  "no-such-tool": { readonly name: string | null; readonly has: readonly string[] };
}

export const generationCodes: CodeTable<GenerationCodeData> = {
  "schema-unusable": {
    severity: "error",
    message: (d) => `this JSON schema cannot be enforced: ${d.why}`,
    help: () => "remove or change that part of the schema",
    explain:
      "A schema is enforced while a text is written: tokens that it does not allow are never chosen. A schema that cannot be enforced this way is rejected, so that no text seems to follow a schema that it does not.",
  },
  "schema-not-ready": {
    severity: "error",
    message: (d) => `this JSON schema could not be compiled now: ${d.why}`,
    help: () => "retry in a moment; if it fails again, make the schema smaller",
    explain:
      "A JSON schema is compiled before a text can follow it. That may take at most 5 s, not counting the wait for its turn. Large schemas, long patterns and many bounded texts take longest, especially on a busy machine.",
  },
  "schema-queue-full": {
    severity: "error",
    message: (d) =>
      `${String(d.waiting)} JSON schemas are already waiting to be compiled, and the limit is ${String(d.most)}`,
    help: () => "retry in a moment, and send fewer requests with new schemas at a time",
    explain:
      "Compiling a JSON schema takes the time of a core, so schemas wait in a queue in which clients (API keys, or addresses) take turns. The number of waiting schemas is limited per client and in total.",
  },
  "conversation-refused": {
    severity: "error",
    message: (d) => `${d.model} cannot read this conversation: ${d.why}`,
    help: () => "send only roles that its template supports, in an order that it supports",
    explain:
      "A model's chat template writes the conversation in the format that it was trained on. Some support no system or tool messages; some need user and assistant to take turns.",
  },
  "token-unknown": {
    severity: "error",
    message: (d) => `${d.model} has no token ${String(d.id)}: its vocabulary ends at ${String(d.vocabulary - 1)}`,
    help: () => "send tokens of this model's own tokenizer, or the text",
    explain:
      "A prompt may be sent as token ids. They must come from the model's own tokenizer: ids of another one mean other words, or nothing.",
  },
  "no-tools": {
    severity: "error",
    message: (d) => `${d.model} does not support tools: ${d.why}`,
    help: () => "remove `tools`, or use a model whose template supports them",
    explain:
      "The model's chat template writes the tools, and calls are parsed from its text in the template's format. Supported formats: `<tool_call>` of Hermes and Qwen, XML of Qwen3-Coder, JSON of Llama 3, and Mistral's `[TOOL_CALLS]`, old and new.",
  },
  "no-prompt-likelihoods": {
    severity: "error",
    message: (d) => `${d.model} does not report probabilities of prompt tokens`,
    help: () => "remove `echo` or `logprobs`, or use a decoder model that runs in this engine",
    explain:
      "Probabilities of prompt tokens are available if each text of a batch is computed separately. For models that read a text completely before they write, use virtual tokens, or run in another runtime, only those of new tokens are available.",
  },
  "no-such-tool": {
    severity: "error",
    message: (d) =>
      d.name === null
        ? "a tool call is required, but the request has no tools"
        : `a call of the tool ${JSON.stringify(d.name)} is required, but the request has ${d.has.length > 0 ? listNames(d.has) : "no tools"}`,
    help: () => "send the tool in `tools`, or name one of them in `tool_choice`",
    explain:
      "`tool_choice` sets whether tools may or must be called, and which. A required tool must be in the request.",
  },
};
