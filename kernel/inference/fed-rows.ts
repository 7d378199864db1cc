/** Rows that are fed together: the arrays that they become, and what the model says of each. */
import { lastOf, must } from "#dsl/language/diagnostics/must.js";
import type { Answers } from "#stdlib/tasks/kind.js";
import { whole } from "#stdlib/tasks/shared/feeds.js";
import { collate } from "../data/rows/batches.js";
import { tokensAt } from "../data/sequences/token-rows.js";
import type { Session } from "../engines/engine.js";
import { floats } from "../engines/feeds.js";
import type { Unseen } from "../data/encoding/encoded.js";

export interface FedRow {
  readonly ids: Int32Array;
  /** Which of two texts each token is of; all rows of a batch have them, or none. */
  readonly types?: Int32Array;
  /** Places of its tokens that are asked about; absent: the row as a whole. */
  readonly places?: Int32Array;
}

export function fedRow(
  rows: Pick<Unseen, "ids" | "types" | "asked">,
  { places }: Pick<Answers, "places">,
  row: number,
): FedRow {
  return {
    ids: tokensAt(rows.ids, row),
    ...(rows.types && { types: tokensAt(rows.types, row) }),
    ...(places && { places: places(rows.asked, row) }),
  };
}

/** What each token of each row came to, of texts that become vectors. */
export async function statesTogether(
  session: Pick<Session, "run">,
  rows: readonly FedRow[],
  padId: number,
): Promise<readonly (readonly Float32Array[])[]> {
  const feeds = collate(
    rows.map(({ ids }) => ids),
    Uint32Array.from(rows, (_, at) => at),
    padId,
    { types: null },
  );
  const { last_hidden_state: said } = await session.run("evaluate", feeds, ["last_hidden_state"]);
  const { shape } = must(said, "what tokens came to");
  const [length, width] = [shape[1]!, shape[2]!];
  const all = floats(must(said, "what tokens came to"));
  return rows.map(({ ids }, row) =>
    Array.from(ids, (_, token) => all.slice((row * length + token) * width, (row * length + token + 1) * width)),
  );
}

/** Each row's logits, place by place. */
export async function askTogether(
  session: Pick<Session, "run">,
  rows: readonly FedRow[],
  padId: number,
): Promise<readonly Float32Array[]> {
  const types = rows.flatMap((row) => row.types ?? []);
  const feeds = collate(
    rows.map(({ ids }) => ids),
    Uint32Array.from(rows, (_, at) => at),
    padId,
    { types: types.length === rows.length ? types : null },
  );
  const places = rows.flatMap((row) => (row.places ? [row.places] : []));
  const apart = places.length === rows.length;
  if (apart) {
    const width = must(feeds["input_ids"], "input_ids").shape[1]!;
    const targets = places.flatMap((own, at) => Array.from(own, (place) => at * width + place));
    // A batch without a place is asked about its first token, which nobody reads.
    const asked = Int32Array.from(targets.length > 0 ? targets : [0]);
    feeds["targets"] = whole(asked, [asked.length]);
  }
  const said = must((await session.run("evaluate", feeds, ["logits"]))["logits"], "the logits of a batch");
  const logits = floats(said).slice();
  const size = lastOf(said.shape);
  let at = 0;
  return rows.map((_, row) => logits.subarray(at, (at += (apart ? places[row]!.length : 1) * size)));
}
