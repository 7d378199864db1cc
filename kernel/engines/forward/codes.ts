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
    message: (d) => `standard input does not contain a batch: ${d.why}`,
    help: () => 'write {"input_ids": [[101, 7592, 102]], "attention_mask": [[1, 1, 1]]} to standard input',
    explain:
      "`tunebook forward` reads one JSON object: `input_ids`, optionally `attention_mask` (1 for real tokens; without it all are real) and `token_type_ids`, each a list of rows of integers. A model with an encoder and a decoder also needs `decoder_input_ids`, which may have another length.",
  },
  "ragged-rows": {
    severity: "error",
    message: (d) =>
      `row ${String(d.row)} of ${d.name} has ${String(d.length)} numbers, but ${String(d.expected)} are expected`,
    help: () => "pad the rows of a batch to one length, with 0 in attention_mask for padding",
    explain: "All rows of a batch have the same length, and all its parts have the same rows.",
  },
  "id-out-of-range": {
    severity: "error",
    message: (d) =>
      `${d.name} has ${String(d.id)} in row ${String(d.row)}, position ${String(d.column)}, but the model's ids are 0 to ${String(d.size - 1)}`,
    help: () => "use the tokenizer that belongs to the model",
    explain: "A token id selects a row of the model's embeddings. There is no row with this id.",
  },
  "sequence-too-long": {
    severity: "error",
    message: (d) => `rows of ${String(d.length)} tokens are longer than the model's ${String(d.positions)} positions`,
    help: (d) => `truncate the rows to ${String(d.positions)} tokens`,
    explain: "The model was trained with a fixed number of positions and cannot read further.",
  },
};
