/** Agreement on annotated rows, and the rows on which people disagree. */
import { annotatorAgreement, type Agreement } from "./agreement.js";
import type { AnnotatedRows, AnnotatedRow } from "./overlay.js";
import { voteChoiceKey, type AnnotatorVote } from "./resolved-decisions.js";

export interface DisagreedRow {
  readonly row: AnnotatedRow;
  readonly votes: readonly AnnotatorVote[];
}

export function agreementAndDisagreements({ rows, standing }: AnnotatedRows): {
  readonly agreement: Agreement;
  readonly disagreed: readonly DisagreedRow[];
} {
  const voted = rows.map((row) => ({ row, votes: standing.votes(row) }));
  const choices = voted.map(
    ({ votes }) => new Map(votes.map(({ annotator, vote }) => [annotator, voteChoiceKey(vote)])),
  );
  const disagreed = voted.filter(({ votes }) => new Set(votes.map(({ vote }) => voteChoiceKey(vote))).size > 1);
  return { agreement: annotatorAgreement(choices), disagreed };
}
