/** The worker that trains: the program is checked over the page's files once more, and its training is opened, run and asked. */
import { CodedError, wordsFor } from "#dsl/diagnostics/codes.js";
import { must } from "#dsl/diagnostics/must.js";
import { nothingOutside } from "#dsl/plan/outside.js";
import { partsOf } from "#dsl/syntax/parts.js";
import { readerOf } from "#dsl/types/subject.js";
import { predictionsShown } from "#kernel/core/display/scores/evaluation.js";
import type { Shown } from "#kernel/core/display/shown.js";
import { checkSources, type Checked } from "#kernel/core/session/check-sources.js";
import { does } from "#kernel/core/session/words.js";
import type { Engine } from "#kernel/engine/engine.js";
import { registry } from "#stdlib/registry.js";
import { inflated } from "../app/packed.js";
import { unpacked } from "../world/carried.js";
import { disk, nameOf } from "../world/disk.js";
import type { GivenFile, Machine, Start } from "../world/protocol.js";
import { World } from "../world/world.js";
import { givenBase } from "./base.js";
import { heapBytes, pageEngine } from "./engine.js";
import { keep, kept } from "./keep.js";
import type { Failure, Held, Outcome, TrainMethods, TrainReply } from "./protocol.js";
import { PageRun } from "./run.js";
import { evaluated } from "./scores.js";
import { demandTrainable, trainingIn } from "./trainable.js";

type Handlers = {
  readonly [M in keyof TrainMethods]: (params: TrainMethods[M]["params"]) => Promise<TrainMethods[M]["result"]>;
};

/** What a tab's WebAssembly takes: its addresses have 32 bits, and browsers give half of that for sure. */
const MOST = 2 * 2 ** 30;
const verbs = registry.verbs().map((verb) => verb.name);

export function service(tell: (reply: TrainReply) => void): Handlers {
  const room = new Room(tell);
  return {
    start: (params) => room.start(params),
    files: async ({ all }) => (room.files(all), null),
    weights: ({ folder, file }) => room.weights(folder, file),
    has: ({ code, name }) => room.has(code, name),
    train: ({ code, name }) => room.train(code, name),
    goOn: () => room.goOn(),
    interrupt: async () => (room.interrupt(), null),
    predict: ({ texts }) => room.predict(texts),
    save: () => room.save(),
  };
}

/** Bytes of a base's weights, and whether they are kept for the next time. */
interface Weights {
  readonly bytes: Uint8Array;
  readonly kept: boolean;
}

class Room {
  private world: World;
  private tokenizers: Start["tokenizers"] = {};
  private packed = "";
  private engine: Promise<Engine> | null = null;
  private given: readonly GivenFile[] = [];
  /** By the folder that they were in, the last part of a base's name as a rule; "": in none. The last given is the last. */
  private readonly held = new Map<string, Weights>();
  private run: PageRun | null = null;
  private checked: Checked | null = null;

  constructor(private readonly tell: (reply: TrainReply) => void) {
    this.world = worldOf({ memoryBytes: MOST, cores: 1 }, {});
  }

  async start({ machine, tokenizers, engine }: TrainMethods["start"]["params"]): Promise<readonly Held[]> {
    this.world = worldOf(machine, tokenizers);
    this.tokenizers = tokenizers;
    this.packed = engine;
    for (const [base, bytes] of await kept()) this.held.set(base, { bytes, kept: true });
    return [...this.held].map(([base, { bytes }]) => ({ base, bytes: bytes.length, kept: true }));
  }

  files(all: readonly GivenFile[]): void {
    this.given = all;
    disk.clear();
    for (const { path, text } of all) disk.put(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
  }

  async weights(folder: string | null, file: Blob): Promise<Held> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const base = nameOf(folder ?? "");
    this.held.delete(base);
    this.held.set(base, { bytes, kept: false });
    return { base, bytes: bytes.length, kept: false };
  }

  async has(code: string, name: string | null): Promise<TrainMethods["has"]["result"]> {
    const { actions } = await this.check(code);
    const action = actions.find((one) => one.verb === "train" && (name === null || one.name === name));
    if (action?.verb !== "train") return { base: null, held: null };
    const { base } = action.plan.recipe.model;
    const found = this.heldFor(base);
    return { base, held: found && { base, bytes: found.bytes.length, kept: found.kept } };
  }

  async train(code: string, name: string | null): Promise<Outcome> {
    await this.run?.close();
    this.run = null;
    this.tell({ doing: "checking the program" });
    const checked = await this.check(code);
    const wrong = checked.diagnostics.find(({ severity }) => severity === "error");
    if (wrong) throw new Refusal(wrong.code, wrong.data);
    const action = trainingIn(checked.actions, name);
    await demandTrainable(action);
    const { model } = action.plan.recipe;
    const facts = await this.world.base(readerOf(model));
    this.tell({ doing: "starting the engine" });
    const engine = await (this.engine ??= inflated(this.packed).then((bytes) =>
      pageEngine(bytes as Uint8Array<ArrayBuffer>),
    ));
    this.tell({ doing: `reading ${model.base}` });
    this.lay(model.base, facts.hash, facts.config);
    const base = await givenBase(model.base, facts);
    this.tell({ doing: "making tokens of the rows, and programs of the plan" });
    const screen = { display: this.show, update: this.show };
    this.run = await PageRun.begin({ engine, world: this.world, action, base, screen });
    this.checked = checked;
    await this.keepHeld(nameOf(model.base));
    return this.goOn();
  }

  async goOn(): Promise<Outcome> {
    const run = this.running();
    const ended = await run.train();
    const interrupted = ended === "interrupted";
    const steps = run.events.flatMap((event) => (event.kind === "step" ? [event] : []));
    const seconds = steps.map((step) => step.seconds);
    const scores = interrupted ? [] : await evaluated(run, this.checked?.actions ?? [], this.world);
    return {
      ended: interrupted ? null : ended === "early" ? "early" : "done",
      steps: steps.at(-1)?.step ?? 0,
      of: run.events.findLast((event) => event.kind === "started")?.steps ?? 0,
      seconds: seconds.reduce((sum, one) => sum + one, 0),
      stepSeconds: seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? 0,
      memoryBytes: heapBytes(),
      evaluated: scores.map(({ on, scores: own, shown }) => ({ on, scores: own, cards: shown.map(htmlOf) })),
      losses: steps.map(({ loss }) => loss),
    };
  }

  interrupt(): void {
    this.run?.interrupt();
  }

  async predict(texts: readonly string[]): Promise<TrainMethods["predict"]["result"]> {
    const run = this.running();
    const { predictions, said } = await run.predict(texts);
    const { answers } = await does(run.plan.recipe.model.task, "task");
    const { columns, cells } = must(answers, "what the task answers");
    const rows = predictions.map((prediction) => ({ text: prediction.text, cells: cells(prediction) }));
    return { html: htmlOf(predictionsShown(columns, rows)), logits: said.map((one) => Array.from(one)) };
  }

  async save(): Promise<TrainMethods["save"]["result"]> {
    const files = await this.running().saved();
    return files.map(({ name, bytes }) => ({ name, bytes: bytes as Uint8Array<ArrayBuffer> }));
  }

  private running(): PageRun {
    if (!this.run) throw new CodedError("internal", { what: "nothing was trained in this page yet" });
    return this.run;
  }

  private check(code: string): Promise<Checked> {
    const source = { id: "program", title: "program", text: code };
    const texts = {
      sources: partsOf(source, verbs),
      typescript: new Map<string, readonly string[]>(),
      defined: new Set<string>(),
    };
    return checkSources(texts, {
      registry,
      parameters: nothingOutside.parameters,
      answer: (need) => this.world.answer(need),
    });
  }

  /** Those of that name, or the last that were given: a folder may be called anything, and weights of another base are told by their shapes. */
  private heldFor(base: string): Weights | null {
    return this.held.get(nameOf(base)) ?? [...this.held.values()].findLast((one) => !one.kept) ?? null;
  }

  /** Weights that a training could be opened with. */
  private async keepHeld(base: string): Promise<void> {
    const found = this.heldFor(base);
    if (found && !found.kept && (await keep(base, found.bytes as Uint8Array<ArrayBuffer>)))
      this.held.set(base, { bytes: found.bytes, kept: true });
  }

  /** The files of a base where the notebook's code looks for them: those that were given, else what the page itself knows. */
  private lay(base: string, hash: string, config: Readonly<Record<string, unknown>>): void {
    const folder = nameOf(base);
    const put = (name: string, bytes: Uint8Array | undefined): void => {
      if (bytes && !disk.inFolder(folder, name)) disk.put(`${folder}/${name}`, bytes);
    };
    put("config.json", new TextEncoder().encode(JSON.stringify(config)));
    const carried = this.tokenizers[hash];
    put("tokenizer.json", carried && unpacked(carried));
    put("model.safetensors", this.heldFor(base)?.bytes);
  }

  private readonly show = (shown: Shown): void => {
    if (shown.id !== undefined) this.tell({ show: shown.id, html: htmlOf(shown) });
  };
}

/** A mistake of the program, told as the editor tells it. */
class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly data: unknown,
  ) {
    super(code);
  }
}

/** What a browser says where its WebAssembly gets no more memory. */
const OUT_OF_MEMORY = /out of memory|memory access out of bounds|allocation failed|cannot enlarge|OOM/i;

export function failureOf(error: unknown): Failure {
  if (error instanceof Error && OUT_OF_MEMORY.test(error.message))
    return failureOf(
      new CodedError("not-trained-on-page", {
        what: "with so much memory",
        why: "the browser gives no more (a smaller `batch_size` or `max_length` needs less)",
      }),
    );
  if (error instanceof CodedError || error instanceof Refusal) {
    const { message, help } = wordsFor({ code: error.code as CodedError["code"], data: error.data });
    return { code: error.code, message, ...(help !== undefined && { help }) };
  }
  return { code: null, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function worldOf({ memoryBytes, cores }: Machine, tokenizers: Start["tokenizers"]): World {
  const machine = { memoryBytes: Math.min(memoryBytes, MOST), cores, engine: "auto", took: [], product: null } as const;
  return new World(machine, tokenizers);
}

function htmlOf({ bundle }: Shown): string {
  return String(bundle["text/html"] ?? "");
}
