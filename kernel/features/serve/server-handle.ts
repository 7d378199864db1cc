/**
 * A server in TypeScript cells: `server.url`, `await server.load()`, `await server.replace(router)`, `await
 * server.stop()`. It runs in a separate process, and its cell shows its status until it has ended.
 */
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { LOAD_CHART_SECONDS, servingView, type ServerLoad, type ServingState } from "./view.js";
import { displaySymbol, type DisplayOutput } from "../../display/html.js";
import { recordRunningServer } from "./process/running-servers.js";
import { ServerChild, type ListeningServer, type ServerLoadReport } from "./process/server-child.js";
import type { ServeSpec } from "./server/protocol.js";
import { curlCommand } from "#stdlib/targets/shared/request.js";
import type { StartedModelServer } from "../../session/open-session.js";
import { ModelHandle } from "../../models/model-handle.js";
import { type TrainedWeights } from "../../runs/weights.js";
import type { OutputScreen } from "../../session/live-training.js";

/** Ms for requests in progress when the server is stopped, and when the kernel ends. */
const GRACE = 30_000;
const SHORT = 2000;
const NONE: ServerLoad = {
  requests: 0,
  failed: 0,
  perSecond: 0,
  p50: null,
  p99: null,
  underWay: 0,
  tokensPerSecond: 0,
  models: {},
};

export interface ServerHandleOptions {
  readonly name: string;
  readonly serve: ServeSpec;
  readonly log: string;
  /** The variable with its keys; null if there are none. */
  readonly keys: string | null;
  /** Where its view is displayed, under the display id `id`. */
  readonly screen: OutputScreen;
  readonly id: string;
}

export class ServerHandle implements StartedModelServer {
  private child: ServerChild | null = null;
  private listening: ListeningServer | null = null;
  private state: ServingState;
  private begun = 0;
  private drawn = "";
  private shown = false;
  private forget: () => void = () => undefined;
  /** Model → the run that it was opened from. */
  private readonly runs: Map<string, string>;

  constructor(private options: ServerHandleOptions) {
    this.runs = new Map(options.serve.folders.map(({ name, folder }) => [name ?? folder, folder]));
    this.state = {
      name: options.name,
      is: "opening",
      url: null,
      models: [...this.runs.keys()],
      loads: [],
      memory: null,
      example: null,
      messages: [],
      seconds: null,
    };
  }

  /** Coded errors of opening and listening. */
  async open(signal?: AbortSignal): Promise<void> {
    const { name, serve, log, keys } = this.options;
    this.draw();
    try {
      const { child, listening } = await ServerChild.start({
        serve,
        name,
        log,
        without: keys === null ? [] : [keys],
        ...(signal && { signal }),
      });
      this.begun = performance.now();
      [this.child, this.listening] = [child, listening];
      this.note();
      child.onLoad = (load) => this.heard(load);
      void child.ended.then((ended) => this.over("died" in ended ? ended.died : ended.cut));
      const [first] = listening.models;
      const certificate = serve.tls?.cert ?? null;
      const key = keys === null ? null : `$${keys}`;
      this.now({
        is: "serving",
        url: listening.url,
        example: first ? curlCommand(first, { url: listening.url, key, certificate }) : null,
      });
    } catch (error) {
      this.now({ is: "failed", messages: signal?.aborted ? ["It was interrupted while it opened its models."] : [] });
      throw error;
    }
  }

  get name(): string {
    return this.options.name;
  }
  get url(): string {
    return this.listening?.url ?? "";
  }
  get port(): number {
    return this.listening?.port ?? 0;
  }
  get models(): readonly string[] {
    return [...this.runs.keys()];
  }
  get folders(): readonly string[] {
    return [...this.runs.values()];
  }
  get running(): boolean {
    return this.state.is === "serving";
  }

  /** Load over the last ten seconds and since the start; the last known one if it has ended. */
  async load(): Promise<ServerLoad> {
    const last = (): ServerLoad => this.state.loads.at(-1) ?? NONE;
    if (!this.child || !this.running) return last();
    return this.child.load().catch((error: unknown) => {
      if (error instanceof CodedError && error.code === "desk-over") return last();
      throw error;
    });
  }

  /** Replaces a served model, under its own name or `as`: requests in progress finish with the old one. */
  async replace(model: unknown, as?: string): Promise<void> {
    if (!(model instanceof ModelHandle))
      throw new CodedError("bad-option", { name: "model", got: typeof model, wanted: "a model of the notebook" });
    const weights = demandTrainedWeights(model);
    const only = this.models.length === 1 ? this.models[0] : undefined;
    const name = as ?? (this.runs.has(model.name) ? model.name : (only ?? model.name));
    if (!this.runs.has(name)) throw new CodedError("desk-serves", { name, desk: this.name, has: this.models });
    await weights.settled;
    await this.serves(name, weights.folder);
  }
  /** Serves a folder under an existing name. */
  async serves(name: string, folder: string): Promise<void> {
    if (!this.child || !this.running) throw new CodedError("desk-over", { name: this.name });
    await this.child.replace(name, folder);
    this.runs.set(name, folder);
    this.note();
    this.now({ messages: [`${name} was replaced at ${new Date().toLocaleTimeString("en-GB")}.`] });
  }

  /** Stops gracefully: requests in progress are finished within so many seconds. */
  async stop(seconds: number = GRACE / 1000): Promise<void> {
    if (!this.child || this.isOver) return;
    this.now({ is: "stopping", messages: [] });
    await this.child.stop(Math.max(0, seconds) * 1000);
  }
  end(): Promise<void> {
    return this.stop(SHORT / 1000);
  }

  [displaySymbol](): DisplayOutput {
    const { bundle } = servingView(this.state, this.options.id);
    return { bundle };
  }

  /** Moves its view. */
  showIn({ screen, id }: Pick<ServerHandleOptions, "screen" | "id">): void {
    this.options = { ...this.options, screen, id };
    this.shown = false;
    this.drawn = "";
    this.draw();
  }

  /** Whether this server has the same options; only runs may differ. */
  isLike({ serve, keys }: Pick<ServerHandleOptions, "serve" | "keys">): boolean {
    const keyOf = ({ folders, ...rest }: ServeSpec): string =>
      JSON.stringify([folders.map(({ name }) => name).sort(), rest]);
    return this.running && keys === this.options.keys && keyOf(serve) === keyOf(this.options.serve);
  }
  changed({ folders }: ServeSpec): readonly { readonly name: string; readonly folder: string }[] {
    return folders.flatMap(({ name, folder }) =>
      name !== null && this.runs.get(name) !== folder ? [{ name, folder }] : [],
    );
  }

  /** Lists the server among those that run on this machine. */
  private note(): void {
    this.forget();
    if (!this.child) return;
    const models = [...this.runs].map(([name, folder]) => ({ name, folder }));
    this.forget = recordRunningServer({ name: this.name, url: this.url, models, process: this.child.process });
  }
  private get isOver(): boolean {
    return ["stopped", "died", "failed"].includes(this.state.is);
  }
  private heard({ load, memory }: ServerLoadReport): void {
    this.now({ loads: [...this.state.loads, load].slice(-LOAD_CHART_SECONDS), memory });
  }
  private over(how: string | number): void {
    this.forget();
    const seconds = (performance.now() - this.begun) / 1000;
    if (typeof how === "string")
      return this.now({ is: "died", seconds, messages: [`${how[0]?.toUpperCase() ?? ""}${how.slice(1)}.`] });
    const messages = how > 0 ? [`${String(how)} requests had no response when the time was over.`] : [];
    this.now({ is: "stopped", seconds, messages });
  }
  private now(change: Partial<ServingState>): void {
    this.state = { ...this.state, ...change };
    this.draw();
  }
  /** An idle server's view is not updated: otherwise a notebook would always be unsaved. */
  private draw(): void {
    const shown = servingView(this.state, this.options.id);
    const text = String(shown.bundle["text/html"]);
    if (text === this.drawn) return;
    this.drawn = text;
    if (this.shown) this.options.screen.update(shown);
    else this.options.screen.display(shown);
    this.shown = true;
  }
}

/** Coded error `not-trained`. */
export function demandTrainedWeights({ name, weights }: ModelHandle): TrainedWeights {
  if (!weights?.complete) throw new CodedError("not-trained", { model: name });
  return weights;
}

const load =
  "{ readonly requests: number; readonly failed: number; readonly perSecond: number; readonly p50: number | null; readonly p99: number | null; readonly underWay: number; readonly tokensPerSecond: number; readonly models: Readonly<Record<string, { readonly waiting: number; readonly working: number; readonly batches: number; readonly tokensRead: number; readonly tokensWritten: number; readonly tokensCached: number }>> }";
/** Its type in TypeScript cells. */
export const serverHandleTypeText = `{
  readonly name: string;
  /** Where it answers: \`http://127.0.0.1:8000\`. */
  readonly url: string;
  readonly port: number;
  /** Names by which requests ask for them. */
  readonly models: readonly string[];
  readonly running: boolean;
  /** How it stands: times in ms, over the last ten seconds. */
  load(): Promise<${load}>;
  /** A new version in the place of a model that is served; requests under way end with the old one. */
  replace(model: { readonly name: string }, as?: string): Promise<void>;
  /** Ends it once what is under way has its answer, after so many seconds at most (30). */
  stop(seconds?: number): Promise<void>;
}`;
