/** A proof in words: rows of the cell's table, and the lines of a model card. */
import { figures, type ScoredBeside } from "./proof.js";
import type { DeploymentReport } from "../display/deployment.js";
import { plural } from "../host/text.js";
import type { Comparison, Verdict } from "./compare.js";
import type { Proof } from "./proof.js";

export function checksOf(proof: Proof): DeploymentReport["checks"] {
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
            what: "answers to made-up inputs",
            found: sharesText(compared.agree, compared.inputs, "answer"),
            good: exact ? compared.agree === compared.inputs : good,
          },
        ]),
    ...labelsOf(proof.scores),
  ];
}
/** No mark: where two labels are equally likely, a last digit decides; many others with another score are an error (rows-tell.ts). */
function labelsOf(scores: ScoredBeside | undefined): DeploymentReport["checks"] {
  if (!scores?.labels) return [];
  const { agree, of } = scores.labels;
  const share = agree === of ? "" : ` (${((100 * agree) / of).toFixed(2)} %)`;
  return [{ what: `labels of ${scores.on}`, found: `${sharesText(agree, of, "label")}${share}`, good: null }];
}

function nearIn({ difference, greatest }: Comparison, { tolerance }: Proof, good: boolean): boolean | null {
  if (tolerance === null) return good ? null : false;
  return (difference ?? 0) <= tolerance * Math.max(1, greatest);
}

function differenceText({ difference, greatest }: Comparison, tolerance: number | null): string {
  const share = (difference ?? 0) / (greatest || 1);
  return `${figures(difference ?? 0)} of ${figures(greatest)}${tolerance === null ? ` (${figures(100 * share)} %, rounded weights)` : ` (allowed: ${figures(tolerance * Math.max(1, greatest))})`}`;
}

const sharesText = (agree: number, of: number, one: string): string =>
  agree === of ? `all ${plural(of, one)} the same` : `${agree} of ${plural(of, one)} the same`;

const evenText = ({ even }: NonNullable<Comparison["tokens"]>): string =>
  even === 0 ? "" : `; ${plural(even, "one")} otherwise where two tokens are nearer than numbers differ`;

export function scoresOf(scores: ScoredBeside | undefined): Pick<DeploymentReport, "scores" | "on"> {
  if (!scores) return { scores: [], on: null };
  return {
    on: `${scores.on}, ${plural(scores.rows, "row")}`,
    scores: Object.entries(scores.metrics).map(([metric, { notebook, deployed, low, high }]) => ({
      metric,
      notebook: figures(notebook),
      deployed: figures(deployed),
      difference: `${signed(deployed - notebook)}${low !== null && high !== null ? ` [${signed(low)}, ${signed(high)}]` : ""}`,
    })),
  };
}
const signed = (x: number): string => (x > 0 ? `+${figures(x)}` : figures(x));

const VERDICTS: Readonly<Record<Verdict | "not run", string>> = {
  equal: "answers as the notebook does",
  agrees: "rounded: answers agree",
  differs: "answers otherwise than the notebook",
  "not run": "not proved here",
};
export function verdictText(proof: Proof): string {
  const { verdict, without } = proof;
  return `${VERDICTS[verdict]}${without !== undefined && verdict !== "not run" ? `, both without the ${without} fitted to validation` : ""}`;
}

/** For the model card: figures alone. */
export function proofLines(proof: Proof): readonly string[] {
  const { runtime, verdict } = proof;
  return [
    runtime && verdict !== "not run"
      ? `${runtime.title} ${runtime.version}: ${verdictText(proof)}.`
      : `${verdictText(proof)}: ${proof.unproved ?? ""}.`,
    ...checksOf(proof).flatMap(({ what, found, good }) =>
      good === null && verdict === "not run" ? [] : [`${what}: ${found}`],
    ),
    ...Object.entries(proof.scores?.metrics ?? {}).map(
      ([metric, { notebook, deployed }]) =>
        `${metric} on ${proof.scores?.rows ?? 0} rows: ${figures(deployed)}, the notebook's model ${figures(notebook)}`,
    ),
    `inputs: SHA-256 ${proof.inputs}`,
  ];
}
