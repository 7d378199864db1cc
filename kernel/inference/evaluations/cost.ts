/** Cost of predictions, reported next to their scores. */

export interface EvaluationCost {
  /** Seconds of the training; null if there was none or it is unknown. */
  readonly training: number | null;
  /** Seconds of all predictions, after the model was opened and warmed up. */
  readonly asking: number;
  /** Tokens read and generated; null if there are none. */
  readonly tokens: number | null;
  /** Bytes of its weights in files, or of their equivalent; null if unknown. */
  readonly bytes: number | null;
  /** Bytes of memory during inference; null if unknown or not requested. */
  readonly heldBytes: number | null;
}
/** Sums the costs of parts predicted in sequence, without the trainings. */
export function sumCosts(costs: readonly EvaluationCost[]): EvaluationCost {
  const sum = (valueOf: (cost: EvaluationCost) => number | null): number | null =>
    costs.reduce<number | null>((all, cost) => {
      const value = valueOf(cost);
      return all === null || value === null ? null : all + value;
    }, 0);
  const bytes = costs.flatMap((cost) => cost.bytes ?? []);
  const heldBytes = costs.flatMap((cost) => cost.heldBytes ?? []);
  return {
    training: null,
    asking: sum(({ asking }) => asking) ?? 0,
    tokens: sum(({ tokens }) => tokens),
    bytes: bytes.length < costs.length ? null : Math.max(...bytes),
    heldBytes: heldBytes.length < costs.length ? null : Math.max(...heldBytes),
  };
}
