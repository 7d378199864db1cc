/**
 * Rounds as the steps of a training: the loop asks for the next, validates, writes checkpoints and stops as ever. Between two of
 * them the engine holds the server's weights.
 */
import { must } from "#dsl/diagnostics/must.js";
import type { FederatedPlan } from "#dsl/plan/plan.js";
import type { RunFolder } from "../artifacts/run-folder.js";
import type { StateVector } from "../ranks/state-vector.js";
import type { Step } from "../training/pipeline.js";
import type { Client, RoundAnswer } from "./contract.js";
import { pruneKept, saveKept } from "./kept-file.js";
import type { ClientPrivacy } from "./private.js";
import { HEAD, type Heads } from "./simulated/heads.js";
import { askedIn, askedPrivately, type FederationServer } from "./server.js";

export interface RoundsOptions {
  readonly plan: FederatedPlan;
  readonly seed: number;
  readonly server: FederationServer;
  readonly clients: readonly Client[];
  /** Of the engine: those of the server between rounds. */
  readonly weights: StateVector;
  /** Learning rate of the last of a client's steps in a round. */
  readonly rate: (round: number) => number;
  /** Who takes part stays hidden; absent: it doesn't. */
  readonly privacy?: ClientPrivacy | undefined;
  /** One more round, and who answered in it: ε that is spent with it. Absent: nothing is private. */
  readonly spent?: ((answering: readonly number[]) => number) | undefined;
  /** What each client keeps for itself; absent: nothing. */
  readonly heads?: Heads | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told how many clients of a round have answered. */
  readonly onClient?: (done: number, of: number, round: number) => void;
}

export class Rounds {
  readonly total: number;
  private readonly halted = new AbortController();
  private readonly signal: AbortSignal;
  private waiting: Promise<Step | null> = Promise.resolve(null);
  private under: Client | null = null;

  constructor(
    private readonly o: RoundsOptions,
    /** The round after which it goes on. */
    private done: number,
  ) {
    this.total = o.plan.rounds;
    this.signal = o.signal ? AbortSignal.any([o.signal, this.halted.signal]) : this.halted.signal;
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
    const clients = new Map(this.o.clients.flatMap(({ state }, i) => (state ? [[i, state] as const] : [])));
    const { heads, server } = this.o;
    saveKept(run, round, { server: { ...server.state, ...(heads && { [HEAD]: heads.initial }) }, clients });
  }

  prune(run: RunFolder, rounds: readonly number[]): void {
    pruneKept(run, rounds);
  }

  /** The engine has what the model is after the last whole round. */
  private async restored(): Promise<void> {
    await this.o.weights.scatter(this.o.server.weights);
    await this.o.heads?.mean();
  }

  private async round(round: number): Promise<Step> {
    const begun = performance.now();
    const { server, clients, plan, seed } = this.o;
    const { privacy } = this.o;
    const asked = privacy ? askedPrivately(plan, privacy) : askedIn(plan, { clients: clients.length, round, seed });
    const answers = new Map<number, RoundAnswer>();
    const order = server.order(round);
    const answering = asked.clients.filter((client) => !asked.lost.includes(client));
    const before = answering.map((client) => ({ client, state: clients[client]?.state }));
    try {
      for (const client of answering) {
        this.signal.throwIfAborted();
        const one = must(clients[client], "a client");
        this.under = one;
        answers.set(client, await one.train(order, this.signal));
        this.under = null;
        this.o.onClient?.(answers.size, answering.length, round);
      }
    } catch (error) {
      // What they keep is that of the last whole round.
      for (const { client, state } of before) if (state) clients[client]?.takeUp?.(state);
      throw error;
    }
    const told = await server.finish(round, answers, asked);
    await this.restored();
    this.done = round;
    const nameOf = (client: number): string => must(clients[client], "a client").name;
    const all = [...answers.values()];
    const sum = (of: (one: RoundAnswer) => number): number => all.reduce((whole, one) => whole + of(one), 0);
    const epsilon = this.o.spent?.(answering);
    return {
      ...(epsilon !== undefined && { epsilon }),
      ...{ step: round, epoch: round - 1, loss: told.loss, norm: told.norm, tokens: sum((one) => one.tokens) },
      rate: this.o.rate(round),
      seconds: (performance.now() - begun) / 1000,
      round: {
        clients: told.clients.map((one, i) => ({ ...one, name: nameOf(must(answering[i], "who answered")) })),
        lost: asked.lost.map(nameOf),
        sent: server.orderBytes * asked.clients.length + (told.masked?.sent ?? 0),
        received: told.masked?.received ?? sum((one) => one.bytes),
      },
    };
  }
}
