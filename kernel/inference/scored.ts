/** What a model is worth on rows that teach: by what it says of them, or by the loss of their tokens. */
import type { Scored } from "#stdlib/kinds/task.js";
import { toldOfTokens } from "#stdlib/lib/tasks/next-token.js";
import type { Session } from "../engine/engine.js";
import type { Encoded, Encoding } from "../encoding/encoded.js";
import { askRows, scoreTokens, together, type AskOptions } from "./score.js";

export async function scoreSplit(
  session: Pick<Session, "run">,
  rows: Encoded,
  encoding: Pick<Encoding, "task">,
  o: AskOptions &
    Pick<Parameters<typeof scoreTokens>[2], "packed" | "groups"> & {
      /** Is told what the model said of each row, where its answers are what is scored. */
      readonly onSaid?: (said: readonly Float32Array[]) => void;
    },
): Promise<Scored> {
  const { answers } = encoding.task.implementation;
  if (answers?.score && rows.taught) {
    const { texts, of } = rows.apart ?? { texts: rows, of: null };
    const said = await askRows(session, texts, answers, o);
    o.onSaid?.(said);
    return answers.score(of ? Array.from(of, (text) => said[text]!) : said, rows.taught, rows.asked);
  }
  const { groups, ...input } = await scoreTokens(session, rows, o);
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
