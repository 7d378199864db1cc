/**
 * The session's models: what is defined, what is trained, what they are asked and what is saved of them. Those that are not
 * open in the engine come back from their checkpoints when asked.
 */
import canonicalize from "canonicalize";
import { resolve } from "node:path";
import { CodedError } from "#dsl/diagnostics/codes.js";
import { servesUntrained, writesText } from "#dsl/plan/batches.js";
import type { Plan, Writing } from "#dsl/plan/plan.js";
import { readerOf, type DataPlan, type ModelPlan } from "#dsl/types/subject.js";
import { registry } from "#stdlib/registry.js";
import type { Base } from "../../core/bases/base.js";
import { openBase } from "../../bases/open.js";
import { LEARNT } from "../../artifacts/learnt.js";
import { demandFree, filesOf, writeModelFolder } from "../../artifacts/model-folder.js";
import { staged } from "../../artifacts/staged.js";
import { RunFolder } from "../../artifacts/run-folder.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import { EngineRoom } from "../engines/engine-room.js";
import type { Asked } from "../../encoding/encoded.js";
import type { Prompt } from "../../inference/prompts.js";
import type { Piece } from "../../inference/continue-texts.js";
import { writeTexts } from "../../inference/write.js";
import { loadedWeights } from "./loaded.js";
import { ModelHandle, recipeHashOf, type Predicted, type Weights, typeOf } from "./model-handle.js";
import { type Merged, writeMerged } from "../../artifacts/merged.js";
import { type Saved, writeSaved } from "./saved.js";
import type { SaveOptions } from "./save-options.js";
import { demandOwn, tellLearnt, writable } from "./saved-over.js";
import {
  openModel,
  openPrompted,
  openUntrained,
  storeOf,
  trainedBody,
  type OpenModel,
  type OpensModel,
} from "./open-model.js";
import { typesOf, type Reading } from "../../core/session/token-types.js";
import { readsContexts } from "../../inference/questions.js";
import { does } from "../../core/session/words.js";
import { plainHostContext, type HostContext } from "../../core/session/host-context.js";
import type { TuneSession } from "../tune-session.js";
import { OpenModels } from "./open-models.js";
import type { Opened } from "./opened.js";
import type { Fitted } from "#stdlib/kinds/calibration.js";
import type { PromptedBase } from "#stdlib/lib/prompting/base.js";
import { promptedBase } from "../../inference/prompted/prompted-base.js";
import { openBaseOf, promptedPlan } from "../prompted.js";
import { answersOf, type Asking } from "../../inference/texts-asked.js";
import { WHY, whyOf } from "../../inference/why.js";
import { withoutWords } from "../../inference/left-out.js";
import type { WhyRow } from "../../core/display/scores/why.js";
import type { Session } from "../../engine/engine.js";
import "#stdlib/lib/prompting/codes.js";
import "../../artifacts/codes.js";

/** Of a question about texts that stand in no data. */
const NO_DATA: DataPlan = {
  name: "",
  source: {},
  folder: ".",
  columns: {},
  clean: [],
  split: null,
  labels: null,
  sample: null,
  seed: 0,
};
const PAIRS: DataPlan = { ...NO_DATA, columns: { text: "text", text_pair: "text_pair" } };

/** A model that is open in the engine, and what its rows are read by. */
export interface Askable extends Omit<Asking, "session"> {
  /** Tokens of a packed row; null: one text a row. */
  readonly packed: number | null;
  readonly open: OpenModel;
}

export class ModelRoom {
  private readonly handles = new Map<string, ModelHandle>();
  /** Key: run folder of the weights. */
  private readonly open = new OpenModels();
  /** Folder of trained models that are bases → the checkpoint that was written there. */
  private readonly written = new Map<string, { readonly file: string; readonly base: Base }>();
  /** Those of other sessions, by their recipes. */
  private readonly lent = new Map<string, Base>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly session: TuneSession) {}

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

  /** The weights of a model that was trained elsewhere, as a base: its files came by their hashes. */
  lend(recipeHash: string, base: Base): void {
    this.lent.set(recipeHash, base);
  }

  /** The base and tokenizer of a plan. */
  async parts(plan: Reading, s: HostContext): Promise<{ readonly base: Base; readonly tokenizer: Tokenizer }> {
    return this.partsOf(plan.recipe.model, s);
  }

  private async partsOf(
    model: ModelPlan,
    s: HostContext,
  ): Promise<{ readonly base: Base; readonly tokenizer: Tokenizer }> {
    const base = model.trained
      ? await this.trainedBase(model, s)
      : await this.session.datasets.base(readerOf(model), s);
    // Its tokenizer is trained on data that may have changed since the weights were.
    if (model.scratch && model.baseHash !== null && base.hash !== model.baseHash)
      throw new CodedError("changed-since-trained", { model: model.name });
    return { base, tokenizer: await this.session.datasets.tokenizer(base) };
  }

  /** The weights of a model trained here, as a folder that is a base; written where that was not done for them yet. */
  private async trainedBase({ base: name, trained, name: of }: ModelPlan, s: HostContext): Promise<Base> {
    const lent = trained && this.lent.get(trained.recipeHash);
    if (lent) return lent;
    const { weights } = this.get(name);
    if (!weights?.complete) throw new CodedError("not-trained", { model: name });
    const folder = RunFolder.open(weights.folder).model;
    if (recipeHashOf(weights) !== trained?.recipeHash) throw new CodedError("changed-since-trained", { model: of });
    const known = this.written.get(folder);
    if (known?.file === weights.checkpoint.file) return known.base;
    const { open } = await this.ready(this.get(name), s);
    if (open.whole) await writeModelFolder(folder, open.session, open.whole);
    else await merged(folder, await this.opened(this.get(name), s), { replace: true });
    const base = await openBase(folder, "folder", registry);
    this.written.set(folder, { file: weights.checkpoint.file, base });
    return base;
  }

  /**
   * Opens a model fresh from its base for training; what was open for that folder before is closed. `opens`: its programs
   * are another's affair, and so is how long they stay.
   */
  async fresh(
    folder: string,
    plan: Plan,
    base: Base,
    labels: readonly string[],
    home: string,
    opens?: OpensModel,
  ): Promise<OpenModel> {
    const engine = await this.session.engines.engine(EngineRoom.work(plan));
    if (opens) return this.open.lend(folder, engine, await openModel(engine, plan, base, labels, home, opens));
    const store = await storeOf(plan.recipe.model, base);
    return (await this.open.add(folder, engine, store, () => openModel(engine, plan, base, labels, home))).model;
  }

  /** After training: which checkpoint the open model holds now. */
  holds(folder: string, file: string): void {
    this.open.holds(folder, file);
  }

  forget(folder: string): Promise<void> {
    return this.open.forget(folder);
  }

  /** The weights of a model and an open session that holds them, reopened from the checkpoint where needed. */
  async ready(
    handle: ModelHandle,
    s: HostContext,
  ): Promise<{ readonly weights: Weights; readonly open: OpenModel; readonly tokenizer: Tokenizer }> {
    await handle.weights?.settled;
    const { weights } = handle;
    if (!weights?.complete && handle.apart) throw new CodedError("trains-apart", { name: handle.name });
    if (!weights?.complete) throw new CodedError("not-trained", { model: handle.name });
    const { base, tokenizer } = await this.parts(weights.plan, s);
    const engine = await this.session.engines.engine(EngineRoom.work(weights.plan, true));
    const { folder, checkpoint } = weights;
    const open =
      this.open.of(folder, engine) ??
      (await this.open.add(folder, engine, await storeOf(weights.plan.recipe.model, base), () =>
        openModel(engine, weights.plan, base, weights.labels, s.folder),
      ));
    if (open.file !== checkpoint.file) await open.model.session.load(checkpoint.file);
    open.file = checkpoint.file;
    this.open.used(folder, open);
    return { weights, open: open.model, tokenizer };
  }

  /** A model to ask about rows of those data: the trained one, or its base as it is where that does the task. */
  async askable(handle: ModelHandle, data: DataPlan, s: HostContext): Promise<Askable> {
    const labels = handle.weights || handle.begun ? undefined : await this.labelsUntrained(handle.plan, s);
    if (labels === undefined) {
      const { weights, open, tokenizer } = await this.ready(handle, s);
      const { plan } = weights;
      const { base } = await this.parts(plan, s);
      const packed = plan.recipe.training.packing ? plan.recipe.model.max_length : null;
      return { plan, labels: weights.labels, packed, open, base, tokenizer };
    }
    const { base, tokenizer } = await this.partsOf(handle.plan, s);
    const open = await this.untrained(handle, base, s, { labels, data });
    return { plan: { recipe: { model: handle.plan, data } }, labels, packed: null, open, base, tokenizer };
  }

  /** Labels of a model that nobody trained: those of its base's own head; undefined: it can't be asked. */
  private async labelsUntrained(plan: ModelPlan, s: HostContext): Promise<readonly string[] | undefined> {
    if (plan.scratch || plan.trained) return undefined;
    if (servesUntrained(registry, plan.task) || writesText(registry, plan.task)) return [];
    const { facts } = await this.session.datasets.base(readerOf(plan), s);
    return facts.heads?.[plan.task.word];
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
      const { open, base, tokenizer } = await this.writer(handle, s);
      const decoder = { call: o.decode, implementation: await does(o.decode, "decoder") };
      const writer = { model: planOf(handle), base, tokenizer, session: open.session };
      yield* writeTexts(writer, prompts, { ...o, decoder }, signal);
    } finally {
      done();
    }
  }

  /** An open model that can write: the trained one, or its base where it never was trained. */
  private async writer(handle: ModelHandle, s: HostContext) {
    await handle.weights?.settled;
    const { base, tokenizer } = await this.partsOf(planOf(handle), s);
    const open = handle.weights ? (await this.ready(handle, s)).open : await this.untrained(handle, base, s);
    if (open.mute !== null) throw new CodedError("no-generation", { model: handle.name, why: open.mute });
    return { open, base, tokenizer };
  }

  private async untrained(
    handle: ModelHandle,
    base: Base,
    s: HostContext,
    { labels, data }: { readonly labels: readonly string[]; readonly data: DataPlan } = { labels: [], data: NO_DATA },
  ): Promise<OpenModel> {
    const engine = await this.session.engines.engine();
    const types = await typesOf({ recipe: { model: handle.plan, data } }, base);
    const roles = Object.keys(data.columns);
    const key = `untrained ${canonicalize({ ...handle.plan, name: "", types, roles }) ?? ""}`;
    const open = (): Promise<OpenModel> =>
      openUntrained(engine, handle.plan, base, { home: s.folder, labels: labels.length, types, roles });
    return (this.open.of(key, engine) ?? (await this.open.add(key, engine, base.hash, open))).model;
  }

  /** A base that no name of the notebook stands for, to ask by prompts; `folder`: where a path starts. Coded error `no-prompting`. */
  async prompted(
    name: string,
    s: HostContext,
    o: { readonly writes: boolean; readonly folder?: string },
  ): Promise<PromptedBase> {
    const plan = promptedPlan(name, o.folder ?? ".");
    const base = await this.session.datasets.base(readerOf(plan), s);
    const shape = registry.find("model", base.facts.family)?.capabilities?.shape;
    if (shape !== "decoder")
      throw new CodedError("no-prompting", { base: name, why: `it is an ${shape ?? "other model"}` });
    const tokenizer = await this.session.datasets.tokenizer(base);
    const engine = await this.session.engines.engine();
    const key = `prompted ${base.hash} ${String(o.writes)}`;
    const open = (): Promise<OpenModel> => openPrompted(engine, plan, base, { home: s.folder, writes: o.writes });
    const { model } = this.open.of(key, engine) ?? (await this.open.add(key, engine, base.hash, open));
    if (model.mute !== null) throw new CodedError("no-prompting", { base: name, why: model.mute });
    return promptedBase(await openBaseOf(plan, base, tokenizer, model.session));
  }

  /** A turn in the queue of predictions; `done` must be called. */
  private wait(): { readonly turn: Promise<unknown>; readonly done: () => void } {
    const turn = this.queue;
    let done = (): void => undefined;
    this.queue = new Promise<void>((resolve) => (done = resolve));
    return { turn, done: () => done() };
  }

  /** Writes a trained model as a plain folder; see merged.ts. */
  merge(
    handle: ModelHandle,
    folder: string,
    o: SaveOptions = {},
    s: HostContext = plainHostContext(this.session.options.folder),
  ): Promise<Merged> {
    return this.inTurn(handle, s, (opened) => writable(resolve(s.folder, folder), (to) => merged(to, opened, o)));
  }

  /** Writes what was trained as a folder with its card; see saved.ts. */
  save(
    handle: ModelHandle,
    folder: string,
    o: SaveOptions = {},
    s: HostContext = plainHostContext(this.session.options.folder),
  ): Promise<Saved> {
    return this.inTurn(handle, s, (opened) => writable(resolve(s.folder, folder), (to) => writeSaved(to, opened, o)));
  }

  /** Work on a trained model that no other question may disturb. */
  inTurn<T>(handle: ModelHandle, s: HostContext, does: (o: Opened) => Promise<T>): Promise<T> {
    const work = this.queue.then(async () => does(await this.opened(handle, s)));
    this.queue = work.catch(() => undefined);
    return work;
  }

  /** A trained model and what its programs are built from. */
  private async opened(handle: ModelHandle, s: HostContext): Promise<Opened> {
    const { weights, open, tokenizer } = await this.ready(handle, s);
    const { base } = await this.parts(weights.plan, s);
    const engine = await this.session.engines.engine(EngineRoom.work(weights.plan, true));
    const body = await trainedBody(weights.plan, base, weights.labels, s.folder);
    return { engine, open, weights, base, body, tokenizer };
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
      const asked = await this.askable(handle, inPairs ? PAIRS : NO_DATA, s);
      return does({ ...asked, session: asked.open.session, fitted: handle.fitted });
    });
    this.queue = work.catch(() => undefined);
    return work;
  }

  close(): Promise<void> {
    return this.open.close();
  }
}

/** What a model is: as it was trained, or as it is defined. */
function planOf(handle: ModelHandle): ModelPlan {
  return handle.weights?.plan.recipe.model ?? handle.plan;
}

/** What a definition says of a model: what the tokenizer of a model from scratch is trained on comes with its training. */
function told(plan: ModelPlan): ModelPlan {
  return plan.scratch ? { ...plan, baseHash: null, scratch: { ...plan.scratch, data: null } } : plan;
}

async function merged(
  folder: string,
  { open, weights, ...o }: Parameters<typeof writeSaved>[1],
  options: SaveOptions = {},
): Promise<Merged> {
  const { plan, labels } = weights;
  demandOwn(folder, weights, options);
  demandFree(folder, filesOf(o.base));
  const write = async (work: string): Promise<Merged> => {
    const made = await writeMerged(work, { ...o, session: open.session, plan, labels });
    await tellLearnt(work, weights);
    return { ...made, folder };
  };
  return staged(folder, write, [LEARNT]);
}
