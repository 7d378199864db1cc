/** Error codes of concurrent text generation. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface SlotWriterCodeData {
  "writer-closed": object;
  "adapters-apart": { readonly technique: string; readonly why: string };
}

export const slotWriterCodes: CodeTable<SlotWriterCodeData> = {
  "writer-closed": {
    severity: "error",
    message: () => "the text is incomplete because its model was closed",
    help: () => "send the request again: another version of the model may be available by now",
    explain: "Closing a model ends all texts that it is writing. A server waits for them before it closes a model.",
  },
  "adapters-apart": {
    severity: "error",
    message: (d) => `models with \`${d.technique}\` cannot share a batch with others: ${d.why}`,
    help: () => "open that model separately",
    explain:
      "Several adapters can share the work of one base if each adds two factors to linear layers, as `lora` does without `dora`.",
  },
};
