/**
 * Scores of rounds with clients elsewhere. What is watched is measured on rows at hand, where there are some to validate on; else
 * it is the mean, by rows, of what clients say of their own. Those whose data the statement names are scored as in a simulation.
 */
import type { Plan } from "#dsl/compiler/plan/plan.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { saidBy } from "../client-requests.js";
import type { Carrier, Scores } from "../contract.js";
import type { ClientScores } from "../hook.js";
import type { Validate } from "../../../training/loop/validation.js";
import type { OpenTraining } from "../../../training-runs/step-provider.js";
import { validatingOn, validatingParts, type Part } from "../../../training-runs/validating.js";
import type { Clients } from "./clients-of.js";
import { encodedOf } from "./local-clients.js";

export interface ScoredElsewhere extends Pick<OpenTraining, "open" | "material" | "wanted"> {
  readonly named: Clients | null;
  readonly clients: Carrier["clients"];
  /** How it stands. */
  readonly look: {
    readonly rounds: { readonly behind: number };
    readonly server: { readonly weights: Float32Array };
    readonly total: number;
  };
}

export async function validatingElsewhere(
  plan: Plan,
  { named, clients, look, open, material, wanted }: ScoredElsewhere,
): Promise<{ readonly validate: Validate | null; readonly scores: () => ClientScores }> {
  let told: ClientScores = {};
  const scores = (): ClientScores => told;
  if (!plan.recipe.training.validate) return { validate: null, scores };
  if (named) {
    const encoded = await encodedOf(plan, named.each, material);
    const parts = encoded.flatMap(({ name, validation }): Part[] => (validation ? [{ name, rows: validation }] : []));
    const onParts = (each: ClientScores): void => void (told = each);
    return { validate: await validatingParts(wanted, material, open, { parts, onParts }), scores };
  }
  const here = await validatingOn(wanted, material, open);
  const validate: Validate = async (signal, onRows) => {
    const { rounds, server, total } = look;
    const order = { round: rounds.behind, rounds: total, weights: server.weights };
    const [own, said] = await Promise.all([here?.(signal, onRows) ?? null, scoresOf(clients, order, signal)]);
    told = Object.fromEntries([...said].map(([name, { metrics }]) => [name, metrics]));
    return own ?? meanByRows([...said.values()]);
  };
  return { validate, scores };
}

/** By the names of clients; of those that have rows to validate on, and say something. */
async function scoresOf(
  clients: Carrier["clients"],
  order: Parameters<NonNullable<Carrier["clients"][number]["evaluate"]>>[0],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Scores>> {
  const each = await Promise.all(
    clients.map(async (client) => {
      const said = await saidBy(async () => (await client.evaluate?.(order, signal)) ?? null, signal);
      return said === null || said instanceof CodedError ? [] : [[client.name, said] as const];
    }),
  );
  return new Map(each.flat());
}

/** Of each metric, over those who say it. */
export function meanByRows(all: readonly Scores[]): Readonly<Record<string, number>> {
  const names = [...new Set(all.flatMap(({ metrics }) => Object.keys(metrics)))];
  return Object.fromEntries(
    names.map((name) => {
      const said = all.flatMap(({ rows, metrics }) =>
        metrics[name] === undefined ? [] : [{ rows, value: metrics[name] }],
      );
      const rows = said.reduce((sum, one) => sum + one.rows, 0);
      return [name, said.reduce((sum, one) => sum + one.value * (one.rows / Math.max(1, rows)), 0)];
    }),
  );
}
