/**
 * The trained tokens of a row, for display. They are read from the feeds of a training: next tokens and their mask, a
 * decoder's targets, or the positions that a task predicts.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { LossMaskedTextPart, RowWithLossMask } from "./masked-row.js";
import { tokensAt } from "../sequences/token-rows.js";
import type { EncodedRows } from "./rows.js";

export interface LossMaskOptions {
  readonly tokenizer: Pick<Tokenizer, "spell">;
  /** Seed of the recipe, which determines the masked tokens. */
  readonly seed: number;
}

/** Maximum parts of a displayed row; later parts are left out. */
const PARTS = 60;

/** Returns the row's number in the source; for a window of a context, the number of its question's row. */
function numberOf(rows: EncodedRows, row: number): number {
  return rows.rows[rows.taskInputs.window?.(row).questionIndex ?? row] ?? row + 1;
}

/** Marks every token except the first, or those of the row's mask. */
export async function nextTokenLossMaskRow(
  rows: EncodedRows,
  row: number,
  { tokenizer }: LossMaskOptions,
): Promise<RowWithLossMask> {
  const ids = tokensAt(rows.ids, row);
  const trained = rows.trained?.maskAt(row);
  const parts = await spelled(ids, (token) => token > 0 && (trained === undefined || trained[token] === 1), tokenizer);
  const count = rows.trained?.counts[row] ?? ids.length - 1;
  return { row: numberOf(rows, row), parts, trained: count, tokens: ids.length };
}

/** Shows the input, an arrow and the target, all of whose tokens are trained. */
export async function targetLossMaskRow(
  rows: EncodedRows,
  row: number,
  options: LossMaskOptions,
): Promise<RowWithLossMask> {
  const ids = tokensAt(rows.ids, row);
  const written = numbersOf(feedsOf(rows, row, options, 0)["labels"]);
  const parts = [
    ...(await spelled(ids, () => false, options.tokenizer)),
    { text: " → ", trained: false },
    ...(await spelled(written, () => true, options.tokenizer)),
  ];
  return { row: numberOf(rows, row), parts, trained: written.length, tokens: ids.length + written.length };
}

/** Marks the tokens chosen by the task, or the positions that it predicts. */
export async function taskLossMaskRow(
  rows: EncodedRows,
  row: number,
  options: LossMaskOptions,
): Promise<RowWithLossMask> {
  const ids = tokensAt(rows.ids, row);
  const number = numberOf(rows, row);
  const marked = rows.taught?.marked?.(row);
  if (marked) {
    const parts = await spelled(ids, (token) => marked[token] === 1, options.tokenizer);
    return { row: number, parts, trained: marked.reduce((a, b) => a + b, 0), tokens: ids.length };
  }
  const { targets, labels } = feedsOf(rows, row, options, 0);
  const wanted = new Set(numbersOf(targets).filter((_, i) => numbersOf(labels)[i] !== -100));
  const parts = await spelled(ids, (token) => wanted.has(token), options.tokenizer);
  const changes = numbersOf(feedsOf(rows, row, options, 1)["targets"]).join() !== numbersOf(targets).join();
  return { row: number, parts, trained: wanted.size, tokens: ids.length, ...(changes && { changes }) };
}

function feedsOf(
  rows: EncodedRows,
  row: number,
  { seed }: LossMaskOptions,
  epoch: number,
): Readonly<Record<string, NDArray>> {
  const ids = tokensAt(rows.ids, row);
  const taught = mustExist(rows.taught, "the targets of the rows");
  return taught.feeds({ rows: [row], width: ids.length, seed, epoch }, Int32Array.from(ids));
}

/** Joins consecutive tokens with the same mark into one part. */
async function spelled(
  ids: Int32Array,
  trained: (position: number) => boolean,
  { spell }: Pick<Tokenizer, "spell">,
): Promise<readonly LossMaskedTextPart[]> {
  const parts: LossMaskedTextPart[] = [];
  let before = "";
  for (let from = 0; from < ids.length;) {
    if (parts.length === PARTS) return [...parts, { text: " …", trained: false }];
    const wanted = trained(from);
    let to = from + 1;
    while (to < ids.length && trained(to) === wanted) to++;
    // A token's text may depend on earlier ones (spaces). If the text of all tokens isn't the concatenation of their
    // parts, the part is decoded separately.
    const whole = await spell(ids.subarray(0, to));
    const text = whole.startsWith(before) ? whole.slice(before.length) : await spell(ids.subarray(from, to));
    // A space before a trained part is moved to the part before it.
    const blank = parts.length > 0 && wanted && text.startsWith(" ");
    const last = parts.at(-1);
    if (blank && last) parts[parts.length - 1] = { ...last, text: `${last.text} ` };
    parts.push({ text: blank ? text.slice(1) : text, trained: wanted });
    before = whole;
    from = to;
  }
  return parts;
}

function numbersOf(array: NDArray | undefined): Int32Array {
  if (!array) return new Int32Array();
  const { bytes } = array;
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
