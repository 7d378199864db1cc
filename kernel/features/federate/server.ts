/**
 * The leading side of a federation: whom a round asks, what it sends them, and what becomes of the weights by what comes back.
 * It knows nothing of rows, engines and sockets.
 */
import { must } from "#dsl/language/diagnostics/must.js";
import type { FederatedPlan } from "#dsl/compiler/plan/recipe.js";
import type { AggregatorImplementation, ClientUpdate, RoundStateVectors } from "#stdlib/aggregators/kind.js";
import type { Call } from "#dsl/language/types/value.js";
import { meanWeightedByRows } from "#stdlib/aggregators/shared/mean.js";
import { seededRandom, shuffle } from "#stdlib/statistics/chance.js";
import { stragglerCount, participantCount } from "#dsl/compiler/drafts/clients.js";
import type { ClientRoundReport } from "../../events/events.js";
import type { RoundAnswer, RoundInstruction } from "./contract.js";
import { fixedPointWidthOf, type FixedPointWidth } from "./summed-vector.js";
import type { ClientPrivacy } from "./private.js";

/** What draws the clients of a round, and those that are lost, is of its own. */
const ASKED = 51;
const LOST = 52;

/** Numbers of clients, ascending. */
export interface RoundClients {
  readonly clients: readonly number[];
  /** Those of them that don't answer. */
  readonly lost: readonly number[];
}

/** Of clients that a round asks, those that don't answer, the same for the same seed. */
function lostIn(
  invited: readonly number[],
  plan: Pick<FederatedPlan, "stragglers">,
  round: number,
  seed: number,
): RoundClients {
  const gone = invited.length === 0 ? 0 : stragglerCount(plan, invited.length);
  const lost = [...shuffle(Uint32Array.from(invited), seededRandom(seed, LOST, round)).slice(0, gone)].sort(
    (a, b) => a - b,
  );
  return { clients: invited, lost };
}

/** Whom a round asks, the same for the same seed. At least one answers. */
export function sampleClients(
  plan: Pick<FederatedPlan, "participation" | "stragglers">,
  { clients, round, seed }: { readonly clients: number; readonly round: number; readonly seed: number },
): RoundClients {
  const all = Uint32Array.from({ length: clients }, (_, i) => i);
  const count = participantCount(plan, clients);
  const invited = [...shuffle(all, seededRandom(seed, ASKED, round)).slice(0, count)].sort((a, b) => a - b);
  return lostIn(invited, plan, round, seed);
}
/** The same where nobody may know whom: each by a chance of its own, others each time. */
export function samplePrivateClients(
  { stragglers }: Pick<FederatedPlan, "stragglers">,
  privacy: ClientPrivacy,
): RoundClients {
  const clients = privacy.sample();
  // Each by itself, too: that one is there changes nothing for the others.
  return { clients, lost: privacy.lost(clients, stragglers) };
}
/** Clients up to which all of a private federation take part in every secret sum: each of them draws masks with each other. */
const ALL_TAKE_PART = 32;

/**
 * What of a round is summed where none of its vectors may be seen (`summed-vector.ts`). Where it stays hidden who takes part, those
 * that weren't drawn are among `asked`, with zeros.
 */
export interface SecureSumInput {
  /** What answers answer. */
  readonly order: RoundInstruction;
  readonly answers: ReadonlyMap<number, RoundAnswer>;
  readonly selected: RoundClients;
  /** Names of what clients give beside their updates. */
  readonly names: readonly string[];
  /** What an answer weighs. */
  readonly weigh: (answer: RoundAnswer) => number;
  /** Numbers of a vector. */
  readonly values: number;
  readonly width: FixedPointWidth;
}
/** What answers come to before the server's own step: the sum of vectors that are masked, and no more is seen of them. */
export type SecureSummer = (input: SecureSumInput) => Promise<SummedUpdates>;
export interface SummedUpdates {
  readonly sum: Float64Array;
  /** Clients that answered and whose vectors are not in it; absent: all are. */
  readonly missing?: readonly number[];
  /** Bytes that the server sent for it, and that came. */
  readonly sent: number;
  readonly received: number;
}

export interface FederationServerOptions {
  readonly aggregator: { readonly call: Call; readonly implementation: AggregatorImplementation };
  /** Rows of each client. */
  readonly rows: readonly number[];
  readonly rounds: number;
  readonly weights: Float32Array;
  /** What the aggregator kept so far; absent: it begins. */
  readonly savedState?: RoundStateVectors;
  /** Who takes part stays hidden; absent: it doesn't. */
  readonly privacy?: ClientPrivacy | undefined;
  /** Sums what clients send where none may be seen; absent: each is. */
  readonly summed?: SecureSummer;
}

/** What a round came to. */
export interface RoundResult {
  /** Of the answers: by rows. */
  readonly loss: number;
  /** Of what was added to the weights. */
  readonly norm: number;
  /** Those whose updates are in it, by their number. */
  readonly clients: readonly (Omit<ClientRoundReport, "name"> & { readonly client: number })[];
  /** Bytes of masked updates, and of what is said beside them; absent: updates went as they are. */
  readonly masked?: Omit<SummedUpdates, "sum">;
}

/** What a round's updates come to. */
interface Together {
  readonly mean: Float64Array;
  readonly given: RoundStateVectors;
  readonly masked?: Omit<SummedUpdates, "sum">;
}

export class FederationServer {
  private readonly sent: RoundStateVectors;
  private readonly aggregatorState: Record<string, Float64Array>;
  private current: Float32Array;
  /** Of the last round that anybody answered in. */
  private loss = 0;
  /** Of all clients together. */
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
      (local?.sent ?? []).map((name) => [name, must(this.aggregatorState[name], "what is sent")]),
    );
  }

  get weights(): Float32Array {
    return this.current;
  }

  /** What the aggregator keeps from round to round. */
  get state(): RoundStateVectors {
    return this.aggregatorState;
  }

  order(round: number): RoundInstruction {
    return { round, rounds: this.options.rounds, weights: this.current, sent: this.sent };
  }

  /** Bytes of an order. */
  get orderBytes(): number {
    return this.current.byteLength * (1 + Object.keys(this.sent).length);
  }

  /** Puts together what came back; `answers`: by the number of the client. */
  async finish(round: number, answers: ReadonlyMap<number, RoundAnswer>, selected: RoundClients): Promise<RoundResult> {
    const { implementation, call } = this.options.aggregator;
    const { mean, given, masked } = await this.together(round, answers, selected);
    const each = [...answers].filter(([client]) => !masked?.missing?.includes(client));
    const all = each.map(([, answer]) => answer);
    const rows = all.reduce((sum, one) => sum + one.rows, 0);
    const share = rows / Math.max(1, this.rows);
    const added = implementation.step?.(call, { round, mean, given, share, saved: this.aggregatorState }) ?? mean;
    // As they are kept beside a checkpoint: a run that goes on has the same.
    for (const vector of Object.values(this.aggregatorState))
      for (const [i, value] of vector.entries()) vector[i] = Math.fround(value);
    this.current = Float32Array.from(this.current, (weight, i) => weight + must(added[i], "a weight's change"));
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
    selected: RoundClients,
  ): Promise<Together> {
    const { summed, privacy } = this.options;
    const all = [...answers.values()];
    const updates = all.map(updateOf);
    const { implementation, call } = this.options.aggregator;
    if (summed) return this.masked({ order: this.order(round), answers, selected }, summed);
    if (privacy) return { mean: this.noised(sumOf(all, this.current.length), privacy), given: {} };
    return { mean: implementation.combine?.(call, updates) ?? meanWeightedByRows(updates), given: givenOf(all) };
  }

  /** The mean over as many clients as a round has on average, with noise. */
  private noised(sum: Float64Array, privacy: ClientPrivacy): Float64Array {
    const noise = privacy.noise(sum.length);
    return sum.map((value, i) => (value + (noise[i] ?? 0)) / privacy.expected);
  }

  /**
   * Those that send vectors where it stays hidden who takes part: up to so many that all do, of whom those that weren't drawn send
   * zeros. A sum is taken in every round: one that wasn't for want of clients would tell that one was there.
   */
  private hidden({ clients, lost }: RoundClients): RoundClients {
    const others = [...this.options.rows.keys()].filter((client) => !clients.includes(client));
    const more = others.slice(0, Math.max(0, ALL_TAKE_PART - clients.length));
    return { clients: [...clients, ...more].sort((a, b) => a - b), lost };
  }

  /** The means by rows, from one sum of all that clients send: their rows times their vectors, and their rows. */
  private async masked(
    input: Pick<SecureSumInput, "order" | "answers" | "selected">,
    summed: SecureSummer,
  ): Promise<Together> {
    const { privacy } = this.options;
    const names = Object.keys([...input.answers.values()][0]?.given ?? {});
    const size = this.current.length;
    const weigh = (one: RoundAnswer): number => (privacy ? 1 : one.rows);
    const among = privacy ? this.hidden(input.selected) : input.selected;
    const width = fixedPointWidthOf(
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

/** Of updates that all count the same. */
function sumOf(answers: readonly RoundAnswer[], length: number): Float64Array {
  const sum = new Float64Array(length);
  for (const { delta } of answers) for (const [i, value] of delta.entries()) sum[i] = (sum[i] ?? 0) + value;
  return sum;
}

const updateOf = ({ rows, steps, delta }: RoundAnswer): ClientUpdate => ({ rows, steps, delta });

/** By rows. */
function givenOf(answers: readonly RoundAnswer[]): RoundStateVectors {
  const names = Object.keys(answers[0]?.given ?? {});
  const given = (name: string) =>
    meanWeightedByRows(
      answers.map(({ rows, given: vectors }) => ({ rows, delta: must(vectors[name], `what is given as ${name}`) })),
    );
  return Object.fromEntries(names.map((name) => [name, given(name)]));
}

function normOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] ?? 0) ** 2;
  return Math.sqrt(sum);
}

/** 0 of a vector without length. */
function cosineOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let dot = 0;
  for (let i = 0; i < a.length; i++) dot += (a[i] ?? 0) * (b[i] ?? 0);
  const norms = normOf(a) * normOf(b);
  return norms > 0 ? dot / norms : 0;
}
