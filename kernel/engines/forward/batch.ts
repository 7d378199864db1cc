/** Parses a batch in JSON, and checks it against the model before anything runs. */
import { isRecord } from "#dsl/language/diagnostics/record.js";
import * as v from "valibot";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { parseJsonAs, schemaGuard } from "#kernel/fetch/json.js";

export interface ForwardLimits {
  readonly vocabulary: number;
  readonly positions: number;
  /** Number of token types; 0: the model takes none. */
  readonly types: number;
  readonly decoder?: boolean;
}
export interface ForwardInputs {
  readonly input_ids: NDArray;
  readonly attention_mask: NDArray;
  readonly token_type_ids?: NDArray;
  readonly decoder_input_ids?: NDArray;
}

/** Throws the coded errors `forward-input`, `ragged-rows`, `id-out-of-range`, `sequence-too-long`. */
export function readForwardInputs(text: string, limits: ForwardLimits): ForwardInputs {
  const bad = (why: string): CodedError => new CodedError("forward-input", { why });
  let given: unknown;
  try {
    given = parseJsonAs(text, v.unknown());
  } catch {
    throw bad(text.trim() === "" ? "it is empty" : "it is not JSON");
  }
  if (!isRecord(given)) throw bad("it is not JSON object");
  for (const name of Object.keys(given))
    if (!["input_ids", "attention_mask", "token_type_ids", "decoder_input_ids"].includes(name))
      throw bad(`"${name}" is not one of its parts`);
  if (given["input_ids"] === undefined) throw bad("input_ids is missing");

  const ids = rowsOf("input_ids", given["input_ids"], null);
  const shape = [ids.length, ids[0]!.length] as const;
  if (shape[1] > limits.positions)
    throw new CodedError("sequence-too-long", { length: shape[1], positions: limits.positions });
  const mask =
    given["attention_mask"] === undefined
      ? ids.map((row) => row.map(() => 1))
      : rowsOf("attention_mask", given["attention_mask"], shape);
  if (given["token_type_ids"] !== undefined && limits.types === 0) throw bad("this model takes no token_type_ids");
  const types = given["token_type_ids"] === undefined ? null : rowsOf("token_type_ids", given["token_type_ids"], shape);
  const decoder = decoderRows(given["decoder_input_ids"], ids.length, limits);
  demandBelow("input_ids", ids, limits.vocabulary);
  demandBelow("attention_mask", mask, 2);
  if (types) demandBelow("token_type_ids", types, limits.types);
  return {
    input_ids: arrayOf(ids, shape),
    attention_mask: arrayOf(mask, shape),
    ...(types && { token_type_ids: arrayOf(types, shape) }),
    ...(decoder && { decoder_input_ids: arrayOf(decoder, [decoder.length, decoder[0]!.length]) }),
  };
}

/** Returns the decoder's input of an encoder-decoder: as many rows as the encoder's, with an independent length. */
function decoderRows(value: unknown, count: number, limits: ForwardLimits): Rows | null {
  if (value === undefined && !limits.decoder) return null;
  if (!limits.decoder) throw new CodedError("forward-input", { why: "this model takes no decoder_input_ids" });
  if (value === undefined)
    throw new CodedError("forward-input", { why: "decoder_input_ids is missing, which this model's decoder reads" });
  const rows = rowsOf("decoder_input_ids", value, null);
  if (rows.length !== count)
    throw new CodedError("forward-input", {
      why: `decoder_input_ids has ${String(rows.length)} rows, input_ids has ${String(count)}`,
    });
  demandBelow("decoder_input_ids", rows, limits.vocabulary);
  return rows;
}

type Rows = readonly (readonly number[])[];

const areRows = schemaGuard<Rows>(v.array(v.array(v.pipe(v.number(), v.safeInteger()))));
function rowsOf(name: string, value: unknown, shape: readonly [rows: number, length: number] | null): Rows {
  if (!areRows(value) || value.length === 0)
    throw new CodedError("forward-input", { why: `${name} is not a list of rows of integers` });
  if (value[0]!.length === 0) throw new CodedError("forward-input", { why: `the first row of ${name} is empty` });
  if (shape && value.length !== shape[0])
    throw new CodedError("forward-input", {
      why: `${name} has ${String(value.length)} rows, input_ids has ${String(shape[0])}`,
    });
  const expected = shape ? shape[1] : value[0]!.length;
  value.forEach((row, i) => {
    if (row.length !== expected)
      throw new CodedError("ragged-rows", { name, row: i + 1, length: row.length, expected });
  });
  return value;
}

function demandBelow(name: string, rows: Rows, size: number): void {
  rows.forEach((row, r) =>
    row.forEach((id, c) => {
      if (id < 0 || id >= size) throw new CodedError("id-out-of-range", { name, row: r + 1, column: c + 1, id, size });
    }),
  );
}

function arrayOf(rows: Rows, shape: readonly [number, number]): NDArray {
  return { dtype: "i32", shape, bytes: new Uint8Array(Int32Array.from(rows.flat()).buffer) };
}
