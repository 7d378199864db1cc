/**
 * One training in a page: the notebook's own parts (rows, programs, loop, scores, the adapter's file) over the page's files and
 * the page's engine. What it keeps it keeps in memory: it is interrupted and goes on as long as the page is open.
 */
import { must } from "#dsl/diagnostics/must.js";
import { greaterIsBetter, keepsBest, watchedIn } from "#dsl/plan/watched.js";
import type { Action, Plan } from "#dsl/plan/plan.js";
import { ADAPTER } from "#kernel/artifacts/adapter-folder.js";
import type { RunFolder } from "#kernel/artifacts/run-folder.js";
import type { RunLock } from "#kernel/artifacts/run-lock.js";
import { folded, standardise } from "#kernel/artifacts/standardised.js";
import { loadTokenizer, type Tokenizer } from "#kernel/bases/tokenizer.js";
import type { Base } from "#kernel/core/bases/base.js";
import type { HostContext } from "#kernel/core/session/host-context.js";
import type { RunEvent } from "#kernel/core/session/events.js";
import type { Engine } from "#kernel/engine/engine.js";
import { askerOf } from "#kernel/inference/asker.js";
import { askRows } from "#kernel/inference/score.js";
import { openModel, type OpenModel } from "#kernel/session/models/open-model.js";
import { takeHead } from "#kernel/session/models/own-head.js";
import type { Predicted } from "#kernel/session/models/model-handle.js";
import { exactFit } from "#kernel/session/trainings/exact.js";
import { LiveTraining, titleOf, type Screen } from "#kernel/session/trainings/live.js";
import { materialOf, type Material } from "#kernel/session/trainings/material.js";
import { validatingOn } from "#kernel/session/trainings/validating.js";
import { train, type Trained } from "#kernel/training/train.js";
import { metricName } from "#stdlib/lib/metrics/metric-name.js";
import { registry } from "#stdlib/registry.js";
import type { World } from "../world/world.js";
import { forgetAll, newest } from "./instead/checkpoints.js";
import { written } from "./instead/safetensors.js";

type Train = Extract<Action, { readonly verb: "train" }>;

export interface Given {
  readonly engine: Engine;
  readonly world: World;
  readonly action: Train;
  readonly base: Base;
  readonly screen: Screen;
}

/** A file that is saved. */
export interface Saved {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Open from the first step until another training begins. */
export class PageRun {
  readonly events: RunEvent[] = [];
  private readonly live: LiveTraining;
  private last: Trained | null = null;
  private aborter = new AbortController();

  private constructor(
    private readonly given: Given,
    readonly material: Material,
    readonly open: OpenModel,
    private readonly context: HostContext,
  ) {
    this.live = new LiveTraining(given.screen, "training", titleOf(given.action.plan), given.action.plan);
  }

  static async begin(given: Given): Promise<PageRun> {
    const { engine, world, base } = given;
    const { plan, name } = given.action;
    const context: HostContext = { folder: ".", parameters: {}, live: () => undefined, typescript: () => [] };
    const tokenizer: Tokenizer = await loadTokenizer(base.folder);
    const weights = { parts: () => Promise.resolve({ base, tokenizer }) };
    const datasets = {
      data: (data: Plan["recipe"]["data"], reader: Parameters<World["prepared"]>[1]) => world.prepared(data, reader),
    };
    const room = { weights, datasets } as unknown as Parameters<typeof materialOf>[0];
    const material = await materialOf(room, { plan, name }, { hostContext: context });
    const open = await openModel(engine, plan, base, material.labels, ".");
    await takeHead(open.session, plan.recipe.model, base, material.labels);
    const { standardised } = open;
    const standard = material.rows.taught?.standard;
    if (standardised && standard) await standardise(open.session, standardised, standard, standardised.knows);
    return new PageRun(given, material, open, context);
  }

  get plan(): Plan {
    return this.given.action.plan;
  }
  get name(): string {
    return this.given.action.name;
  }
  get labels(): readonly string[] {
    return this.material.labels;
  }

  /** Trains until it is done, or interrupted: it goes on then where it was. */
  async train(): Promise<Trained["reason"]> {
    const { plan, material, open } = this;
    this.aborter = new AbortController();
    const watched = watchedIn(registry, plan.recipe.training);
    if (this.last) this.live.behind(this.events);
    const { signal } = this.aborter;
    const stage = { hostContext: this.context, signal } as unknown as Parameters<typeof exactFit>[2];
    const exact = await exactFit(plan, { ...material, session: open.session }, stage);
    const trained = await train({
      ...{ plan, session: open.session, saved: open.saved, exact, signal },
      ...{ loader: material.loader, schedule: material.schedule, stopping: material.stopping },
      ...{ run: NOWHERE, lock: OPEN, watchedRows: null, damaged: [] },
      validate: await validatingOn({ registry, plan, watched }, material, open),
      watched: { name: metricName(watched, registry), greaterIsBetter: greaterIsBetter(registry, watched) },
      engine: this.given.engine.info.title,
      resume: this.last?.last ?? null,
      onValidating: (done, of) => this.live.validating(done, of),
      on: (event) => {
        this.events.push(event);
        this.live.on(event);
      },
    });
    await trained.settled;
    // Steps that ended after it replied are in the newest checkpoint, and so is what the engine has.
    this.last = { ...trained, last: newest() ?? trained.last };
    if (trained.reason !== "interrupted" && keepsBest(plan.recipe.training)) await this.takeBest(trained);
    this.live.draw();
    return trained.reason;
  }

  interrupt(): void {
    this.aborter.abort();
  }

  /** Of texts, in the task's words; `said`: logits. */
  async predict(
    texts: readonly string[],
  ): Promise<{ readonly predictions: readonly Predicted[]; readonly said: readonly Float32Array[] }> {
    const { plan, labels, open } = this;
    const asker = await askerOf({ plan, labels, base: this.given.base, tokenizer: this.material.tokenizer }, this.name);
    const read = await asker.read(texts);
    const o = { batchSize: plan.recipe.training.batch_size, padId: asker.padId };
    const said = await askRows(open.session, read.rows, asker.answers, o);
    return { predictions: await read.answer(said), said };
  }

  /** PEFT's two files. */
  async saved(): Promise<readonly Saved[]> {
    const { names, config, standardised } = must(this.open.adapter, "what was trained beside the base");
    const file = `adapter/${ADAPTER.weights}`;
    await folded(this.open.session, standardised, () =>
      this.open.session.save(file, Object.keys(names), { format: "pt" }, names),
    );
    return [
      { name: ADAPTER.weights, bytes: must(written.get(file), "the adapter's weights") },
      { name: ADAPTER.config, bytes: new TextEncoder().encode(`${JSON.stringify(config, null, 2)}\n`) },
    ];
  }

  async close(): Promise<void> {
    this.interrupt();
    forgetAll();
    await this.open.dispose();
  }

  private async takeBest({ best, steps }: Trained): Promise<void> {
    if (best && best.position.step < steps) await this.open.session.load(best.file);
  }
}

/** What a run's folder is elsewhere: events are in memory, and nothing is written. */
const NOWHERE = {
  ...{ id: "page", path: "page", checkpoints: "checkpoints" },
  append: () => undefined,
  sync: () => undefined,
  everything: () => [],
} as unknown as RunFolder;
const OPEN = { demand: () => undefined } as unknown as RunLock;
