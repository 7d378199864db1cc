/**
 * Requests to the clients of a round: local ones in sequence, since they share one model, remote ones concurrently. A
 * remote client that fails or is late is lost for that round, which continues with the others.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import { FEDERATION_ENDING_CODES, type Client, type RoundAnswer, type RoundInstruction } from "./contract.js";
import type { ClientsOfRound } from "./server.js";

export interface RoundAnswers {
  /** By client number, ascending. */
  readonly answers: ReadonlyMap<number, RoundAnswer>;
  /** Numbers of the clients that were requested and are lost. */
  readonly lost: readonly number[];
  /** Error of the first lost client, if known. */
  readonly why?: CodedError;
}
export interface RoundRequestOptions {
  readonly clients: readonly Client[];
  readonly signal: AbortSignal;
  readonly onClient?: ((done: number, total: number) => void) | undefined;
}

/** `under`: receives the client in progress; null if there is none. */
export async function askClientsInTurn(
  order: RoundInstruction,
  { clients: numbers, lost }: ClientsOfRound,
  { clients, signal, onClient }: RoundRequestOptions,
  under: (client: Client | null) => void,
): Promise<RoundAnswers> {
  const answers = new Map<number, RoundAnswer>();
  const answering = numbers.filter((client) => !lost.includes(client));
  for (const number of answering) {
    signal.throwIfAborted();
    const client = mustExist(clients[number], "a client");
    under(client);
    answers.set(number, await client.train(order, signal));
    under(null);
    onClient?.(answers.size, answering.length);
  }
  return { answers, lost };
}

/** Throws errors that end the federation (`FEDERATION_ENDING_CODES`) and errors without a code. */
export async function askClientsConcurrently(
  order: RoundInstruction,
  { clients: numbers }: Pick<ClientsOfRound, "clients">,
  { clients, signal, onClient }: RoundRequestOptions,
): Promise<RoundAnswers> {
  let done = 0;
  const each = await Promise.all(
    numbers.map(async (number) => {
      const answer = await clientAnswerOrError(
        () => mustExist(clients[number], "a client").train(order, signal),
        signal,
      );
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

/** A remote client's response, or its error; throws as above. */
export async function clientAnswerOrError<T>(
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
