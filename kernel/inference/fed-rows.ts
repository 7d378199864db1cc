/** Batches of rows: their input arrays, and the model's outputs for each row. */
import { lastOf, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { AnswerDecoder } from "#stdlib/tasks/kind.js";
import { int32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { collateBatch } from "../data/rows/batches.js";
import { tokensAt } from "../data/sequences/token-rows.js";
import type { EngineSession } from "../engines/engine.js";
import { toFloats } from "../engines/feeds.js";
import type { EncodedInputs } from "../data/encoding/encoded.js";

export interface ModelInputRow {
  readonly ids: Int32Array;
  /** Token types: which of two texts each token belongs to; either all rows of a batch have them, or none. */
  readonly types?: Int32Array;
  /** Token positions to predict; absent for the row as a whole. */
  readonly places?: Int32Array;
}

export function modelInputRow(
  rows: Pick<EncodedInputs, "ids" | "types" | "taskInputs">,
  { places }: Pick<AnswerDecoder, "places">,
  row: number,
): ModelInputRow {
  return {
    ids: tokensAt(rows.ids, row),
    ...(rows.types && { types: tokensAt(rows.types, row) }),
    ...(places && { places: places(rows.taskInputs, row) }),
  };
}

/** Hidden states of all tokens of each row, for embedding models. */
export async function computeTokenStates(
  session: Pick<EngineSession, "run">,
  rows: readonly ModelInputRow[],
  padId: number,
): Promise<readonly (readonly Float32Array[])[]> {
  const feeds = collateBatch(
    rows.map(({ ids }) => ids),
    Uint32Array.from(rows, (_, index) => index),
    padId,
    { types: null },
  );
  const { last_hidden_state: hiddenState } = await session.run("evaluate", feeds, ["last_hidden_state"]);
  const { shape } = mustExist(hiddenState, "the states of tokens");
  const [length, width] = [shape[1]!, shape[2]!];
  const all = toFloats(mustExist(hiddenState, "the states of tokens"));
  return rows.map(({ ids }, row) =>
    Array.from(ids, (_, token) => all.slice((row * length + token) * width, (row * length + token + 1) * width)),
  );
}

/** Each row's logits, per position. */
export async function computeLogits(
  session: Pick<EngineSession, "run">,
  rows: readonly ModelInputRow[],
  padId: number,
): Promise<readonly Float32Array[]> {
  const types = rows.flatMap((row) => row.types ?? []);
  const feeds = collateBatch(
    rows.map(({ ids }) => ids),
    Uint32Array.from(rows, (_, rowIndex) => rowIndex),
    padId,
    { types: types.length === rows.length ? types : null },
  );
  const places = rows.flatMap((row) => (row.places ? [row.places] : []));
  const apart = places.length === rows.length;
  if (apart) {
    const width = mustExist(feeds["input_ids"], "input_ids").shape[1]!;
    const targets = places.flatMap((rowPlaces, rowIndex) => Array.from(rowPlaces, (place) => rowIndex * width + place));
    // A batch without target positions uses its first token; that result is ignored.
    const targetPlaces = Int32Array.from(targets.length > 0 ? targets : [0]);
    feeds["targets"] = int32NDArray(targetPlaces, [targetPlaces.length]);
  }
  const logitsArray = mustExist((await session.run("evaluate", feeds, ["logits"]))["logits"], "the logits of a batch");
  const logits = toFloats(logitsArray).slice();
  const size = lastOf(logitsArray.shape);
  let offset = 0;
  return rows.map((_, row) => logits.subarray(offset, (offset += (apart ? places[row]!.length : 1) * size)));
}
