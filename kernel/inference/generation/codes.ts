/** Error codes of requests to models that generate text. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { listNames } from "#dsl/language/diagnostics/lists.js";

export interface WritingCodeData {
  "schema-unusable": { readonly why: string };
  "schema-not-ready": { readonly why: string };
  "schema-queue-full": { readonly waiting: number; readonly most: number };
  "conversation-refused": { readonly model: string; readonly why: string };
  "token-unknown": { readonly model: string; readonly id: number; readonly vocabulary: number };
  "no-tools": { readonly model: string; readonly why: string };
  "no-prompt-likelihoods": { readonly model: string };
  "no-such-tool": { readonly name: string | null; readonly has: readonly string[] };
}

export const writingCodes: CodeTable<WritingCodeData> = {
  "schema-unusable": {
    severity: "error",
    message: (d) => `no text can be held to this JSON schema: ${d.why}`,
    help: () => "leave out or change what the schema says there",
    explain:
      "A text is held to a schema while it is written: tokens that the schema doesn't allow are never chosen. What can't be decided that way is refused, so that no text seems to be held to what it isn't.",
  },
  "schema-not-ready": {
    severity: "error",
    message: (d) => `this JSON schema couldn't be made ready now: ${d.why}`,
    help: () => "ask again in a moment; make the schema smaller if it comes to the same",
    explain:
      "A JSON schema is made ready before a text is held to it. That may take 5 s from its start; the wait for its turn does not count. Large schemas, long patterns and many bounded texts take longest, the more so on a busy machine.",
  },
  "schema-queue-full": {
    severity: "error",
    message: (d) => `${String(d.waiting)} JSON schemas wait to be made ready already, and ${String(d.most)} may`,
    help: () => "ask again in a moment, and send fewer requests with new schemas at a time",
    explain:
      "Making a JSON schema ready takes the time of a core, so schemas wait for it in a queue, in which clients (API keys, or addresses) take turns. The schemas of one client that may wait are bounded, and so are those of all.",
  },
  "conversation-refused": {
    severity: "error",
    message: (d) => `${d.model} can't be given this conversation: ${d.why}`,
    help: () => "send turns of roles that its template writes, in an order that it knows",
    explain:
      "A conversation is written for a model by its template, which says what it was trained to read: some know no turn of a system's or a tool's, some want user and assistant to take turns.",
  },
  "token-unknown": {
    severity: "error",
    message: (d) => `${d.model} has no token ${String(d.id)}: its vocabulary ends at ${String(d.vocabulary - 1)}`,
    help: () => "send tokens of this model's own tokenizer, or the text itself",
    explain:
      "A prompt may be sent as ids of tokens. They are the model's own: those of another tokenizer stand for other words, or for none.",
  },
  "no-tools": {
    severity: "error",
    message: (d) => `${d.model} calls no tools: ${d.why}`,
    help: () => "leave out `tools`, or ask a model whose template writes them",
    explain:
      "Tools are shown to a model by its own chat template, and its calls are read from its text in the form that the template writes them in. Forms that are read: Hermes's and Qwen's `<tool_call>`, Qwen3-Coder's XML, the JSON of Llama 3, Mistral's `[TOOL_CALLS]`, the older and the newer.",
  },
  "no-prompt-likelihoods": {
    severity: "error",
    message: (d) => `${d.model} doesn't tell how likely the tokens of a prompt are`,
    help: () => "leave out `echo` or `logprobs`, or ask a model whose texts are written each by itself",
    explain:
      "How likely a prompt's own tokens are is known where texts are written side by side, each by itself. Models that read a text whole before they write, that put virtual tokens before each text, or that another runtime computes are asked for what follows alone.",
  },
  "no-such-tool": {
    severity: "error",
    message: (d) =>
      d.name === null
        ? "a tool is to be called, and the request has none"
        : `the tool ${JSON.stringify(d.name)} is to be called, and the request has ${d.has.length > 0 ? listNames(d.has) : "none"}`,
    help: () => "send the tool in `tools`, or let `tool_choice` name one that is there",
    explain:
      "`tool_choice` says whether tools may be, or must be called, and which. One that must be called has to be sent.",
  },
};
