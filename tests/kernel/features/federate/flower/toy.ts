/** A client whose training is arithmetic: each step moves halfway to its target. */
import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import type {
  Client,
  RoundAnswer,
  RoundInstruction,
  OfferedFederationTerms,
} from "#kernel/features/federate/contract.js";
import {
  ClientApp,
  type ClientAppListeners,
  type JoiningClient,
  type OwnFederationTerms,
} from "#kernel/features/federate/flower/client-app.js";
import type { ExpectedAnswer } from "#kernel/features/federate/flower/messages.js";
import { cryptoPrimitives, rawPublicKey } from "#kernel/features/federate/secure/primitives.js";

export function toyClient(name: string, rows: number, target: number): Client {
  return {
    name,
    rows,
    train(order: RoundInstruction): Promise<RoundAnswer> {
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

/** The terms that both sides of a toy federation agree on. */
export const TERMS: OfferedFederationTerms = { plan: { training: { seed: 1 } }, rounds: 3, clients: 2, done: 0 };
export const EXPECTED: ExpectedAnswer = { given: ["control"], summed: false };

/** A remote client with `values` weights and the replies of its program. */
export function toyGuest(
  client: Client,
  values: number,
  o: {
    readonly pins?: Partial<OwnFederationTerms>;
    readonly hears?: ClientAppListeners;
    readonly joining?: Partial<JoiningClient>;
    readonly node?: KeyPairKeyObjectResult;
  } = {},
): ClientApp {
  const { publicKey, privateKey } = o.node ?? generateKeyPairSync("ed25519");
  const joining: JoiningClient = {
    ...{ name: client.name, rows: client.rows, validates: true, key: rawPublicKey(publicKey) },
    ...{ values, sent: ["control"], begin: () => {} },
    train: (order) => client.train(order),
    evaluate: ({ weights }) =>
      Promise.resolve({ rows: 7, metrics: { accuracy: 0.5, loss: Math.abs(weights[0] ?? 0) } }),
    mask: (message) => message.toReversed(),
    sign: (said) => cryptoPrimitives.sign(privateKey, said),
    ...o.joining,
  };
  return new ClientApp(
    joining,
    { plan: TERMS.plan, rounds: 3, clients: 2, life: 3, summed: false, ...o.pins },
    o.hears,
  );
}

/** Returns the weights plus the row-weighted mean of the updates, computed in f64. */
export function averaged(weights: Float32Array, answers: readonly RoundAnswer[]): Float32Array {
  const rows = answers.reduce((sum, answer) => sum + answer.rows, 0);
  return weights.map((weight, i) => weight + answers.reduce((sum, a) => sum + (a.rows / rows) * (a.delta[i] ?? 0), 0));
}
