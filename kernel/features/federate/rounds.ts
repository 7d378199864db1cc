/**
 * Runs rounds as the steps of a training: the usual loop requests steps, validates, writes checkpoints and stops.
 * Between rounds the engine contains the server's weights.
 */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { FederatedPlan } from "#dsl/compiler/plan/plan.js";
import type { RunFolder } from "../../runs/run-folder.js";
import type { StateVector } from "../../remote/process-group/state-vector.js";
import type { CompletedStep, StepSource } from "../../training/loop/step-source.js";
import { askClientsConcurrently, askClientsInTurn, type RoundAnswers } from "./client-requests.js";
import type { RemoteClients, Client, RoundAnswer } from "./contract.js";
import { pruneFederationStates, saveFederationState } from "./state-file.js";
import type { ClientPrivacy } from "./private.js";
import { HEAD_KEY, type ClientHeads } from "./simulated/heads.js";
import type { FederationServer } from "./server.js";
import { sampleClients, samplePrivateClients, type ClientsOfRound, type RoundResult } from "./server.js";
import type { ExtraEvaluationFields, TrainingHook } from "../../training/loop/hook.js";
import { MIN_CLIENTS_TO_HIDE } from "#dsl/compiler/drafts/clients.js";
import { registry } from "#stdlib/registry.js";

export interface RoundsOptions {
  readonly plan: FederatedPlan;
  readonly seed: number;
  readonly server: FederationServer;
  readonly clients: readonly Client[];
  /** The transport to remote clients; absent if all are local. */
  readonly carrier?: Pick<RemoteClients, "sent" | "received"> | undefined;
  /** Minimum responses in a round of remote clients, and what requires it. */
  readonly least?: { readonly clients: number; readonly why: string };
  /** Weights in the engine: those of the server between rounds. */
  readonly weights: StateVector;
  /** Learning rate of the last of a client's `steps` steps in a round. */
  readonly rate: (round: number, steps: number) => number;
  /** Hides who takes part; absent if participation is not private. */
  readonly privacy?: ClientPrivacy | undefined;
  /** Accounts for a round and its responses and returns the ε spent so far. Absent if nothing is private. */
  readonly spent?: ((answers: ReadonlyMap<number, RoundAnswer>) => number) | undefined;
  /** Each client's personal parameters; absent if there are none. */
  readonly heads?: ClientHeads | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onClient?: (done: number, total: number, round: number) => void;
}

export class FederatedRounds implements StepSource {
  readonly total: number;
  readonly predictsStepTime = false;
  private readonly halted = new AbortController();
  private readonly signal: AbortSignal;
  private waiting: Promise<CompletedStep | null> = Promise.resolve(null);
  private under: Client | null = null;
  /** The last round's secure sum succeeded. */
  private summed = true;
  /** Bytes that earlier rounds reported. */
  private reportedBytes = { sent: 0, received: 0 };

  constructor(
    private readonly options: RoundsOptions,
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

  get behind(): number {
    return this.done;
  }

  next(last: number): Promise<CompletedStep | null> {
    return (this.waiting = this.done >= last ? Promise.resolve(null) : this.round(this.done + 1));
  }

  /** Aborts the round in progress and restores the weights of the last complete one in the engine. */
  async stop(done: number): Promise<readonly CompletedStep[]> {
    this.halted.abort();
    const step = await this.waiting.catch(() => null);
    await this.under?.stop?.();
    await this.restored();
    return step && step.step > done ? [step] : [];
  }

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

  /** Restores the weights after the last complete round in the engine. */
  private async restored(): Promise<void> {
    await this.options.weights.scatter(this.options.server.weights);
    await this.options.heads?.mean();
  }

  private async round(round: number): Promise<CompletedStep> {
    const begun = performance.now();
    const { server, clients, plan, seed } = this.options;
    const { privacy } = this.options;
    const selected = privacy
      ? samplePrivateClients(plan, privacy)
      : sampleClients(plan, { clients: clients.length, round, seed });
    const answering = selected.clients.filter((client) => !selected.lost.includes(client));
    const before = answering.map((client) => ({ client, state: clients[client]?.state }));
    const { answers, lost, why } = await this.answered(round, selected).catch((error: unknown) => {
      // Client states are those of the last complete round.
      for (const { client, state } of before) if (state) clients[client]?.takeUp?.(state);
      throw error;
    });
    const { failed, ...done } = await this.finished(round, answers, { clients: selected.clients, lost });
    const whose = why ?? failed;
    await this.restored();
    this.done = round;
    const nameOf = (client: number): string => mustExist(clients[client], "a client").name;
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

  /** A round whose secure sum fails has no effect; if the next one fails too, the error is thrown. */
  private async finished(
    round: number,
    answers: ReadonlyMap<number, RoundAnswer>,
    selected: ClientsOfRound,
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

  private async answered(round: number, selected: ClientsOfRound): Promise<RoundAnswers> {
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
    // If participation is private, a round without responses adds noise and counts.
    if (privacy || answered.answers.size >= needs.clients) return answered;
    const counts = { round, answered: answered.answers.size, asked: selected.clients.length, needs: needs.clients };
    throw new CodedError("round-lost", { ...counts, what: needs.why, why: answered.why?.message ?? "" });
  }

  /** Bytes transferred since the last report; null without a transport. */
  carried(): { readonly sent: number; readonly received: number } | null {
    const { carrier } = this.options;
    if (!carrier) return null;
    const { sent, received } = carrier;
    const since = { sent: sent - this.reportedBytes.sent, received: received - this.reportedBytes.received };
    this.reportedBytes = { sent, received };
    return since;
  }
}

/**
 * What a federation adds to its training: scores per client, traffic, and the states of clients and server in
 * checkpoints.
 */
export type ScoresByClient = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface FederationHookOptions {
  readonly rounds: {
    save(run: RunFolder, round: number): void;
    prune(run: RunFolder, rounds: readonly number[]): void;
    /** Bytes transferred since the last report; null if all clients are simulated in this process. */
    carried(): { readonly sent: number; readonly received: number } | null;
  };
  /** Scores of the last validation by client name. */
  readonly scores: () => ScoresByClient;
  /** The same with each client's personal parameters; absent if there are none. */
  readonly personal?: (() => ScoresByClient) | undefined;
}

export function federationHook({ rounds, scores, personal }: FederationHookOptions): TrainingHook {
  return {
    afterValidation: (): ExtraEvaluationFields => ({
      clients: scores(),
      ...(personal && { personal: personal() }),
      ...rounds.carried(),
    }),
    saveCheckpoint: (run, round) => rounds.save(run, round),
    pruneCheckpoints: (run, rounded) => rounds.prune(run, rounded),
  };
}

/** Minimum responses of a round, and what requires them. */
export function minResponsesOf({
  aggregate,
  secure_aggregation: secure,
}: FederatedPlan): NonNullable<RoundsOptions["least"]> {
  const least = registry.find("aggregator", aggregate.word)?.capabilities?.minClients?.(aggregate) ?? 1;
  return secure && MIN_CLIENTS_TO_HIDE > least
    ? { clients: MIN_CLIENTS_TO_HIDE, why: "secure aggregation" }
    : { clients: least, why: least > 1 ? `\`${aggregate.word}\`` : "a round" };
}
