/** Errors in the input of `tunebook forward`. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";

export interface ForwardCodeData {
  "forward-input": { readonly why: string };
  "ragged-rows": { readonly name: string; readonly row: number; readonly length: number; readonly expected: number };
  "id-out-of-range": {
    readonly name: string;
    readonly row: number;
    readonly column: number;
    readonly id: number;
    readonly size: number;
  };
  "sequence-too-long": { readonly length: number; readonly positions: number };
}

export const forwardCodes: CodeTable<ForwardCodeData> = {
  "forward-input": {
    severity: "error",
    message: (d) => `standard input holds no batch: ${d.why}`,
    help: () => 'write {"input_ids": [[101, 7592, 102]], "attention_mask": [[1, 1, 1]]} to standard input',
    explain:
      "`tunebook forward` reads one JSON object: `input_ids`, and if wanted `attention_mask` (1 for real tokens; all real without it) and `token_type_ids`, each a list of rows of whole numbers; for a model with an encoder and a decoder `decoder_input_ids` too, which may have another length.",
  },
  "ragged-rows": {
    severity: "error",
    message: (d) =>
      `row ${String(d.row)} of ${d.name} has ${String(d.length)} numbers where ${String(d.expected)} are expected`,
    help: () => "pad the rows of a batch to one length, with 0 in attention_mask where they are padded",
    explain: "All rows of a batch have one length, and all its parts have the same rows.",
  },
  "id-out-of-range": {
    severity: "error",
    message: (d) =>
      `${d.name} has ${String(d.id)} in row ${String(d.row)}, position ${String(d.column)}, but the model knows 0 to ${String(d.size - 1)}`,
    help: () => "use the tokenizer that belongs to the model",
    explain: "A token id looks up a row of the model's embeddings; there is no such row.",
  },
  "sequence-too-long": {
    severity: "error",
    message: (d) => `rows of ${String(d.length)} tokens are longer than the model's ${String(d.positions)} positions`,
    help: (d) => `cut the rows to ${String(d.positions)} tokens`,
    explain: "The model has learned a fixed number of positions and can't read further.",
  },
};
