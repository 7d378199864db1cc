/**
 * How the clients of a round are asked: those whose rows are at hand one after the other, for they share one model, and those
 * elsewhere all at once. One elsewhere that fails or is late is lost in that round, which goes on with the others.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import { ENDING, type Client, type RoundAnswer, type RoundOrder } from "./contract.js";
import type { Asked } from "./server.js";

/** What a round's clients said. */
export interface Answered {
  /** By their numbers, ascending. */
  readonly answers: ReadonlyMap<number, RoundAnswer>;
  /** Numbers of those that were asked and are lost. */
  readonly lost: readonly number[];
  /** Why the first of these is, where somebody said. */
  readonly why?: CodedError;
}
export interface Asks {
  readonly clients: readonly Client[];
  readonly signal: AbortSignal;
  /** Told how many have answered. */
  readonly onClient?: ((done: number, of: number) => void) | undefined;
}

/** `under`: told who is under way; null: nobody. */
export async function askedInTurn(
  order: RoundOrder,
  { clients: numbers, lost }: Asked,
  { clients, signal, onClient }: Asks,
  under: (client: Client | null) => void,
): Promise<Answered> {
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
export async function askedAtOnce(
  order: RoundOrder,
  { clients: numbers }: Pick<Asked, "clients">,
  { clients, signal, onClient }: Asks,
): Promise<Answered> {
  let done = 0;
  const each = await Promise.all(
    numbers.map(async (number) => {
      const said = await saidBy(() => must(clients[number], "a client").train(order, signal), signal);
      onClient?.((done += 1), numbers.length);
      return [number, said] as const;
    }),
  );
  const failed = each.flatMap(([number, said]) => (said instanceof CodedError ? [[number, said] as const] : []));
  const why = failed[0]?.[1];
  return {
    answers: new Map(each.flatMap(([number, said]) => (said instanceof CodedError ? [] : [[number, said] as const]))),
    lost: failed.map(([number]) => number),
    ...(why && { why }),
  };
}

/** What a client elsewhere says, or why it doesn't; errors as above. */
export async function saidBy<T>(ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T | CodedError> {
  try {
    return await ask();
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof CodedError) || ENDING.includes(error.code)) throw error;
    return error;
  }
}
