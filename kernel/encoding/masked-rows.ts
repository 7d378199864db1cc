/**
 * Which tokens of some rows are trained, for pictures. It is read off what training is fed: next tokens and their mask,
 * the targets of a text that is written, the places that a task asks about. Rows that are learnt as a whole have no mask.
 */
import { must } from "#dsl/diagnostics/must.js";
import type { NDArray } from "#dsl/graph/program.js";
import type { TaskImplementation } from "#stdlib/kinds/task.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { MaskedPart, MaskedRow } from "../core/display/data/mask.js";
import type { Encoded } from "./encoded.js";
import { tokensAt } from "../core/data/sequences/token-rows.js";

/** Most parts of a row; what comes after them is left out. */
const PARTS = 60;

export function hasMask({ supervision }: Pick<TaskImplementation, "supervision">): boolean {
  return ["windows", "pairs", "contexts"].includes(supervision.rows) || supervision.inputs(2).targets !== undefined;
}

/** `seed`: the recipe's, by which places are chosen where chance chooses them. */
export async function maskedRows(
  rows: Encoded,
  task: Pick<TaskImplementation, "supervision">,
  o: { readonly tokenizer: Pick<Tokenizer, "spell">; readonly most: number; readonly seed: number },
): Promise<readonly MaskedRow[]> {
  const most = Math.min(o.most, rows.lengths.length);
  return Promise.all(Array.from({ length: most }, (_, row) => masked(rows, row, task, o)));
}

type Options = Parameters<typeof maskedRows>[2];

async function masked(
  rows: Encoded,
  row: number,
  { supervision }: Pick<TaskImplementation, "supervision">,
  o: Options,
): Promise<MaskedRow> {
  const ids = tokensAt(rows.ids, row);
  const number = rows.rows[rows.asked.window?.(row).of ?? row] ?? row + 1;
  if (supervision.rows === "windows") {
    const trained = rows.trained?.at(row);
    // What comes first follows nothing and is never trained.
    const parts = await spelled(ids, (at) => at > 0 && (trained === undefined || trained[at] === 1), o.tokenizer);
    return { row: number, parts, trained: rows.trained?.counts[row] ?? ids.length - 1, tokens: ids.length };
  }
  const marked = rows.taught?.marked?.(row);
  if (marked) {
    const parts = await spelled(ids, (at) => marked[at] === 1, o.tokenizer);
    return { row: number, parts, trained: marked.reduce((a, b) => a + b, 0), tokens: ids.length };
  }
  const fed = (epoch: number) =>
    must(rows.taught, "what the rows teach").feeds(
      { rows: [row], width: ids.length, seed: o.seed, epoch },
      Int32Array.from(ids),
    );
  const { targets, labels } = fed(0);
  const places = numbersOf(targets).filter((_, i) => numbersOf(labels)[i] !== -100);
  if (supervision.rows === "pairs") {
    const written = numbersOf(labels);
    const parts = [
      ...(await spelled(ids, () => false, o.tokenizer)),
      { text: " → ", trained: false },
      ...(await spelled(written, () => true, o.tokenizer)),
    ];
    return { row: number, parts, trained: written.length, tokens: ids.length + written.length };
  }
  const wanted = new Set(places);
  const parts = await spelled(ids, (at) => wanted.has(at), o.tokenizer);
  const changes = numbersOf(fed(1)["targets"]).join() !== numbersOf(targets).join();
  return { row: number, parts, trained: wanted.size, tokens: ids.length, ...(changes && { changes }) };
}

/** Tokens in a row that are alike become one part. */
async function spelled(
  ids: Int32Array,
  trained: (at: number) => boolean,
  { spell }: Pick<Tokenizer, "spell">,
): Promise<readonly MaskedPart[]> {
  const parts: MaskedPart[] = [];
  let before = "";
  for (let from = 0; from < ids.length;) {
    if (parts.length === PARTS) return [...parts, { text: " …", trained: false }];
    const wanted = trained(from);
    let to = from + 1;
    while (to < ids.length && trained(to) === wanted) to++;
    // What tokens spell depends on those before them (blanks); where all of it isn't the sum of its parts, a part stands alone.
    const whole = await spell(ids.subarray(0, to));
    const text = whole.startsWith(before) ? whole.slice(before.length) : await spell(ids.subarray(from, to));
    // The blank between two words belongs to neither.
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
