/**
 * How the clients of a round are asked: those whose rows are at hand one after the other, for they share one model, and those
 * elsewhere all at once. One elsewhere that fails or is late is lost in that round, which goes on with the others.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { FEDERATION_ENDING_CODES, type Client, type RoundAnswer, type RoundInstruction } from "./contract.js";
import type { RoundClients } from "./server.js";

/** What a round's clients said. */
export interface RoundAnswers {
  /** By their numbers, ascending. */
  readonly answers: ReadonlyMap<number, RoundAnswer>;
  /** Numbers of those that were asked and are lost. */
  readonly lost: readonly number[];
  /** Why the first of these is, where somebody said. */
  readonly why?: CodedError;
}
export interface RoundRequestOptions {
  readonly clients: readonly Client[];
  readonly signal: AbortSignal;
  /** Told how many have answered. */
  readonly onClient?: ((done: number, total: number) => void) | undefined;
}

/** `under`: told who is under way; null: nobody. */
export async function askClientsInTurn(
  order: RoundInstruction,
  { clients: numbers, lost }: RoundClients,
  { clients, signal, onClient }: RoundRequestOptions,
  under: (client: Client | null) => void,
): Promise<RoundAnswers> {
  const answers = new Map<number, RoundAnswer>();
  const answering = numbers.filter((client) => !lost.includes(client));
  for (const number of answering) {
    signal.throwIfAborted();
    const client = must(clients[number], "a client");
    under(client);
    answers.set(number, await client.train(order, signal));
    under(null);
    onClient?.(answers.size, answering.length);
  }
  return { answers, lost };
}

/** Errors: those that end the federation (`ENDING`), and what is no coded error. */
export async function askClientsConcurrently(
  order: RoundInstruction,
  { clients: numbers }: Pick<RoundClients, "clients">,
  { clients, signal, onClient }: RoundRequestOptions,
): Promise<RoundAnswers> {
  let done = 0;
  const each = await Promise.all(
    numbers.map(async (number) => {
      const answer = await answerOrError(() => must(clients[number], "a client").train(order, signal), signal);
      onClient?.((done += 1), numbers.length);
      return [number, answer] as const;
    }),
  );
  const failed = each.flatMap(([number, answer]) => (answer instanceof CodedError ? [[number, answer] as const] : []));
  const why = failed[0]?.[1];
  return {
    answers: new Map(
      each.flatMap(([number, answer]) => (answer instanceof CodedError ? [] : [[number, answer] as const])),
    ),
    lost: failed.map(([number]) => number),
    ...(why && { why }),
  };
}

/** What a client elsewhere says, or why it doesn't; errors as above. */
export async function answerOrError<T>(
  ask: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T | CodedError> {
  try {
    return await ask();
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof CodedError) || FEDERATION_ENDING_CODES.includes(error.code)) throw error;
    return error;
  }
}
