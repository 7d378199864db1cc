/**
 * The federation client of this process: it trains rounds on its own rows, evaluates received weights on them, and
 * contributes its vector to secure sums. One model stays open for all instructions.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { RoundStateVectors } from "#stdlib/aggregators/kind.js";
import type { RoundAnswer, RoundInstruction, ClientEvaluation } from "../contract.js";
import type { JoiningClient } from "../flower/client-app.js";
import type { EvaluationInstruction } from "../flower/messages.js";
import type { ClientMaskingState } from "../secure/client-state.js";
import type { LocalClient } from "../simulated/local-client.js";
import { weightedContribution } from "../summed-vector.js";
import type { StateVector } from "../../../remote/process-group/state-vector.js";
import type { Validate } from "../../../training/loop/validation.js";
import type { PrivacyLedger } from "./privacy-ledger.js";
import { createHash } from "node:crypto";

export interface JoinedClientOptions {
  readonly name: string;
  readonly client: LocalClient;
  readonly weights: StateVector;
  /** Names of the vectors received with the weights; the client sends the same ones. */
  readonly sent: readonly string[];
  readonly validation: { readonly rows: number; readonly validate: Validate } | null;
  readonly masking: ClientMaskingState;
  /** Updates are only sent in secure sums. */
  readonly summed: boolean;
  /** All clients have equal weight, regardless of rows. */
  readonly alike: boolean;
  /** Null if its rows have no row-level privacy. */
  readonly account: PrivacyLedger | null;
  /** Called if its state is not that after the given round, so that it starts anew. */
  readonly onForgotten: (done: number) => void;
}

/** Number of rounds whose state is retained: the coordinator resumes from a checkpoint of an earlier round. */
const KEPT = 4;
type State = LocalClient["state"];

export class JoinedClient implements JoiningClient {
  readonly name: string;
  readonly rows: number;
  readonly validates: boolean;
  readonly key: Uint8Array;
  readonly values: number;
  readonly sent: readonly string[];
  /** Its state at the start, and after rounds that it trained. */
  private readonly states: Map<number, State>;

  constructor(private readonly options: JoinedClientOptions) {
    const { client, weights, masking } = options;
    this.name = options.name;
    this.rows = client.rows;
    this.validates = options.validation !== null;
    this.key = masking.key;
    this.values = weights.length;
    this.sent = options.sent;
    this.states = new Map([[0, client.state]]);
  }

  begin(done: number): void {
    const { client, masking, onForgotten } = this.options;
    masking.forget();
    const last = Math.max(...[...this.states.keys()].filter((round) => round <= done));
    const keeps = Object.keys(this.states.get(0) ?? {}).length > 0;
    if (done > 0 && last === 0 && keeps) onForgotten(done);
    for (const round of [...this.states.keys()]) if (round > last) this.states.delete(round);
    const state = Object.entries(this.states.get(last) ?? {});
    client.takeUp(Object.fromEntries(state.map(([name, values]) => [name, Float32Array.from(values)])));
  }

  async train(order: RoundInstruction, signal: AbortSignal): Promise<RoundAnswer> {
    const { client, masking, summed, account, alike } = this.options;
    const epsilon = account?.charge({ round: order.round });
    const answer = await client.train(order, signal);
    this.keep(order.round);
    const report = { ...answer, ...(epsilon !== undefined && { epsilon }) };
    if (!summed) return report;
    masking.hold(order, weightedContribution(answer, this.sent, alike ? 1 : answer.rows));
    const given: RoundStateVectors = Object.fromEntries(this.sent.map((name) => [name, new Float64Array(0)]));
    const { rows, steps, loss, tokens, bytes, seconds } = report;
    const beside = { rows, steps, loss, tokens, bytes, seconds, ...(epsilon !== undefined && { epsilon }) };
    return { ...beside, given, delta: new Float32Array(0) };
  }

  async evaluate({ weights }: EvaluationInstruction, signal: AbortSignal): Promise<ClientEvaluation> {
    const { validation } = this.options;
    if (!validation) throw new CodedError("order-unfit", { why: "there are no rows to validate on" });
    await this.options.weights.scatter(weights);
    const metrics = await validation.validate(signal, () => undefined);
    const numbers = Object.entries(metrics).filter(([, value]) => Number.isFinite(value));
    return { rows: validation.rows, metrics: Object.fromEntries(numbers) };
  }

  mask(message: Uint8Array): Uint8Array {
    if (!this.options.summed) throw new CodedError("sum-unfit", { why: "its program sums nothing secretly" });
    return this.options.masking.answer(message);
  }

  sign(said: Uint8Array): Uint8Array {
    return this.options.masking.sign(said);
  }

  private keep(round: number): void {
    this.states.set(round, this.options.client.state);
    const rounds = [...this.states.keys()].filter((one) => one > 0);
    if (rounds.length > KEPT) this.states.delete(Math.min(...rounds));
  }
}

/** Seed of a client's random streams, from its name, if clients are not numbered. */
export function clientSeedOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32LE(0) >>> 1;
}
