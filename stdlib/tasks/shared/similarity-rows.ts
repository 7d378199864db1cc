/** Targets of rows with two texts, and which texts must not be used as negatives of a row. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Call } from "#dsl/language/types/value.js";
import type { RowColumn, SupervisionRows, TrainingTargets } from "../kind.js";
import { TextHashMap } from "../../text/fingerprints.js";
import { float32NDArray, int32NDArray } from "./feeds.js";
import { labelNumbering } from "./label-scores.js";
import { SIMILARITY_LOSS_ROLES, similarityLossOf, pairTargetRole, type SimilarityLoss } from "./similarity-losses.js";

export interface TextPairTargets extends TrainingTargets {
  readonly count: number;
  readonly loss: SimilarityLoss;
  readonly text: RowColumn;
  readonly text_pair: RowColumn;
  /** Original scores, and the cosines that they correspond to; null if the data has none. */
  readonly scores: { readonly written: Float64Array; readonly cosines: Float64Array } | null;
  /** 1 if the texts of a row match; null if all match. `labels` names both cases. */
  readonly same: Uint8Array | null;
  readonly labels: readonly string[];
  /** Whether the text in `column` (0: `text_pair`, 1: `negative`) of row `other` also matches row `row`. */
  belongs(row: number, other: number, column: 0 | 1): boolean;
}

/**
 * Returns null without pairs. Coded errors `two-labels`, `label-not-trained`, `cosine-out-of-range`,
 * `negatives-without-ranking`.
 */
export function textPairTargetsOf(rows: SupervisionRows): TextPairTargets | null {
  const [text, text_pair] = [rows.values("text"), rows.values("text_pair")];
  if (!text || !text_pair) return null;
  const negative = rows.values("negative");
  const loss = lossFor(rows);
  if (negative && loss !== "ranking") throw new CodedError("negatives-without-ranking", { data: rows.data, loss });
  const targetRole = pairTargetRole(rows.call, rolesIn(rows));
  const scores = targetRole === "score" ? scoresOf(rows, loss) : null;
  const same = targetRole === "label" ? samesOf(mustExist(rows.values("label"), "the column of labels"), rows) : null;
  const count = text.length;
  const [firsts, seconds, others] = numbered([text, text_pair, negative ?? []]) as [Int32Array, Int32Array, Int32Array];
  const belongs = belonging({ firsts, seconds, others, same, groups: groupsOf(rows) });
  const columns = negative ? 3 : 2;
  const labels = (row: number): number =>
    SIMILARITY_LOSS_ROLES[loss] === "score"
      ? targetOf(mustExist(scores, "scores of the pairs"), loss, row)
      : mustExist(same, "labels of the pairs")[row]!;
  return {
    count,
    loss,
    text,
    text_pair,
    scores,
    same,
    labels: rows.labels,
    belongs,
    counts: ({ rows: members }) => {
      if (loss !== "ranking" || !same) return members.length;
      // Avoids division by zero for a batch without matching pairs.
      return Math.max(1e-9, Array.from(members).filter((row) => same[row] === 1).length);
    },
    texts: (members) =>
      Uint32Array.from({ length: columns * members.length }, (_, index) => {
        const column = Math.floor(index / members.length);
        return column * count + members[index % members.length]!;
      }),
    feeds({ rows: members }) {
      const n = members.length;
      const range = (from: number, to: number) =>
        int32NDArray(
          Int32Array.from({ length: to - from }, (_, i) => from + i),
          [to - from],
        );
      const pairInputs = { firsts: range(0, n), seconds: range(n, columns * n) };
      if (loss !== "ranking") return { ...pairInputs, labels: float32NDArray(Float32Array.from(members, labels), [n]) };
      const candidates = (columns - 1) * n;
      const sameText = Float32Array.from({ length: n * candidates }, (_, index) => {
        const [row, candidate] = [Math.floor(index / candidates), index % candidates];
        const [one, other] = [members[row]!, members[candidate % n]!];
        if (same?.[one] === 0) return 0;
        if (candidate === row) return 1;
        return belongs(one, other, candidate < n ? 0 : 1) ? -1 : 0;
      });
      return { ...pairInputs, labels: float32NDArray(sameText, [n, candidates]) };
    },
  };
}

function rolesIn(rows: SupervisionRows): readonly string[] {
  return ["score", "label"].filter((role) => rows.values(role));
}

/** Returns the given loss, unless the data lacks its role: then the loss for the roles that exist. */
function lossFor(rows: SupervisionRows): SimilarityLoss {
  const roles = rolesIn(rows);
  const loss = similarityLossOf(rows.call, roles);
  const learns = SIMILARITY_LOSS_ROLES[loss];
  return learns === null || roles.includes(learns) ? loss : similarityLossOf({ ...rows.call, arguments: {} }, roles);
}

function targetOf(
  { written, cosines }: NonNullable<TextPairTargets["scores"]>,
  loss: SimilarityLoss,
  row: number,
): number {
  return loss === "cosine" ? cosines[row]! : written[row]!;
}

function scoresOf(rows: SupervisionRows, loss: SimilarityLoss): NonNullable<TextPairTargets["scores"]> {
  const written = Float64Array.from(rows.values("score") as Iterable<number>);
  const { from, to } = rangeOf(rows.call) ?? { from: -1, to: 1 };
  const least = from < 0 ? -1 : 0;
  const cosines = written.map((score) => least + ((score - from) / (to - from)) * (1 - least));
  const isBounded = loss === "cosine" || rangeOf(rows.call) !== null;
  written.forEach((score, row) => {
    if (isBounded && (score < from || score > to))
      throw new CodedError("cosine-out-of-range", { row: rows.names[row]!, score, from, to });
  });
  return { written, cosines };
}
function rangeOf(call: Call): { readonly from: number; readonly to: number } | null {
  const { range } = call.arguments;
  return range !== null && typeof range === "object" && "from" in range ? range : null;
}

/** The second of two labels means that the texts match. */
function samesOf(values: Iterable<unknown>, rows: SupervisionRows): Uint8Array {
  const { labels, data } = rows;
  if (labels.length !== 2) throw new CodedError("two-labels", { data, labels });
  const found = Array.from(values, String);
  return Uint8Array.from(found, labelNumbering(rows, found));
}

/** Rows with the same value of `group` (or else `id`) match. Returns a number per value, −1 for none. */
function groupsOf(rows: SupervisionRows): Int32Array | null {
  const values = rows.values("group") ?? rows.values("id");
  return values ? numbered([Array.from(values, keyOf)])[0]! : null;
}

function keyOf(group: unknown): string | null {
  return group === null || group === undefined || group === "" ? null : `${typeof group} ${String(group as string)}`;
}

/**
 * Returns numbers for the texts of each column, the same for equal texts. Only fingerprints are in memory, because rows
 * may be on disk and numerous.
 */
function numbered(columns: readonly (RowColumn | readonly (string | null)[])[]): readonly Int32Array[] {
  const known = new TextHashMap();
  let next = 0;
  return columns.map((column) => {
    const numbers = new Int32Array(column.length);
    let row = 0;
    for (const text of column) {
      const number = text === null ? -1 : (known.meet(String(text), next) ?? next++);
      numbers[row++] = number;
    }
    return numbers;
  });
}

/** The columns contain a number for each distinct text. */
function belonging(options: {
  readonly firsts: Int32Array;
  readonly seconds: Int32Array;
  readonly others: Int32Array;
  readonly same: Uint8Array | null;
  readonly groups: Int32Array | null;
}): TextPairTargets["belongs"] {
  const { firsts, seconds, others, same, groups } = options;
  return (row, other, column) => {
    const candidate = (column === 0 ? seconds : others)[other]!;
    if (same?.[row] !== 0 && candidate === seconds[row]) return true;
    if (column === 1 || same?.[other] === 0) return false;
    if (firsts[other] === firsts[row]) return true;
    return groups !== null && groups[row]! >= 0 && groups[other] === groups[row];
  };
}
