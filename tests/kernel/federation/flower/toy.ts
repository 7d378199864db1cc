/** A client whose training is arithmetic: each step goes half of the way to its own target. */
import type { Client, RoundAnswer, RoundOrder } from "#kernel/federation/contract.js";

export function toyClient(name: string, rows: number, target: number): Client {
  return {
    name,
    rows,
    train(order: RoundOrder): Promise<RoundAnswer> {
      const delta = order.weights.map((weight) => (target - weight) / 2);
      const given = Object.fromEntries(
        Object.entries(order.sent).map(([key, values]) => [key, values.map((x) => x + rows)]),
      );
      return Promise.resolve({
        rows,
        steps: 1,
        loss: Math.abs(target),
        delta,
        given,
        tokens: 3 * rows,
        bytes: 0,
        seconds: 0.5,
      });
    },
  };
}

/** The mean of updates by rows, in f64, added to the weights. */
export function averaged(weights: Float32Array, answers: readonly RoundAnswer[]): Float32Array {
  const rows = answers.reduce((sum, answer) => sum + answer.rows, 0);
  return weights.map((weight, i) => weight + answers.reduce((sum, a) => sum + (a.rows / rows) * (a.delta[i] ?? 0), 0));
}
