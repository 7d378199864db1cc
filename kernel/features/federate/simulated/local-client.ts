/**
 * A client with rows on this machine. Its steps are those of any training: the optimizer is reset in each round, the
 * learning rate follows the schedule over all rounds.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { Plan } from "#dsl/compiler/plan/plan.js";
import type { Call } from "#dsl/language/types/value.js";
import type { AggregatorImplementation, RoundStateVectors, ClientSideAlgorithm } from "#stdlib/aggregators/kind.js";
import type { ScheduleImplementation } from "#stdlib/optimizers/kind.js";
import type { DataLoader } from "../../../data/rows/loader.js";
import type { EngineSession } from "../../../engines/engine.js";
import type { StateVector } from "../../../remote/process-group/state-vector.js";
import { StepPipeline, type StepPipelineOptions } from "../../../training/pipeline.js";
import { privateStepOptions } from "../../../training/private/private.js";
import type { PrivateUpdates } from "../../../training/private/updates.js";
import { totalSteps } from "../../../training/steps.js";
import type { Client, RoundAnswer, RoundInstruction } from "../contract.js";
import type { ClientPrivacy } from "../private.js";
import { HEAD_KEY, type ClientHeads } from "./heads.js";
import type { ClientUpdateCompressor } from "./reduced-updates.js";

/** The model that all clients of this machine train in turn. */
export interface SharedClientModel {
  readonly session: EngineSession;
  readonly plan: Plan;
  readonly schedule: ScheduleImplementation;
  readonly aggregator: { readonly call: Call; readonly implementation: AggregatorImplementation };
  readonly weights: StateVector;
  /** Optimizer states that are reset each round. */
  readonly moments: readonly string[];
  /** The states with this prefix, with which the aggregator corrects steps. */
  readonly states: (prefix: string) => StateVector;
  /**
   * Each client's personal parameters, and the states with a prefix that correct their steps; absent if all trainable
   * parameters are transmitted.
   */
  readonly personal?: { readonly heads: ClientHeads; readonly states: (prefix: string) => StateVector } | undefined;
  readonly smaller: ClientUpdateCompressor;
  /** Private participation: clips an update before it is sent. Absent if participation is not private. */
  readonly privacy?: ClientPrivacy | undefined;
}
export interface LocalClientOptions {
  readonly name: string;
  /** Client number, from 0. */
  readonly number: number;
  readonly rows: number;
  readonly loader: DataLoader;
  /** Private updates for row-level privacy; absent without it. */
  readonly privately?: Pick<PrivateUpdates, "update"> | undefined;
}

export class LocalClient implements Client {
  readonly name: string;
  readonly rows: number;
  private clientState: RoundStateVectors;
  /** Residual of earlier compressed updates. */
  private left: Float32Array | null = null;
  private under: StepPipeline | null = null;

  constructor(
    private readonly shared: SharedClientModel,
    private readonly settings: LocalClientOptions,
  ) {
    this.name = settings.name;
    this.rows = settings.rows;
    this.clientState = Object.fromEntries(
      (shared.aggregator.implementation.local?.keeps ?? []).map((name) => [
        name,
        new Float64Array(shared.weights.length),
      ]),
    );
  }

  async train(order: RoundInstruction, signal?: AbortSignal): Promise<RoundAnswer> {
    const begun = performance.now();
    const { session, weights, moments, aggregator, smaller } = this.shared;
    const { local } = aggregator.implementation;
    if (local) await this.bend(local, order);
    await session.reset(moments);
    await weights.scatter(order.weights);
    await this.shared.personal?.heads.into(this.settings.number);
    const took = await this.steps(order, signal);
    const after = await weights.gather();
    await this.shared.personal?.heads.from(this.settings.number);
    const delta = Float32Array.from(after, (weight, i) => weight - mustExist(order.weights[i], "a weight"));
    const report = local && (await this.stateReport(local, order, { delta, steps: took.steps }));
    // Rounded to the precision of the checkpoint, so that a resumed run has the same state.
    if (report)
      this.clientState = Object.fromEntries(
        Object.entries(report.saved).map(([name, one]) => [name, one.map(Math.fround)]),
      );
    const given = report?.given ?? {};
    const { privacy } = this.shared;
    const context = { client: this.settings.number, round: order.round };
    // The residual of a private update would reveal more than the update: it is discarded.
    const packed = smaller(privacy ? privacy.cut(delta) : delta, privacy ? null : this.left, context);
    this.left = privacy ? null : packed.left;
    return {
      rows: this.rows,
      steps: took.steps,
      loss: took.loss,
      tokens: took.tokens,
      given,
      // The quantized update may have a larger norm than the clipped one.
      delta: privacy ? privacy.cut(packed.opened) : packed.opened,
      ...(packed.sent && { packed: packed.sent }),
      bytes: packed.bytes + 4 * Object.values(given).reduce((sum, one) => sum + one.length, 0),
      seconds: (performance.now() - begun) / 1000,
    };
  }

  async stop(): Promise<void> {
    await this.under?.stop(0);
  }

  get state(): Readonly<Record<string, Float32Array | Float64Array>> {
    const head = this.shared.personal?.heads.trained(this.settings.number);
    return { ...this.clientState, ...(this.left && { [LEFT]: this.left }), ...(head && { [HEAD_KEY]: head }) };
  }

  takeUp(state: Readonly<Record<string, Float32Array | Float64Array>>): void {
    const { [LEFT]: left, [HEAD_KEY]: head, ...saved } = state;
    this.shared.personal?.heads.takeUp(this.settings.number, head ?? null);
    this.left = left ? Float32Array.from(left) : null;
    this.clientState = Object.fromEntries(
      Object.keys(this.clientState).map((name) => [name, Float64Array.from(saved[name] ?? [])]),
    );
  }

  private async bend(local: ClientSideAlgorithm, { weights, sent }: RoundInstruction): Promise<void> {
    const { aggregator, states } = this.shared;
    const statesByPrefix = local.initialStates(aggregator.call, { weights, sent, saved: this.clientState });
    for (const [prefix, vector] of Object.entries(statesByPrefix))
      await states(prefix).scatter(Float32Array.from(vector));
    const { personal } = this.shared;
    if (!personal) return;
    // A head has no transmitted or saved vectors: its proximal reference is itself, and it gets no correction.
    const head = personal.heads.headOf(this.settings.number);
    const none = (names: readonly string[]): RoundStateVectors =>
      Object.fromEntries(names.map((name) => [name, new Float64Array(head.length)]));
    const headStates = local.initialStates(aggregator.call, {
      weights: head,
      sent: none(local.sent),
      saved: none(local.keeps),
    });
    for (const [prefix, vector] of Object.entries(headStates))
      await personal.states(prefix).scatter(Float32Array.from(vector));
  }

  /** State to save and to send in addition to the update, from the states of its steps. */
  private async stateReport(
    local: ClientSideAlgorithm,
    { sent }: RoundInstruction,
    update: { readonly delta: Float32Array; readonly steps: number },
  ): Promise<ReturnType<ClientSideAlgorithm["after"]>> {
    const { aggregator, states } = this.shared;
    const stand = await Promise.all(
      // Reads the states only if something is saved or sent.
      (local.keeps.length + local.sent.length > 0 ? local.strategy.states : []).map(
        async (prefix) => [prefix, Float64Array.from(await states(prefix).gather())] as const,
      ),
    );
    return local.after(aggregator.call, {
      ...update,
      states: Object.fromEntries(stand),
      sent,
      saved: this.clientState,
    });
  }

  private async steps(
    { round, rounds }: RoundInstruction,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly steps: number; readonly loss: number; readonly tokens: number }> {
    const { plan, session, schedule } = this.shared;
    const { loader } = this.settings;
    const { training } = plan.recipe;
    const total = totalSteps(plan, loader);
    const before = (round - 1) * total;
    const most = Number(training.optimizer.arguments["learning_rate"]);
    const rate = (step: number): number => most * schedule.factor(training.schedule, before + step, rounds * total);
    const { privately } = this.settings;
    const options: StepPipelineOptions = privately
      ? privateStepOptions(session, { update: (step) => privately.update(before + step) }, rate)
      : { session, accumulate: training.accumulate, rate, update: (step) => loader.update(before + step) };
    const pipeline = new StepPipeline(options, 0);
    this.under = pipeline;
    const sums = { loss: 0, counts: 0, tokens: 0 };
    for (let step = 1; step <= total; step++) {
      signal?.throwIfAborted();
      const done = mustExist(await pipeline.next(total), "a step of a client");
      // The last batch of an epoch may be smaller: the mean is over rows, not over batches.
      const counts = done.counts ?? 1;
      sums.loss += done.loss * counts;
      sums.counts += counts;
      sums.tokens += done.tokens;
    }
    this.under = null;
    return { steps: total, loss: sums.counts > 0 ? sums.loss / sums.counts : 0, tokens: sums.tokens };
  }
}

/** Name of the saved compression residual. */
const LEFT = "left";
