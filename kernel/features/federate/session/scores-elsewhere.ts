/**
 * Scores of rounds with clients elsewhere. What is watched is measured on rows at hand, where there are some to validate on; else
 * it is the mean, by rows, of what clients say of their own. Those whose data the statement names are scored as in a simulation.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { answerOrError } from "../client-requests.js";
import type { RemoteClients, ClientEvaluation } from "../contract.js";
import type { ScoresByClient } from "../hook.js";
import type { Validate } from "../../../training/loop/validation.js";
import type { OpenTraining } from "../../../training-runs/step-provider.js";
import { validatorFor, partsValidatorFor, type ValidationPart } from "../../../training-runs/validating.js";
import type { FederationClients } from "./clients-of.js";
import { encodeClients } from "./local-clients.js";

export interface RemoteScoringOptions extends Pick<OpenTraining, "open" | "material" | "wanted"> {
  readonly named: FederationClients | null;
  readonly clients: RemoteClients["clients"];
  /** How it stands. */
  readonly look: {
    readonly rounds: { readonly behind: number };
    readonly server: { readonly weights: Float32Array };
    readonly total: number;
  };
}

export async function createRemoteValidation(
  plan: Plan,
  { named, clients, look, open, material, wanted }: RemoteScoringOptions,
): Promise<{ readonly validate: Validate | null; readonly scores: () => ScoresByClient }> {
  let clientScores: ScoresByClient = {};
  const scores = (): ScoresByClient => clientScores;
  if (!plan.recipe.training.validate) return { validate: null, scores };
  if (named) {
    const encoded = await encodeClients(plan, named.each, material);
    const parts = encoded.flatMap(({ name, validation }): ValidationPart[] =>
      validation ? [{ name, rows: validation }] : [],
    );
    const onParts = (each: ScoresByClient): void => void (clientScores = each);
    return { validate: await partsValidatorFor(wanted, material, open, { parts, onParts }), scores };
  }
  const here = await validatorFor(wanted, material, open);
  const validate: Validate = async (signal, onRows) => {
    const { rounds, server, total } = look;
    const order = { round: rounds.behind, rounds: total, weights: server.weights };
    const [localScores, remoteScores] = await Promise.all([
      here?.(signal, onRows) ?? null,
      scoresOf(clients, order, signal),
    ]);
    clientScores = Object.fromEntries([...remoteScores].map(([name, { metrics }]) => [name, metrics]));
    return localScores ?? meanScoresByRows([...remoteScores.values()]);
  };
  return { validate, scores };
}

/** By the names of clients; of those that have rows to validate on, and say something. */
async function scoresOf(
  clients: RemoteClients["clients"],
  order: Parameters<NonNullable<RemoteClients["clients"][number]["evaluate"]>>[0],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ClientEvaluation>> {
  const each = await Promise.all(
    clients.map(async (client) => {
      const answer = await answerOrError(async () => (await client.evaluate?.(order, signal)) ?? null, signal);
      return answer === null || answer instanceof CodedError ? [] : [[client.name, answer] as const];
    }),
  );
  return new Map(each.flat());
}

/** Of each metric, over those who say it. */
export function meanScoresByRows(all: readonly ClientEvaluation[]): Readonly<Record<string, number>> {
  const names = [...new Set(all.flatMap(({ metrics }) => Object.keys(metrics)))];
  return Object.fromEntries(
    names.map((name) => {
      const reported = all.flatMap(({ rows, metrics }) =>
        metrics[name] === undefined ? [] : [{ rows, value: metrics[name] }],
      );
      const rows = reported.reduce((sum, one) => sum + one.rows, 0);
      return [name, reported.reduce((sum, one) => sum + one.value * (one.rows / Math.max(1, rows)), 0)];
    }),
  );
}
