/** Agreement on annotated rows, and the rows on which people disagree. */
import { agreementOf, type Agreement } from "./agreement.js";
import type { Annotated, AnnotatedRow } from "./overlay.js";
import { voteName, type Voted } from "./standing.js";

export interface Disagreed {
  readonly row: AnnotatedRow;
  readonly votes: readonly Voted[];
}

export function agreedOn({ rows, standing }: Annotated): {
  readonly agreement: Agreement;
  readonly disagreed: readonly Disagreed[];
} {
  const voted = rows.map((row) => ({ row, votes: standing.votes(row) }));
  const choices = voted.map(({ votes }) => new Map(votes.map(({ annotator, vote }) => [annotator, voteName(vote)])));
  const disagreed = voted.filter(({ votes }) => new Set(votes.map(({ vote }) => voteName(vote))).size > 1);
  return { agreement: agreementOf(choices), disagreed };
}
