/** What answers to rows that are scored took, beside what they are worth. */

export interface EvaluationCost {
  /** Seconds of the training, where there was one and it is known. */
  readonly training: number | null;
  /** Seconds of all answers to the rows, once what answers was open and ready. */
  readonly asking: number;
  /** Tokens that were read and written for them; null: it knows none. */
  readonly tokens: number | null;
  /** Bytes of its weights as they lie in files, or of what stands for them; null: unknown. */
  readonly bytes: number | null;
  /** Bytes that it takes in memory while it answers; null: unknown, or nobody asked. */
  readonly heldBytes: number | null;
}
/** Of parts that were asked one after the other, the trainings left out. */
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
