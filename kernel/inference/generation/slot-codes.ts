/** Error codes of concurrent text generation. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface SlotCodeData {
  "writer-closed": object;
  "adapters-apart": { readonly technique: string; readonly why: string };
}

export const slotCodes: CodeTable<SlotCodeData> = {
  "writer-closed": {
    severity: "error",
    message: () => "the text was not written to its end: its model was closed",
    help: () => "ask again: another version of the model may be there by now",
    explain: "A model that is closed ends all texts that it writes. A server waits for them before it closes a model.",
  },
  "adapters-apart": {
    severity: "error",
    message: (d) => `\`${d.technique}\` can't be written with in one batch with others: ${d.why}`,
    help: () => "open that model by itself",
    explain:
      "Several adapters over one base share its work where each adds two factors to linear layers, as `lora` does without `dora`.",
  },
};
