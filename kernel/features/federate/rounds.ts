/**
 * Rounds as the steps of a training: the loop asks for the next, validates, writes checkpoints and stops as ever. Between two of
 * them the engine holds the server's weights.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { must } from "#dsl/language/diagnostics/must.js";
import type { FederatedPlan } from "#dsl/compiler/plan/recipe.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { StateVector } from "../../remote/process-group/state-vector.js";
import type { Step, StepSource } from "../../training/loop/step-source.js";
import { askClientsConcurrently, askClientsInTurn, type RoundAnswers } from "./client-requests.js";
import type { RemoteClients, Client, RoundAnswer } from "./contract.js";
import { pruneFederationStates, saveFederationState } from "./kept-file.js";
import type { ClientPrivacy } from "./private.js";
import { HEAD_KEY, type ClientHeads } from "./simulated/heads.js";
import {
  sampleClients,
  samplePrivateClients,
  type RoundClients,
  type FederationServer,
  type RoundResult,
} from "./server.js";

export interface RoundsOptions {
  readonly plan: FederatedPlan;
  readonly seed: number;
  readonly server: FederationServer;
  readonly clients: readonly Client[];
  /** What carries messages to clients elsewhere; absent: all are at hand. */
  readonly carrier?: Pick<RemoteClients, "sent" | "received"> | undefined;
  /** Fewest answers that a round of clients elsewhere can do with, and what takes them. */
  readonly least?: { readonly clients: number; readonly why: string };
  /** Of the engine: those of the server between rounds. */
  readonly weights: StateVector;
  /** Learning rate of the last of a client's steps in a round, of so many. */
  readonly rate: (round: number, steps: number) => number;
  /** Who takes part stays hidden; absent: it doesn't. */
  readonly privacy?: ClientPrivacy | undefined;
  /** One more round, and what was answered in it: ε that is spent with it. Absent: nothing is private. */
  readonly spent?: ((answers: ReadonlyMap<number, RoundAnswer>) => number) | undefined;
  /** What each client keeps for itself; absent: nothing. */
  readonly heads?: ClientHeads | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how many clients of a round have answered. */
  readonly onClient?: (done: number, total: number, round: number) => void;
}

export class FederatedRounds implements StepSource {
  readonly total: number;
  readonly predictsStepTime = false;
  private readonly halted = new AbortController();
  private readonly signal: AbortSignal;
  private waiting: Promise<Step | null> = Promise.resolve(null);
  private under: Client | null = null;
  /** The last round's secret sum came to something. */
  private summed = true;
  /** Bytes that were told with rounds before. */
  private reportedBytes = { sent: 0, received: 0 };

  constructor(
    private readonly options: RoundsOptions,
    /** The round after which it goes on. */
    private done: number,
  ) {
    this.total = options.plan.rounds;
    this.signal = options.signal ? AbortSignal.any([options.signal, this.halted.signal]) : this.halted.signal;
  }

  /** Rounds with clients elsewhere are expensive, so a failed one leaves the weights of the last complete round. */
  get keepsWeightsOnFailure(): boolean {
    return this.options.carrier !== undefined;
  }

  /** A round counts as an epoch. */
  epochsDone(round: number): number {
    return round;
  }

  /** Rounds that are behind it. */
  get behind(): number {
    return this.done;
  }

  next(last: number): Promise<Step | null> {
    return (this.waiting = this.done >= last ? Promise.resolve(null) : this.round(this.done + 1));
  }

  /** The round under way is given up: the engine has the weights of the last whole one again. */
  async stop(done: number): Promise<readonly Step[]> {
    this.halted.abort();
    const step = await this.waiting.catch(() => null);
    await this.under?.stop?.();
    await this.restored();
    return step && step.step > done ? [step] : [];
  }

  /** Before the checkpoint of that round. */
  save(run: RunFolder, round: number): void {
    const clients = new Map(this.options.clients.flatMap(({ state }, i) => (state ? [[i, state] as const] : [])));
    const { heads, server } = this.options;
    saveFederationState(run, round, {
      server: { ...server.state, ...(heads && { [HEAD_KEY]: heads.initial }) },
      clients,
    });
  }

  prune(run: RunFolder, rounds: readonly number[]): void {
    pruneFederationStates(run, rounds);
  }

  /** The engine has what the model is after the last whole round. */
  private async restored(): Promise<void> {
    await this.options.weights.scatter(this.options.server.weights);
    await this.options.heads?.mean();
  }

  private async round(round: number): Promise<Step> {
    const begun = performance.now();
    const { server, clients, plan, seed } = this.options;
    const { privacy } = this.options;
    const selected = privacy
      ? samplePrivateClients(plan, privacy)
      : sampleClients(plan, { clients: clients.length, round, seed });
    const answering = selected.clients.filter((client) => !selected.lost.includes(client));
    const before = answering.map((client) => ({ client, state: clients[client]?.state }));
    const { answers, lost, why } = await this.answered(round, selected).catch((error: unknown) => {
      // What they keep is that of the last whole round.
      for (const { client, state } of before) if (state) clients[client]?.takeUp?.(state);
      throw error;
    });
    const { failed, ...done } = await this.finished(round, answers, { clients: selected.clients, lost });
    const whose = why ?? failed;
    await this.restored();
    this.done = round;
    const nameOf = (client: number): string => must(clients[client], "a client").name;
    const all = [...answers.values()];
    const sum = (valueOf: (one: RoundAnswer) => number): number => all.reduce((whole, one) => whole + valueOf(one), 0);
    const epsilon = this.options.spent?.(answers);
    const gone = [...lost, ...(done.masked?.missing ?? [])].sort((a, b) => a - b);
    return {
      step: round,
      epoch: round - 1,
      loss: done.loss,
      norm: done.norm,
      tokens: sum((one) => one.tokens),
      rate: this.options.rate(round, Math.max(0, ...all.map((one) => one.steps))),
      seconds: (performance.now() - begun) / 1000,
      report: epsilon === undefined ? {} : { epsilon },
      events: [
        {
          kind: "round",
          step: round,
          clients: done.clients.map(({ client, ...one }) => ({ ...one, name: nameOf(client) })),
          lost: gone.map(nameOf),
          ...(whose && { why: `${whose.code}: ${whose.message}` }),
          ...(this.carried() ?? {
            sent: server.orderBytes * selected.clients.length + (done.masked?.sent ?? 0),
            received: done.masked?.received ?? sum((one) => one.bytes),
          }),
        },
      ],
    };
  }

  /** A secret sum that fails is a round that adds nothing; where the next fails too, errors are those of secret sums. */
  private async finished(
    round: number,
    answers: ReadonlyMap<number, RoundAnswer>,
    selected: RoundClients,
  ): Promise<RoundResult & { readonly failed?: CodedError }> {
    try {
      const done = await this.options.server.finish(round, answers, selected);
      this.summed = true;
      return done;
    } catch (error) {
      const bad =
        error instanceof CodedError && error.code.startsWith("secure-") && this.keepsWeightsOnFailure && this.summed;
      if (!bad) throw error;
      this.summed = false;
      const all = [...answers.values()];
      const rows = all.reduce((sum, one) => sum + one.rows, 0);
      const loss = all.reduce((sum, one) => sum + one.loss * one.rows, 0) / Math.max(1, rows);
      const masked = { missing: [...answers.keys()], sent: 0, received: 0 };
      return { loss, norm: 0, clients: [], masked, failed: error };
    }
  }

  private async answered(round: number, selected: RoundClients): Promise<RoundAnswers> {
    const { server, clients, carrier, onClient, privacy, least } = this.options;
    const order = server.order(round);
    const of = {
      clients,
      signal: this.signal,
      onClient: onClient && ((n: number, m: number) => onClient(n, m, round)),
    };
    if (!carrier) return askClientsInTurn(order, selected, of, (client) => (this.under = client));
    const answered = await askClientsConcurrently(order, selected, of);
    const needs = least ?? { clients: 1, why: "a round" };
    // Where nobody may know who takes part, a round without answers is noise, and counts.
    if (privacy || answered.answers.size >= needs.clients) return answered;
    const counts = { round, answered: answered.answers.size, asked: selected.clients.length, needs: needs.clients };
    throw new CodedError("round-lost", { ...counts, what: needs.why, why: answered.why?.message ?? "" });
  }

  /** Bytes that were carried since they were last told; null: nothing carries them. */
  carried(): { readonly sent: number; readonly received: number } | null {
    const { carrier } = this.options;
    if (!carrier) return null;
    const { sent, received } = carrier;
    const since = { sent: sent - this.reportedBytes.sent, received: received - this.reportedBytes.received };
    this.reportedBytes = { sent, received };
    return since;
  }
}
