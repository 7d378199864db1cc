/** Rows of two texts: what each teaches, and which texts must not be told apart from a row's own. */
import { CodedError } from "#dsl/diagnostics/codes.js";
import { must } from "#dsl/diagnostics/must.js";
import type { Call } from "#dsl/types/value.js";
import type { RowsToTeach, Taught } from "../../kinds/task.js";
import { real, whole } from "./feeds.js";
import { numbering } from "./label-scores.js";
import { LEARNS, lossOf, toldBy, type Loss } from "./similarity-losses.js";
import "./codes.js";

export interface TaughtPairs extends Taught {
  readonly count: number;
  readonly loss: Loss;
  readonly text: readonly string[];
  readonly text_pair: readonly string[];
  /** Scores as they are written, and the cosines that they stand for; null: the data have none. */
  readonly scores: { readonly written: Float64Array; readonly cosines: Float64Array } | null;
  /** 1 where the texts of a row belong together, and the names of both sorts; null: they all do. */
  readonly same: Uint8Array | null;
  readonly labels: readonly string[];
  /** Whether text c of role `column` (0: `text_pair`, 1: `negative`) of row `other` belongs to row `row` as well. */
  belongs(row: number, other: number, column: 0 | 1): boolean;
}

const texts = (values: ArrayLike<unknown> | undefined): readonly string[] | null =>
  values ? Array.from(values, String) : null;

/** Null: there are no pairs. Coded errors `two-labels`, `label-not-trained`, `cosine-out-of-range`, `negatives-without-ranking`. */
export function teachPairs(rows: RowsToTeach): TaughtPairs | null {
  const [text, text_pair] = [texts(rows.values("text")), texts(rows.values("text_pair"))];
  if (!text || !text_pair) return null;
  const negative = texts(rows.values("negative"));
  const loss = lossFor(rows);
  if (negative && loss !== "ranking") throw new CodedError("negatives-without-ranking", { data: rows.data, loss });
  const told = toldBy(rows.call, rolesIn(rows));
  const scores = told === "score" ? scoresOf(rows, loss) : null;
  const same = told === "label" ? samesOf(must(rows.values("label"), "the column of labels"), rows) : null;
  const count = text.length;
  const belongs = belonging({ text, text_pair, negative, same, groups: groupsOf(rows) });
  const columns = negative ? 3 : 2;
  const labels = (row: number): number =>
    LEARNS[loss] === "score"
      ? targetOf(must(scores, "what scores the pairs"), loss, row)
      : must(same, "what labels the pairs")[row]!;
  return {
    ...{ count, loss, text, text_pair, scores, same, labels: rows.labels, belongs },
    counts: ({ rows: members }) => {
      if (loss !== "ranking" || !same) return members.length;
      // A batch in which nothing belongs together has no loss, and must not divide by none.
      return Math.max(1e-9, Array.from(members).filter((row) => same[row] === 1).length);
    },
    texts: (members) =>
      Uint32Array.from({ length: columns * members.length }, (_, at) => {
        const column = Math.floor(at / members.length);
        return column * count + members[at % members.length]!;
      }),
    feeds({ rows: members }) {
      const n = members.length;
      const range = (from: number, to: number) =>
        whole(
          Int32Array.from({ length: to - from }, (_, i) => from + i),
          [to - from],
        );
      const own = { firsts: range(0, n), seconds: range(n, columns * n) };
      if (loss !== "ranking") return { ...own, labels: real(Float32Array.from(members, labels), [n]) };
      const candidates = (columns - 1) * n;
      const told = Float32Array.from({ length: n * candidates }, (_, at) => {
        const [row, candidate] = [Math.floor(at / candidates), at % candidates];
        const [one, other] = [members[row]!, members[candidate % n]!];
        if (same?.[one] === 0) return 0;
        if (candidate === row) return 1;
        return belongs(one, other, candidate < n ? 0 : 1) ? -1 : 0;
      });
      return { ...own, labels: real(told, [n, candidates]) };
    },
  };
}

function rolesIn(rows: RowsToTeach): readonly string[] {
  return ["score", "label"].filter((role) => rows.values(role));
}

/** The loss that is written, unless these data lack what it learns from: then what they have. */
function lossFor(rows: RowsToTeach): Loss {
  const roles = rolesIn(rows);
  const loss = lossOf(rows.call, roles);
  const learns = LEARNS[loss];
  return learns === null || roles.includes(learns) ? loss : lossOf({ ...rows.call, arguments: {} }, roles);
}

function targetOf({ written, cosines }: NonNullable<TaughtPairs["scores"]>, loss: Loss, row: number): number {
  return loss === "cosine" ? cosines[row]! : written[row]!;
}

function scoresOf(rows: RowsToTeach, loss: Loss): NonNullable<TaughtPairs["scores"]> {
  const written = Float64Array.from(rows.values("score") as ArrayLike<number>);
  const { from, to } = rangeOf(rows.call) ?? { from: -1, to: 1 };
  const least = from < 0 ? -1 : 0;
  const cosines = written.map((score) => least + ((score - from) / (to - from)) * (1 - least));
  const asked = loss === "cosine" || rangeOf(rows.call) !== null;
  written.forEach((score, row) => {
    if (asked && (score < from || score > to))
      throw new CodedError("cosine-out-of-range", { row: rows.names[row]!, score, from, to });
  });
  return { written, cosines };
}
function rangeOf(call: Call): { readonly from: number; readonly to: number } | null {
  const { range } = call.arguments;
  return range !== null && typeof range === "object" && "from" in range ? range : null;
}

/** The second of two labels says that texts belong together. */
function samesOf(values: ArrayLike<unknown>, rows: RowsToTeach): Uint8Array {
  const { labels, data } = rows;
  if (labels.length !== 2) throw new CodedError("two-labels", { data, labels });
  const found = Array.from(values, String);
  return Uint8Array.from(found, numbering(rows, found));
}

/** Rows with the same value of `group` (or else `id`) belong together. */
function groupsOf(rows: RowsToTeach): readonly unknown[] | null {
  const values = rows.values("group") ?? rows.values("id");
  return values ? Array.from(values) : null;
}

function belonging(o: {
  readonly text: readonly string[];
  readonly text_pair: readonly string[];
  readonly negative: readonly string[] | null;
  readonly same: Uint8Array | null;
  readonly groups: readonly unknown[] | null;
}): TaughtPairs["belongs"] {
  const { text, text_pair, negative, same, groups } = o;
  const grouped = (group: unknown): boolean => group !== null && group !== undefined && group !== "";
  return (row, other, column) => {
    const candidate = column === 0 ? text_pair[other]! : must(negative, "the column of negatives")[other]!;
    if (same?.[row] !== 0 && candidate === text_pair[row]) return true;
    if (column === 1 || same?.[other] === 0) return false;
    if (text[other] === text[row]) return true;
    return groups !== null && grouped(groups[row]) && groups[other] === groups[row];
  };
}
