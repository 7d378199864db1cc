/** What models are worth on rows that teach: by what they say of them, or by the loss of their tokens. */
import type { Fitted } from "#stdlib/calibrations/kind.js";
import type { Scored } from "#stdlib/tasks/kind.js";
import { toldOfTokens } from "#stdlib/tasks/shared/next-token.js";
import type { Session } from "../engines/engine.js";
import type { Encoded, Encoding } from "../data/encoding/encoded.js";
import { asFitted } from "./fitted-calibration.js";
import { askRows, scoreTokens, together, type AskOptions, type TokenScores } from "./score.js";

type ScoreOptions = AskOptions &
  Pick<Parameters<typeof scoreTokens>[2], "packed" | "groups" | "spelt"> & {
    /** Is told what the model said of each row, where its answers are what is scored. */
    readonly onSaid?: (said: readonly Float32Array[]) => void;
  };

/** What one model came to on rows of its own: what it said of each, or the loss of groups of them. */
export type Asked =
  | { readonly said: readonly Float32Array[] }
  | { readonly groups: readonly TokenScores[] }
  /** Answers in words, of a task that finds them otherwise. */
  | { readonly written: readonly string[] };

export async function scoreSplit(
  session: Pick<Session, "run">,
  rows: Encoded,
  encoding: Pick<Encoding, "task">,
  o: ScoreOptions,
): Promise<Scored> {
  return scoredOf([await asked(session, rows, encoding, o)], rows, encoding, o);
}

export async function asked(
  session: Pick<Session, "run">,
  rows: Encoded,
  { task }: Pick<Encoding, "task">,
  o: ScoreOptions,
): Promise<Asked> {
  const { answers } = task.implementation;
  if (!answers?.score || !rows.taught) return { groups: (await scoreTokens(session, rows, o)).groups };
  const { texts, of } = rows.apart?.() ?? { texts: rows, of: null };
  const said = await askRows(session, texts, answers, o);
  o.onSaid?.(said);
  return { said: of ? Array.from(of, (text) => said[text]!) : said };
}

/** Asks of the first row alone: what is made ready once is then no part of what answers take. */
export async function warmed(
  session: Pick<Session, "run">,
  rows: Encoded,
  { task }: Pick<Encoding, "task">,
  o: AskOptions,
): Promise<void> {
  const { answers } = task.implementation;
  if (!answers?.score || !rows.taught) return;
  const { ids, lengths, types, asked } = rows.apart?.().texts ?? rows;
  const first = { ids, lengths: lengths.subarray(0, 1), asked, ...(types && { types }) };
  const { batchSize, padId, signal } = o;
  await askRows(session, first, answers, { batchSize, padId, ...(signal && { signal }) });
}

/** `rows`: those of all parts, one part's behind the other's. */
export function scoredOf(
  parts: readonly Asked[],
  rows: Encoded,
  { task }: Pick<Encoding, "task">,
  o: { readonly groups?: boolean; readonly fitted?: Fitted | null },
): Scored {
  const { answers } = task.implementation;
  const written = parts.flatMap((part) => ("written" in part ? part.written : []));
  if (answers?.scoreWritten && rows.taught && written.length > 0)
    return answers.scoreWritten(written, rows.taught, rows.asked);
  if (answers?.score && rows.taught) {
    const { said, asked } = asFitted(bySides(parts, rows), rows.asked, o.fitted);
    return answers.score(said, rows.taught, asked);
  }
  const groups = parts.flatMap((part) => ("groups" in part ? part.groups : []));
  const input = together(groups);
  return {
    told: toldOfTokens(input),
    measure: (metric, call) => metric.ofTokens?.(call, input) ?? Number.NaN,
    resampling: ({ ofTokens }, call) =>
      ofTokens && o.groups === true
        ? {
            of: "group of rows",
            units: groups.length,
            same: rows.lengths.length,
            single: false,
            score: (drawn) => ofTokens(call, together(groups, drawn)),
          }
        : null,
    labels: [],
    confusion: [],
    mistakesBy: "probability",
    mistakes: () => [],
  };
}

/** What was said of all rows. Where a row is two texts that are read each by itself, the first texts of all rows come first. */
function bySides(parts: readonly Asked[], rows: Encoded): readonly Float32Array[] {
  const said = parts.map((part) => ("said" in part ? part.said : []));
  const sides = rows.apart ? rows.apart().of.length / rows.count : 1;
  return Array.from({ length: sides }, (_, side) =>
    said.flatMap((own) => own.slice((side * own.length) / sides, ((side + 1) * own.length) / sides)),
  ).flat();
}
