/** The session's models: what is defined, what is trained, what they are asked and what is saved of them. */
import canonicalize from "canonicalize";
import { resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Writing } from "#dsl/compiler/plan/action.js";
import type { Recipe } from "#dsl/compiler/plan/recipe.js";
import { readerOf, type DataPlan, type ModelPlan } from "#dsl/language/types/subject.js";
import type { Asked } from "../data/encoding/encoded.js";
import type { Prompt } from "../inference/prompts.js";
import type { Piece } from "../inference/continue-texts.js";
import { writeTexts } from "../inference/write.js";
import { loadedWeights } from "../models/loaded-run.js";
import { ModelHandle, typeOf } from "../models/model-handle.js";
import { recipeHashOf } from "../runs/weights.js";
import { type Predicted } from "../inference/prediction.js";
import type { Merged } from "../runs/folders/merged.js";
import { type Saved, writeSaved } from "../models/saved-model.js";
import type { SaveOptions } from "../models/save-options.js";
import { landscapeIn, type LandscapeRows } from "../models/landscape.js";
import type { LandscapeOptions } from "../models/landscape-options.js";
import { landscapeOf, type Landscape } from "../display/landscape.js";
import { writable } from "../models/save-replace.js";
import { placeFor } from "./verifying.js";
import { readsContexts } from "../inference/questions.js";
import { does } from "../host/load-implementation.js";
import { plainHostContext, type HostContext } from "../host/host-context.js";
import type { DatasetCache } from "./answers/dataset-cache.js";
import type { NameSink, SessionOptions } from "./execution-context.js";
import type { Opened } from "../models/opened-run.js";
import type { Fitted } from "#stdlib/calibrations/kind.js";
import { answersOf } from "../inference/input-texts.js";
import { WHY, whyOf } from "../inference/why.js";
import { withoutWords } from "../inference/occlusion.js";
import type { WhyRow } from "../display/scores/why.js";
import type { Session } from "../engines/engine.js";
import { NO_DATA, PAIRS, planOf, type Askable, type WeightRoom } from "./model-cache.js";
import { mergedFolder } from "../models/merged-folder.js";

/** What it needs of the session whose models they are. */
export interface RoomSession {
  readonly options: Pick<SessionOptions, "folder" | "verifying">;
  readonly names: NameSink;
  readonly data: ReadonlyMap<string, DataPlan>;
  readonly datasets: DatasetCache;
  readonly weights: WeightRoom;
}

export class ModelRoom {
  private readonly handles = new Map<string, ModelHandle>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly session: RoomSession) {}

  /** Defines or redefines a model: the same definition keeps its weights, a changed one drops them. */
  define(plan: ModelPlan, as = plan.name): ModelHandle {
    const known = this.handles.get(as);
    if (known && canonicalize(told(known.plan)) === canonicalize(told(plan))) return known;
    const handle = this.unnamed(plan, as);
    this.handles.set(as, handle);
    // A sweep's best trial is no name of TypeScript's.
    if (!as.includes(".")) this.session.names.define(as, handle, typeOf(plan));
    return handle;
  }

  /** Defines a model that has the weights of a run from before. */
  load(plan: ModelPlan, run: string): ModelHandle {
    const handle = this.define(plan);
    handle.weights ??= loadedWeights(run);
    return handle;
  }

  /** A handle that no name leads to: a trial of a sweep. */
  unnamed(plan: ModelPlan, title: string): ModelHandle {
    return new ModelHandle(title, plan, {
      answer: (model, texts) => this.predict(model, texts),
      write: (model, prompts, writing) => this.write(model, prompts, { ...writing, batch_size: 8 }),
      merge: (model, folder, o) => this.merge(model, folder, o),
      save: (model, folder, o) => this.save(model, folder, o),
      landscape: (model, others, o) => this.landscape(model, others, o),
    });
  }

  get(name: string): ModelHandle {
    const handle = this.handles.get(name);
    if (!handle) throw new CodedError("not-trained", { model: name });
    return handle;
  }

  trained(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.handles].flatMap(([name, h]) => (h.weights?.complete ? [[name, recipeHashOf(h.weights)]] : [])),
    );
  }

  /** The recipes of these weights. */
  recipes(): Readonly<Record<string, Recipe>> {
    return Object.fromEntries(
      [...this.handles].flatMap(([name, { weights }]) =>
        weights?.complete ? [[name, weights.plan.recipe] as const] : [],
      ),
    );
  }

  /** Names that stand for weights: the folder of their run, and what tells them. */
  weighed(): Readonly<Record<string, { readonly run: string; readonly recipeHash: string }>> {
    return Object.fromEntries(
      [...this.handles].flatMap(([name, { weights }]) =>
        weights?.complete ? [[name, { run: weights.folder, recipeHash: recipeHashOf(weights) }]] : [],
      ),
    );
  }
  /** Gives a name the weights that it had in another session. */
  restore(name: string, run: string, recipeHash: string): void {
    const weights = loadedWeights(run);
    this.define(weights.plan.recipe.model, name).weights = { ...weights, recipeHash };
  }

  /** Writes texts on, piece by piece; the model holds still for others until the last piece, or until nobody asks for more. */
  async *write(
    handle: ModelHandle,
    prompts: readonly Prompt[],
    o: Writing & { readonly batch_size: number },
    s: HostContext = plainHostContext(this.session.options.folder),
    signal?: AbortSignal,
  ): AsyncGenerator<Piece, void, void> {
    const { done, turn } = this.wait();
    await turn;
    try {
      if (prompts.length === 0) return;
      const { open, base, tokenizer } = await this.session.weights.writer(handle, s);
      const decoder = { call: o.decode, implementation: await does(o.decode, "decoder") };
      const writer = { model: planOf(handle), base, tokenizer, session: open.session };
      yield* writeTexts(writer, prompts, { ...o, decoder }, signal);
    } finally {
      done();
    }
  }

  /** A turn in the queue of predictions; `done` must be called. */
  private wait(): { readonly turn: Promise<unknown>; readonly done: () => void } {
    const turn = this.queue;
    let done = (): void => undefined;
    this.queue = new Promise<void>((resolve) => (done = resolve));
    return { turn, done: () => done() };
  }

  /** Writes a trained model as a plain folder; see merged-folder.ts. */
  merge(
    handle: ModelHandle,
    folder: string,
    o: SaveOptions = {},
    s: HostContext = plainHostContext(this.session.options.folder),
  ): Promise<Merged> {
    return this.inTurn(handle, s, (opened) =>
      writable(placeFor(this.session, resolve(s.folder, folder)), (to) => mergedFolder(to, opened, o)),
    );
  }

  /** Writes what was trained as a folder with its card; see saved.ts. */
  save(
    handle: ModelHandle,
    folder: string,
    o: SaveOptions = {},
    s: HostContext = plainHostContext(this.session.options.folder),
  ): Promise<Saved> {
    return this.inTurn(handle, s, (opened) =>
      writable(placeFor(this.session, resolve(s.folder, folder)), (to) => writeSaved(to, opened, o)),
    );
  }

  /** The loss around a model in weight space; see landscape.ts. Coded errors `not-trained`, `bad-option`, those of data. */
  async landscape(
    handle: ModelHandle,
    others: readonly ModelHandle[],
    o: Required<LandscapeOptions>,
    s: HostContext = plainHostContext(this.session.options.folder),
  ): Promise<Landscape> {
    for (const one of others) {
      await one.weights?.settled;
      if (!one.trained) throw new CodedError("not-trained", { model: one.name });
    }
    const rows = await Promise.all(o.on.map((on) => rowsNamed(this.session, on, handle, s)));
    return this.inTurn(handle, s, async (opened) => {
      try {
        return landscapeOf(await landscapeIn(opened, handle, others, rows, o));
      } finally {
        // Other weights are in the engine now: it is opened anew by whoever asks next.
        await this.session.weights.forget(opened.weights.folder);
      }
    });
  }

  /** Work on a trained model that no other question may disturb. */
  inTurn<T>(handle: ModelHandle, s: HostContext, does: (o: Opened) => Promise<T>): Promise<T> {
    const work = this.queue.then(async () => does(await this.session.weights.opened(handle, s)));
    this.queue = work.catch(() => undefined);
    return work;
  }

  /** One at a time: two predictions must not close each other's model. */
  predict(
    handle: ModelHandle,
    texts: readonly Asked[],
    s: HostContext = plainHostContext(this.session.options.folder),
  ): Promise<readonly Predicted[]> {
    return this.asking(handle, texts, s, async (asked) => (await answersOf(texts, asked, handle.name)).predictions);
  }

  /** Which words spoke for the answers to some texts, of tasks with logits of whole texts. */
  why(
    handle: ModelHandle,
    texts: readonly Asked[],
    o: { readonly how: "left_out" | "gradient"; readonly hostContext: HostContext; readonly signal?: AbortSignal },
  ): Promise<readonly WhyRow[]> {
    const { how, hostContext, signal } = o;
    return this.asking(handle, texts, hostContext, async (asked) => {
      const { session, open } = asked;
      if (how === "left_out") return withoutWords(texts, asked, handle.name, signal);
      if (!session.programs.includes(WHY)) await session.add({ [WHY]: open.why() }, []);
      return whyOf(texts, asked, await answersOf(texts, asked, handle.name), signal);
    });
  }

  private asking<T>(
    handle: ModelHandle,
    texts: readonly Asked[],
    s: HostContext,
    does: (asked: Askable & { readonly session: Session; readonly fitted: Fitted | null }) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const work = this.queue.then(async () => {
      if (texts.length === 0) return [];
      const inPairs = !readsContexts(handle.plan.task) && texts.every((text) => typeof text !== "string");
      const asked = await this.session.weights.askable(handle, inPairs ? PAIRS : NO_DATA, s);
      return does({ ...asked, session: asked.open.session, fitted: handle.fitted });
    });
    this.queue = work.catch(() => undefined);
    return work;
  }
}

/** `german.test`. Coded errors `bad-option`, those of data. */
async function rowsNamed(session: RoomSession, on: string, model: ModelHandle, s: HostContext): Promise<LandscapeRows> {
  const [name = "", split = ""] = on.split(".");
  const data = session.data.get(name);
  const bad = (wanted: string): never => {
    throw new CodedError("bad-option", { name: "on", got: JSON.stringify(on), wanted });
  };
  if (!data) return bad(`data of this notebook: ${[...session.data.keys()].join(", ")}`);
  const prepared = await session.datasets.data(data, readerOf(planOf(model)), s);
  if (!prepared.splits[split])
    return bad(
      `data and a split that is held in memory: ${Object.keys(prepared.splits)
        .map((one) => `\`${name}.${one}\``)
        .join(", ")}`,
    );
  return { on, data, prepared, split };
}

/** What a definition says of a model: what the tokenizer of a model from scratch is trained on comes with its training. */
function told(plan: ModelPlan): ModelPlan {
  return plan.scratch ? { ...plan, baseHash: null, scratch: { ...plan.scratch, data: null } } : plan;
}
