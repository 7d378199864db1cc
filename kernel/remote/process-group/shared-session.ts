/**
 * A session whose updates a process group shares, with the interface of a single training (`accumulate` for each part,
 * then `apply`) and this rank's rows. Before `apply` the gradients of all ranks are summed and replace the rank's own.
 * Each rank thus makes the same update of the same weights, clipped by the norm of the sum. If weights are averaged,
 * each rank updates with its own rows, and at intervals all continue from the mean.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { GRADIENT_SUM_PREFIX } from "#stdlib/programs/accumulate.js";
import type { DataLoader, TrainingUpdateBatch, TrainingUpdate } from "../../data/rows/loader.js";
import type { EngineSession } from "../../engines/engine.js";
import { readScalar, scalarF32 } from "../../engines/feeds.js";
import type { RankRowLogits } from "./root-rank.js";
import type { Rank } from "./rank.js";
import { StateVector, type StateShapes } from "./state-vector.js";

export interface SharedStateLayout {
  readonly trainable: readonly string[];
  /** All states that training changes, with shapes: parameters and optimizer states. */
  readonly saved: StateShapes;
  /** Whether weights are averaged, instead of gradients being summed at each update. */
  readonly averages: boolean;
}
export interface SharedUpdateResult {
  /** Time for reading, sending, summing and writing; and time in ms until the last rank reported. */
  readonly communicated: number;
  readonly waited: number;
  /** Logits of other ranks' rows; only the coordinator receives them. */
  readonly seen: readonly RankRowLogits[];
}
type Feeds = Readonly<Record<string, NDArray>>;
type Reply = Promise<Record<string, NDArray>>;

export class GroupSynchronizedSession implements Pick<EngineSession, "run"> {
  /** The last update: the next one starts after it. */
  private before: Promise<unknown> = Promise.resolve();
  private readonly gradients: StateVector;
  private readonly weights: StateVector;
  private readonly parts: Pick<TrainingUpdateBatch, "rows" | "counts">[] = [];
  private made = { loss: 0, counts: 0, seen: [] as RankRowLogits[], last: Promise.resolve() as Promise<unknown> };
  private learnt = 0;
  private readonly steps = new Map<number, SharedUpdateResult>();
  /** The last step after which all ranks have the same weights. */
  agreed: number;

  constructor(
    private readonly session: Pick<EngineSession, "run" | "read" | "write">,
    private readonly rank: Rank,
    private readonly shares: SharedStateLayout,
    done: number,
  ) {
    this.agreed = done;
    this.weights = new StateVector(session, shares.saved);
    const shapeOf = (name: string): readonly number[] => shares.saved.get(name) ?? [];
    this.gradients = new StateVector(
      session,
      new Map(shares.trainable.map((name) => [GRADIENT_SUM_PREFIX + name, shapeOf(name)])),
    );
  }

  /** Returns this rank's share of an update, and records its parts as they are created. */
  updates(loader: DataLoader): (step: number) => TrainingUpdate {
    const { rank, of: rankCount } = this.rank.rows ?? { rank: null, of: 1 };
    return (step) => {
      const update = loader.update(step, { rank, rankCount, apart: this.shares.averages });
      return {
        ...update,
        part: (index) => {
          const part = update.part(index);
          this.parts.push(part);
          return part;
        },
      };
    };
  }

  run(program: string, feeds: Feeds, wanted?: readonly string[]): Reply {
    if (program === "accumulate") return this.accumulate(feeds, wanted);
    const step = new Int32Array(mustExist(feeds["step"], "step").bytes.slice().buffer)[0]!;
    const { made } = this;
    this.made = { loss: 0, counts: 0, seen: [], last: Promise.resolve() };
    const applied = this.before.then(() =>
      this.shares.averages ? this.apart(step, feeds, made) : this.together(step, feeds, made),
    );
    this.before = applied;
    return applied;
  }

  /** Returns the shared data of a step; earlier steps are removed. */
  shared(step: number): SharedUpdateResult | undefined {
    for (const earlier of this.steps.keys()) if (earlier < step) this.steps.delete(earlier);
    return this.steps.get(step);
  }

  private accumulate(feeds: Feeds, wanted: readonly string[] | undefined): Reply {
    const part = this.parts.shift();
    const { made } = this;
    const reply = this.before.then(() => this.session.run("accumulate", feeds, wanted));
    const noted = reply.then(({ loss, ...rest }) => {
      made.loss += readScalar(loss);
      if (part?.rows && rest["logits"]) made.seen.push({ rows: part.rows, logits: rest["logits"].bytes });
      return rest;
    });
    made.counts += part?.counts ?? 0;
    made.last = noted;
    noted.catch(() => undefined); // also awaited before the update, and by the caller
    return noted;
  }

  /** Sums gradients, so that every rank makes the same update. */
  private async together(step: number, feeds: Feeds, made: GroupSynchronizedSession["made"]): Reply {
    await made.last;
    const begun = performance.now();
    const ownGradients = await this.gradients.gather();
    const metrics = { loss: made.loss, norm: 0, counts: made.counts };
    const { loss, sum, seen, waited, computed } = await this.rank.update(step, metrics, ownGradients, made.seen);
    const written = this.gradients.scatter(sum).then(() => performance.now());
    const [{ norm }, ended] = await Promise.all([this.session.run("apply", feeds, ["norm"]), written]);
    this.note(step, { communicated: (ended - begun - waited - computed) / 1000, waited: waited / 1000, seen });
    this.agreed = step;
    return { norm: mustExist(norm, "the norm of an update"), loss: scalarF32(loss) };
  }

  /** Makes an update with this rank's rows, and averages the weights when due. */
  private async apart(step: number, feeds: Feeds, made: GroupSynchronizedSession["made"]): Reply {
    await made.last;
    // A rank without rows skips the update.
    const ownNorm = made.counts > 0 ? readScalar((await this.session.run("apply", feeds, ["norm"]))["norm"]) : 0;
    this.learnt += made.counts;
    const begun = performance.now();
    const metrics = { loss: made.loss, norm: ownNorm, counts: made.counts };
    const { loss, norm, seen, waited, computed, averages } = await this.rank.update(step, metrics, null, made.seen);
    if (averages) {
      await this.weights.scatter(await this.rank.average(step, this.learnt, await this.weights.gather()));
      this.learnt = 0;
      this.agreed = step;
    }
    this.note(step, {
      communicated: (performance.now() - begun - waited - computed) / 1000,
      waited: waited / 1000,
      seen,
    });
    return { norm: scalarF32(norm), loss: scalarF32(loss) };
  }

  private note(step: number, shared: SharedUpdateResult): void {
    if (this.rank.rank === 0) this.steps.set(step, shared);
  }
}
