/**
 * The server's side of a federation: it samples the clients of a round, creates their instruction, and updates the
 * weights from their responses. It is independent of rows, engines and sockets.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { FederatedPlan } from "#dsl/compiler/plan/plan.js";
import type { AggregatorImplementation, ClientUpdate, RoundStateVectors } from "#stdlib/aggregators/kind.js";
import type { Call } from "#dsl/language/types/value.js";
import { meanWeightedByRows } from "#stdlib/aggregators/shared/mean.js";
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";
import { stragglerCount, participantCount } from "#dsl/compiler/drafts/clients.js";
import type { ClientRoundReport } from "../../events/events.js";
import type { RoundAnswer, RoundInstruction } from "./contract.js";
import { secureSumNumberFormatOf, type SecureSumNumberFormat } from "./summed-vector.js";
import type { ClientPrivacy } from "./private.js";

/** Random streams for sampling a round's clients, and for those that are lost. */
const ASKED = 51;
const LOST = 52;

export interface ClientsOfRound {
  readonly clients: readonly number[];
  readonly lost: readonly number[];
}

/** Samples the clients of a round that do not respond; reproducible by seed. */
function lostIn(
  invited: readonly number[],
  plan: Pick<FederatedPlan, "stragglers">,
  round: number,
  seed: number,
): ClientsOfRound {
  const gone = invited.length === 0 ? 0 : stragglerCount(plan, invited.length);
  const lost = [...shuffle(Uint32Array.from(invited), seededRandom(seed, LOST, round)).slice(0, gone)].sort(
    (a, b) => a - b,
  );
  return { clients: invited, lost };
}

/** Samples the clients of a round; reproducible by seed. At least one responds. */
export function sampleClients(
  plan: Pick<FederatedPlan, "participation" | "stragglers">,
  { clients, round, seed }: { readonly clients: number; readonly round: number; readonly seed: number },
): ClientsOfRound {
  const all = Uint32Array.from({ length: clients }, (_, i) => i);
  const count = participantCount(plan, clients);
  const invited = [...shuffle(all, seededRandom(seed, ASKED, round)).slice(0, count)].sort((a, b) => a - b);
  return lostIn(invited, plan, round, seed);
}
/** Samples clients for private participation: each independently, different each time. */
export function samplePrivateClients(
  { stragglers }: Pick<FederatedPlan, "stragglers">,
  privacy: ClientPrivacy,
): ClientsOfRound {
  const clients = privacy.sample();
  // Losses are independent too: one client's presence does not affect the others.
  return { clients, lost: privacy.lost(clients, stragglers) };
}
/**
 * Up to this number of clients, all clients of a private federation take part in every secure sum: each computes a mask
 * with every other.
 */
const ALL_TAKE_PART = 32;

/**
 * Input of a round's secure sum, which reveals no single vector (`summed-vector.ts`). If participation is private,
 * `selected` includes clients that were not sampled, with zeros.
 */
export interface SecureSumInput {
  /** The instruction that the responses belong to. */
  readonly order: RoundInstruction;
  readonly answers: ReadonlyMap<number, RoundAnswer>;
  readonly selected: ClientsOfRound;
  /** Names of the vectors that clients send in addition to their updates. */
  readonly names: readonly string[];
  /** Weight of a response. */
  readonly weigh: (answer: RoundAnswer) => number;
  /** Length of a vector. */
  readonly values: number;
  readonly width: SecureSumNumberFormat;
}
/** Aggregates responses before the server's own step: returns the sum of masked vectors only. */
export type SecureSummer = (input: SecureSumInput) => Promise<SummedUpdates>;
export interface SummedUpdates {
  readonly sum: Float64Array;
  /** Clients that responded but whose vectors are not in the sum; absent if there are none. */
  readonly missing?: readonly number[];
  /** Bytes that the server sent and received for the sum. */
  readonly sent: number;
  readonly received: number;
}

export interface FederationServerOptions {
  readonly aggregator: { readonly call: Call; readonly implementation: AggregatorImplementation };
  readonly rows: readonly number[];
  readonly rounds: number;
  readonly weights: Float32Array;
  /** The aggregator's saved state; absent at the start. */
  readonly savedState?: RoundStateVectors;
  /** Hides who takes part; absent if participation is not private. */
  readonly privacy?: ClientPrivacy | undefined;
  /** Secure aggregation of the clients' vectors; absent if the server sees each update. */
  readonly summed?: SecureSummer;
}

export interface RoundResult {
  /** Mean loss of the responses, weighted by rows. */
  readonly loss: number;
  /** Norm of the change of the weights. */
  readonly norm: number;
  /** Clients whose updates are included, by number. */
  readonly clients: readonly (Omit<ClientRoundReport, "name"> & { readonly client: number })[];
  /** Bytes of masked updates and protocol messages; absent if updates are not masked. */
  readonly masked?: Omit<SummedUpdates, "sum">;
}

interface Together {
  readonly mean: Float64Array;
  readonly given: RoundStateVectors;
  readonly masked?: Omit<SummedUpdates, "sum">;
}

export class FederationServer {
  private readonly sent: RoundStateVectors;
  private readonly aggregatorState: Record<string, Float64Array>;
  private current: Float32Array;
  private loss = 0;
  private readonly rows: number;

  constructor(private readonly options: FederationServerOptions) {
    const { weights, aggregator } = options;
    this.rows = options.rows.reduce((sum, one) => sum + one, 0);
    this.current = weights;
    const { keeps = [], local } = aggregator.implementation;
    const names = [...keeps, ...(local?.sent ?? [])];
    this.aggregatorState = Object.fromEntries(
      names.map((name) => [name, options.savedState?.[name] ?? new Float64Array(weights.length)] as const),
    );
    this.sent = Object.fromEntries(
      (local?.sent ?? []).map((name) => [name, mustExist(this.aggregatorState[name], "the message")]),
    );
  }

  get weights(): Float32Array {
    return this.current;
  }

  get state(): RoundStateVectors {
    return this.aggregatorState;
  }

  order(round: number): RoundInstruction {
    return { round, rounds: this.options.rounds, weights: this.current, sent: this.sent };
  }

  get orderBytes(): number {
    return this.current.byteLength * (1 + Object.keys(this.sent).length);
  }

  async finish(
    round: number,
    answers: ReadonlyMap<number, RoundAnswer>,
    selected: ClientsOfRound,
  ): Promise<RoundResult> {
    const { implementation, call } = this.options.aggregator;
    const { mean, given, masked } = await this.together(round, answers, selected);
    const each = [...answers].filter(([client]) => !masked?.missing?.includes(client));
    const all = each.map(([, answer]) => answer);
    const rows = all.reduce((sum, one) => sum + one.rows, 0);
    const share = rows / Math.max(1, this.rows);
    const added = implementation.step?.(call, { round, mean, given, share, saved: this.aggregatorState }) ?? mean;
    // Rounded to the precision of the checkpoint, so that a resumed run has the same state.
    for (const vector of Object.values(this.aggregatorState))
      for (const [i, value] of vector.entries()) vector[i] = Math.fround(value);
    this.current = Float32Array.from(this.current, (weight, i) => weight + mustExist(added[i], "a weight's change"));
    if (rows > 0) this.loss = all.reduce((sum, one) => sum + one.loss * one.rows, 0) / rows;
    return {
      loss: this.loss,
      norm: normOf(added),
      ...(masked && { masked }),
      clients: each.map(([client, one]) => ({
        client,
        rows: one.rows,
        loss: one.loss,
        ...(!this.options.summed && { norm: normOf(one.delta), cosine: cosineOf(one.delta, mean) }),
      })),
    };
  }

  private async together(
    round: number,
    answers: ReadonlyMap<number, RoundAnswer>,
    selected: ClientsOfRound,
  ): Promise<Together> {
    const { summed, privacy } = this.options;
    const all = [...answers.values()];
    const updates = all.map(updateOf);
    const { implementation, call } = this.options.aggregator;
    if (summed) return this.masked({ order: this.order(round), answers, selected }, summed);
    if (privacy) return { mean: this.noised(sumOf(all, this.current.length), privacy), given: {} };
    return { mean: implementation.combine?.(call, updates) ?? meanWeightedByRows(updates), given: givenOf(all) };
  }

  /** Divides by the expected number of clients per round and adds noise. */
  private noised(sum: Float64Array, privacy: ClientPrivacy): Float64Array {
    const noise = privacy.noise(sum.length);
    return sum.map((value, i) => (value + (noise[i] ?? 0)) / privacy.expected);
  }

  /**
   * The clients that send vectors if participation is private: up to a limit all of them; those not sampled send zeros.
   * A sum is computed in every round: skipping it for lack of clients would reveal participation.
   */
  private hidden({ clients, lost }: ClientsOfRound): ClientsOfRound {
    const others = [...this.options.rows.keys()].filter((client) => !clients.includes(client));
    const more = others.slice(0, Math.max(0, ALL_TAKE_PART - clients.length));
    return { clients: [...clients, ...more].sort((a, b) => a - b), lost };
  }

  /** Means weighted by rows, from one sum of all that clients send: their vectors times their rows, and their rows. */
  private async masked(
    input: Pick<SecureSumInput, "order" | "answers" | "selected">,
    summed: SecureSummer,
  ): Promise<Together> {
    const { privacy } = this.options;
    const names = Object.keys([...input.answers.values()][0]?.given ?? {});
    const size = this.current.length;
    const weigh = (one: RoundAnswer): number => (privacy ? 1 : one.rows);
    const among = privacy ? this.hidden(input.selected) : input.selected;
    const width = secureSumNumberFormatOf(
      among.clients.map((client) => this.options.rows[client] ?? 0),
      privacy?.clip ?? null,
    );
    const values = size * (1 + names.length) + 1;
    const { sum, ...masked } = await summed({ ...input, selected: among, names, weigh, values, width });
    const rows = Math.max(1, Math.round(sum.at(-1) ?? 1));
    const part = (index: number): Float64Array =>
      sum.slice(index * size, (index + 1) * size).map((value) => value / rows);
    if (privacy) return { masked, mean: this.noised(sum.slice(0, size), privacy), given: {} };
    return { masked, mean: part(0), given: Object.fromEntries(names.map((name, i) => [name, part(i + 1)])) };
  }
}

/** Sum of updates with equal weight. */
function sumOf(answers: readonly RoundAnswer[], length: number): Float64Array {
  const sum = new Float64Array(length);
  for (const { delta } of answers) for (const [i, value] of delta.entries()) sum[i] = (sum[i] ?? 0) + value;
  return sum;
}

const updateOf = ({ rows, steps, delta }: RoundAnswer): ClientUpdate => ({ rows, steps, delta });

/** Mean of the additional vectors, weighted by rows. */
function givenOf(answers: readonly RoundAnswer[]): RoundStateVectors {
  const names = Object.keys(answers[0]?.given ?? {});
  const given = (name: string) =>
    meanWeightedByRows(
      answers.map(({ rows, given: vectors }) => ({ rows, delta: mustExist(vectors[name], `the value of ${name}`) })),
    );
  return Object.fromEntries(names.map((name) => [name, given(name)]));
}

function normOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] ?? 0) ** 2;
  return Math.sqrt(sum);
}

/** Returns 0 for a zero vector. */
function cosineOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += (a[i] ?? 0) * (b[i] ?? 0);
  const norms = normOf(a) * normOf(b);
  return norms > 0 ? dot / norms : 0;
}
