/**
 * Scores of rounds with remote clients. The watched metric is measured on local validation rows if there are any; else
 * it is the mean, weighted by rows, of the clients' own scores. Clients with named data are scored as in a simulation.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { clientAnswerOrError } from "../client-requests.js";
import type { RemoteClients, ClientEvaluation } from "../contract.js";
import type { ScoresByClient } from "../rounds.js";
import type { Validate } from "../../../training/loop/validation.js";
import type { OpenTraining } from "../../../training-runs/step-provider.js";
import { validatorFor, partsValidatorFor, type ValidationPart } from "../../../training-runs/validating.js";
import type { FederationClientData } from "./client-data.js";
import { encodeClients } from "./local-clients.js";

export interface RemoteScoringOptions extends Pick<OpenTraining, "open" | "material" | "wanted"> {
  readonly named: FederationClientData | null;
  readonly clients: RemoteClients["clients"];
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

/** Scores by client name, for clients that have validation rows and respond. */
async function scoresOf(
  clients: RemoteClients["clients"],
  order: Parameters<NonNullable<RemoteClients["clients"][number]["evaluate"]>>[0],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ClientEvaluation>> {
  const each = await Promise.all(
    clients.map(async (client) => {
      const answer = await clientAnswerOrError(async () => (await client.evaluate?.(order, signal)) ?? null, signal);
      return answer === null || answer instanceof CodedError ? [] : [[client.name, answer] as const];
    }),
  );
  return new Map(each.flat());
}

/** Mean of each metric over the clients that report it. */
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
