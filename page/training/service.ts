/**
 * The training worker: checks the program again with the page's files, opens its training, runs it and predicts with
 * it.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { CheckedProgram } from "#kernel/host/check-sources.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { knownBaseNames } from "../world/bases.js";
import { disk, fileNameOf } from "../world/disk.js";
import type { GivenFile, Machine, StartParams } from "../world/protocol.js";
import { PageWorld } from "../world/world.js";
import { checkProgram } from "../world/check.js";
import { putBaseFilesOnDisk, loadGivenBase } from "./base.js";
import { startTrainingOnDevice, type TrainingStartedOnDevice } from "./choice.js";
import { TrainingDevices } from "./devices.js";
import { failureOf, ProgramRefusal } from "./failure.js";
import { keptBaseBytes, forgetBase, forgetAllBases, keepBase, keptBases } from "./keep.js";
import {
  storedTrainingBytes,
  storedTrainingFiles,
  forgetAllStoredTrainings,
  forgetStoredTraining,
  TrainingKeeper,
  newestStoredTraining,
  storedTrainingState,
  type StoredTrainingState,
} from "./unfinished-trainings.js";
import type {
  DeviceChoice,
  GivenWeightsStatus,
  TrainingStorageStatus,
  StoredTraining,
  TrainingResult,
  TrainMethods,
  TrainReply,
} from "./protocol.js";
import { PageRun } from "./run.js";
import { savedModelFiles } from "./saved.js";
import { runProgramEvaluations, displayOutputHtml, predictForTexts } from "./scores.js";
import {
  demandFittingTensors,
  demandSafetensors,
  givenWeightsStatus,
  safetensorsHeaderOf,
  areWeightsInMemory,
  type GivenBaseWeights,
} from "./weights.js";
import { demandTrainable, findTraining, isHeadFittedExactly, type TrainAction } from "./trainable.js";

type Handlers = {
  readonly [M in keyof TrainMethods]: (params: TrainMethods[M]["params"]) => Promise<TrainMethods[M]["result"]>;
};

/** Memory of a tab's WebAssembly: its addresses have 32 bits, and browsers reliably provide half of that. */
const MOST = 2 * 2 ** 30;
/** Files of a base that are stored next to its weights. */
const OF_BASES = ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"];

export function trainingHandlers(tell: (reply: TrainReply) => void): Handlers {
  const room = new Room(tell);
  return {
    start: (params) => room.start(params),
    files: async ({ all }) => (room.files(all), null),
    weights: ({ path, file }) => room.weights(path, file),
    has: ({ code, name }) => room.has(code, name),
    forget: async ({ base }) => (await room.forget(base), null),
    stored: async () => (await keptBaseBytes()) + (await storedTrainingBytes()),
    forgetAll: async () => (await room.forgetAll(), null),
    filesLeft: ({ id }) => storedTrainingFiles(id),
    takeUp: ({ left, where }) => room.takeUp(left, where),
    forgetLeft: async ({ id }) => (await forgetStoredTraining(id), null),
    train: ({ code, name, where }) => room.train(code, name, where),
    goOn: () => room.goOn(),
    interrupt: async () => (room.interrupt(), null),
    predict: ({ texts }) => room.predict(texts),
    save: () => room.save(),
  };
}

class Room {
  private world: PageWorld;
  private tokenizers: StartParams["tokenizers"] = {};
  private devices = new TrainingDevices({ simd: "", threaded: "" });
  private given: readonly GivenFile[] = [];
  /**
   * Weights by folder name, which is usually the last part of a base's name; "" for a file without a folder. Later ones
   * come last.
   */
  private readonly givenWeights = new Map<string, GivenBaseWeights>();
  private begun: TrainingStartedOnDevice | null = null;
  private checked: CheckedProgram | null = null;
  /** The latest evaluation of the present model. */
  private scores: TrainingResult["evaluated"] = [];
  /** Settles when all given weights have been read. */
  private reading: Promise<unknown> = Promise.resolve();
  private keeper: TrainingKeeper | null = null;

  constructor(private readonly tell: (reply: TrainReply) => void) {
    this.world = worldOf({ memoryBytes: MOST, cores: 1 }, {});
  }

  async start({
    machine,
    tokenizers,
    engine,
  }: TrainMethods["start"]["params"]): Promise<TrainMethods["start"]["result"]> {
    this.world = worldOf(machine, tokenizers);
    this.tokenizers = tokenizers;
    this.devices = new TrainingDevices(engine);
    const bases = await keptBases();
    for (const [base, { weights, header }] of bases) this.givenWeights.set(base, { from: weights, header, why: null });
    return { files: [...bases.values()].flatMap(({ files }) => files), left: await newestStoredTraining() };
  }

  files(all: readonly GivenFile[]): void {
    this.given = all;
    disk.clear();
    for (const { path, text } of all) disk.put(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
  }

  async weights(path: string, file: Blob): Promise<GivenWeightsStatus> {
    demandSafetensors(path);
    const base = fileNameOf(path.split("/").slice(0, -1).join("/"));
    const read = Promise.all([file.arrayBuffer(), safetensorsHeaderOf(path, file)]);
    this.reading = read.catch(() => undefined);
    const [bytes, header] = await read;
    const weights = { from: new Uint8Array(bytes), header, why: null };
    this.givenWeights.delete(base);
    this.givenWeights.set(base, weights);
    return givenWeightsStatus(base, weights);
  }

  async has(code: string, name: string | null): Promise<TrainMethods["has"]["result"]> {
    const { actions } = await this.check(code);
    const action = actions.find((one) => one.verb === "train" && (name === null || one.name === name));
    if (action?.verb !== "train") return { base: null, held: null, wrong: null, published: null };
    const { base } = action.plan.recipe.model;
    const found = this.heldFor(base);
    const wrong = found && (await this.fits(action).then(() => null, failureOf));
    const published = knownBaseNames.find((one) => one.includes("/") && fileNameOf(one) === fileNameOf(base)) ?? null;
    return { base, held: found && givenWeightsStatus(base, found), wrong, published };
  }

  /** Checks that the present weights fit. Throws the coded errors `tensor-shape` and `missing-tensor`. */
  private async fits({ plan }: Pick<TrainAction, "plan">): Promise<void> {
    const { model } = plan.recipe;
    const found = this.heldFor(model.base);
    if (found)
      demandFittingTensors(
        "model.safetensors",
        found.header,
        (await this.world.base(dataReadingSettingsOf(model))).shapes,
      );
  }

  async forget(base: string): Promise<void> {
    await forgetBase(fileNameOf(base));
    this.givenWeights.delete(fileNameOf(base));
  }

  async forgetAll(): Promise<void> {
    await forgetAllBases();
    await forgetAllStoredTrainings(this.keeper?.id ?? null);
    for (const [base, weights] of this.givenWeights) if (!areWeightsInMemory(weights)) this.givenWeights.delete(base);
    if (this.keeper) this.tell({ kept: { why: "what was kept is deleted" } });
  }

  async train(code: string, name: string | null, where: DeviceChoice): Promise<TrainingResult> {
    const action = await this.open(code, name, where);
    const { recipe, planHash: plan } = action.plan;
    this.keeper = await TrainingKeeper.begun({ code, name: action.name, plan }, this.given, this.keeping);
    await this.keepHeld(fileNameOf(recipe.model.base));
    return this.goOn();
  }

  /** Continues a training that an earlier page left, with its program and files. */
  async takeUp({ id, code, name, plan, step }: StoredTraining, where: DeviceChoice): Promise<TrainingResult> {
    const [files, left] = await Promise.all([storedTrainingFiles(id), storedTrainingState(id)]);
    if (!files || !left) throw leftElse(step, "what was kept of it is gone");
    this.files(files);
    const demand = (action: TrainAction): void => {
      if (action.plan.planHash !== plan)
        throw leftElse(step, "its program and rows come to another plan in this version");
    };
    await this.open(code, name, where, { left, demand });
    this.keeper = await TrainingKeeper.taking(id, this.keeping);
    return this.goOn();
  }

  private async open(code: string, name: string | null, where: DeviceChoice, options?: TakenUp): Promise<TrainAction> {
    await this.reading;
    this.tell({ doing: "checking the program" });
    const checked = await this.check(code);
    const wrong = checked.diagnostics.find(({ severity }) => severity === "error");
    if (wrong) throw new ProgramRefusal(wrong.code, wrong.data);
    const action = findTraining(checked.actions, name);
    await demandTrainable(action);
    options?.demand(action);
    await this.fits(action);
    const { model } = action.plan.recipe;
    const facts = await this.world.base(dataReadingSettingsOf(model));
    this.tell({ doing: `reading ${model.base}` });
    const weights = this.heldFor(model.base)?.from;
    await putBaseFilesOnDisk(model.base, { config: facts.config, tokenizer: this.tokenizers[facts.hash], weights });
    const base = await loadGivenBase(model.base, facts);
    await this.close();
    const doing = (what: string): void => this.tell({ doing: what });
    doing("making tokens of the rows, and programs of the plan");
    const given = { world: this.world, action, base, left: options?.left ?? null };
    this.begun = await startTrainingOnDevice(
      (await isHeadFittedExactly(action)) ? "wasm" : where,
      this.devices,
      (engine) =>
        PageRun.begin({
          ...given,
          engine,
          screen: {
            display: (shown) => this.show(shown.id, displayOutputHtml(shown)),
            update: (shown) => this.show(shown.id, displayOutputHtml(shown)),
          },
        }),
      doing,
    );
    this.checked = checked;
    return action;
  }

  /** Closes the previous training to free its memory, once nothing can refuse the next one any more. */
  private async close(): Promise<void> {
    this.tell({ cleared: true });
    // After the loss of the GPU nothing is left to close.
    await this.begun?.run.close().catch(() => undefined);
    this.keeper?.release();
    this.begun = this.keeper = null;
  }

  async goOn(): Promise<TrainingResult> {
    const { run, device, why } = this.running();
    const ended = await run.train((state) => this.keeper?.keep(state));
    await this.keeper?.settled();
    const interrupted = ended === null;
    const steps = run.events.flatMap((event) => (event.kind === "step" ? [event] : []));
    const seconds = steps.map((step) => step.seconds);
    const scores = interrupted ? [] : await runProgramEvaluations(run, this.checked?.actions ?? [], this.world);
    this.scores = scores.map(({ on, scores: dataScores, shown }) => ({
      on,
      scores: dataScores,
      cards: shown.map(displayOutputHtml),
    }));
    return {
      ended,
      steps: steps.at(-1)?.step ?? 0,
      of: run.events.findLast((event) => event.kind === "started")?.steps ?? 0,
      seconds: seconds.reduce((sum, one) => sum + one, 0),
      stepSeconds: seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0,
      memoryBytes: await this.devices.memoryBytes(device),
      on: run.engine,
      why,
      saves: run.saves,
      evaluated: this.scores,
      losses: steps.map(({ loss }) => loss),
    };
  }

  interrupt(): void {
    this.begun?.run.interrupt();
  }

  async predict(texts: readonly string[]): Promise<TrainMethods["predict"]["result"]> {
    const { run } = this.running();
    return predictForTexts(run, texts);
  }

  async save(): Promise<TrainMethods["save"]["result"]> {
    const { name, plan, labels, open, material } = this.running().run;
    return savedModelFiles(open, material.tokenizer, { name, plan, labels, base: material.base, scores: this.scores });
  }

  private running(): TrainingStartedOnDevice {
    if (!this.begun) throw new CodedError("internal", { what: "nothing was trained in this page yet" });
    return this.begun;
  }

  private check(code: string): Promise<CheckedProgram> {
    return checkProgram(code, this.world);
  }

  /**
   * Returns the weights of this name, or the last ones given: a folder may have any name, and the wrong weights are
   * detected by their shapes.
   */
  private heldFor(base: string): GivenBaseWeights | null {
    return (
      this.givenWeights.get(fileNameOf(base)) ?? [...this.givenWeights.values()].findLast(areWeightsInMemory) ?? null
    );
  }

  /** Stores weights that a training was opened with. */
  private async keepHeld(base: string): Promise<void> {
    const found = this.heldFor(base);
    if (!found || !areWeightsInMemory(found)) return;
    const beside = OF_BASES.flatMap((name) => {
      const file = disk.inFolder(base, name);
      return file ? [[name, file.bytes] as const] : [];
    });
    const outcome = await keepBase(base, found.from as Uint8Array<ArrayBuffer>, beside);
    this.givenWeights.set(base, {
      ...found,
      ...(typeof outcome === "string" ? { why: outcome } : { from: outcome, why: null }),
    });
  }

  private readonly keeping = (status: TrainingStorageStatus): void => this.tell({ kept: status });
  private show(id: string | undefined, html: string): void {
    if (id !== undefined) this.tell({ show: id, html });
  }
}

interface TakenUp {
  readonly left: StoredTrainingState;
  /** Throws if it is another training. */
  demand(action: TrainAction): void;
}
function leftElse(step: number, why: string): CodedError {
  return new CodedError("not-trained-on-page", { what: `on from step ${String(step)}`, why });
}

function worldOf({ memoryBytes, cores }: Machine, tokenizers: StartParams["tokenizers"]): PageWorld {
  const machine = { memoryBytes: Math.min(memoryBytes, MOST), cores, engine: "auto", took: [], product: null } as const;
  return new PageWorld(machine, tokenizers);
}
