/** Formats a proof: rows of the cell's table, and lines of a model card. */
import { formatProofNumber, type ComparedScores } from "./proof.js";
import type { DeploymentReport } from "../display/deployment.js";
import { plural } from "../host/value-text.js";
import type { AnswerComparison, DeploymentVerdict } from "./compare.js";
import type { DeploymentProof } from "./proof.js";

export function checksForReport(proof: DeploymentProof): DeploymentReport["checks"] {
  const { compared, verdict, runtime } = proof;
  if (!compared || verdict === "not run" || !runtime)
    return [{ what: "proof", found: `not run here: ${proof.unproved ?? "no runtime"}`, good: null }];
  const exact = proof.tolerance !== null;
  const good = verdict !== "differs";
  return [
    ...(compared.difference === null
      ? []
      : [
          {
            what: "greatest difference of a number",
            found: differenceText(compared, proof.tolerance),
            good: nearIn(compared, proof, good),
          },
        ]),
    ...(compared.tokens
      ? [
          {
            what: "greedy tokens",
            found: `${sharesText(compared.tokens.agree, compared.tokens.of, "token")}${exact ? evenText(compared.tokens) : ""}`,
            good: exact ? compared.tokens.parted === compared.tokens.even : null,
          },
        ]
      : [
          {
            what: "predictions for generated inputs",
            found: sharesText(compared.agree, compared.inputs, "answer"),
            good: exact ? compared.agree === compared.inputs : good,
          },
        ]),
    ...labelsOf(proof.scores),
  ];
}
/**
 * Differing labels get no mark: between two equally probable labels a last digit decides. Many differences with another
 * score are an error (score-agreement.ts).
 */
function labelsOf(scores: ComparedScores | undefined): DeploymentReport["checks"] {
  if (!scores?.labels) return [];
  const { agree, of: total } = scores.labels;
  const share = agree === total ? "" : ` (${((100 * agree) / total).toFixed(2)} %)`;
  return [{ what: `labels of ${scores.on}`, found: `${sharesText(agree, total, "label")}${share}`, good: null }];
}

function nearIn(
  { difference, greatest }: AnswerComparison,
  { tolerance }: DeploymentProof,
  good: boolean,
): boolean | null {
  if (tolerance === null) return good ? null : false;
  return (difference ?? 0) <= tolerance * Math.max(1, greatest);
}

function differenceText({ difference, greatest }: AnswerComparison, tolerance: number | null): string {
  const share = (difference ?? 0) / (greatest || 1);
  return `${formatProofNumber(difference ?? 0)} of ${formatProofNumber(greatest)}${tolerance === null ? ` (${formatProofNumber(100 * share)} %, rounded weights)` : ` (allowed: ${formatProofNumber(tolerance * Math.max(1, greatest))})`}`;
}

const sharesText = (agree: number, total: number, one: string): string =>
  agree === total ? `all ${plural(total, one)} the same` : `${agree} of ${plural(total, one)} the same`;

const evenText = ({ even }: NonNullable<AnswerComparison["tokens"]>): string =>
  even === 0 ? "" : `; ${plural(even, "one")} different, where two tokens are closer than the tolerance`;

export function scoresForReport(scores: ComparedScores | undefined): Pick<DeploymentReport, "scores" | "on"> {
  if (!scores) return { scores: [], on: null };
  return {
    on: `${scores.on}, ${plural(scores.rows, "row")}`,
    scores: Object.entries(scores.metrics).map(([metric, { notebook, deployed, low, high }]) => ({
      metric,
      notebook: formatProofNumber(notebook),
      deployed: formatProofNumber(deployed),
      difference: `${signed(deployed - notebook)}${low !== null && high !== null ? ` [${signed(low)}, ${signed(high)}]` : ""}`,
    })),
  };
}
const signed = (x: number): string => (x > 0 ? `+${formatProofNumber(x)}` : formatProofNumber(x));

const VERDICTS: Readonly<Record<DeploymentVerdict | "not run", string>> = {
  equal: "same predictions as the notebook",
  agrees: "rounded: predictions agree",
  differs: "predictions differ from the notebook",
  "not run": "not proved here",
};
export function verdictText(proof: DeploymentProof): string {
  const { verdict, without } = proof;
  return `${VERDICTS[verdict]}${without !== undefined && verdict !== "not run" ? `, both without the ${without} fitted to validation` : ""}`;
}

/** Contains only numbers, for the model card. */
export function proofCardLines(proof: DeploymentProof): readonly string[] {
  const { runtime, verdict } = proof;
  return [
    runtime && verdict !== "not run"
      ? `${runtime.title} ${runtime.version}: ${verdictText(proof)}.`
      : `${verdictText(proof)}: ${proof.unproved ?? ""}.`,
    ...checksForReport(proof).flatMap(({ what, found, good }) =>
      good === null && verdict === "not run" ? [] : [`${what}: ${found}`],
    ),
    ...Object.entries(proof.scores?.metrics ?? {}).map(
      ([metric, { notebook, deployed }]) =>
        `${metric} on ${proof.scores?.rows ?? 0} rows: ${formatProofNumber(deployed)}, the notebook's model ${formatProofNumber(notebook)}`,
    ),
    `inputs: SHA-256 ${proof.inputs}`,
  ];
}
