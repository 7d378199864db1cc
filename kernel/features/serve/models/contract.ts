/**
 * Interface of open models that take requests (`ServedModels.open`, ./served-models.ts), and how they change. The
 * models of one server share an engine in a separate process; generative models get another engine than predictive ones
 * if it is faster for them. If an engine dies, its models are opened again in a new one.
 */
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { EngineInfo, EngineOptions } from "../../../engines/engine.js";
import type {
  ComputeListener,
  ServingLimits,
  ModelLoad,
  ServedModelCollection,
  NamedModelFolder,
  ServedModel,
} from "../contract.js";

export interface ServeOptions {
  readonly limits: ServingLimits;
  /** Defaults to `auto`: the fastest engines on this machine for predictions and for generation. */
  readonly engine?: EngineOptions;
  /** Folder that relative paths start from. Defaults to the working directory. */
  readonly folder?: string;
  /**
   * Called once all folders are inspected, before anything is opened: each model accepts requests as soon as it is
   * open.
   */
  readonly found?: (models: ServedModelCollection) => void;
  /** Aborts the opening at any point: computations are stopped at once. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds after which a computation counts as stuck. Defaults to the maximum time of a request, at least a
   * minute.
   */
  readonly stuck?: number;
  readonly computing?: ComputeListener;
  /** Receives events that are not responses to requests. */
  readonly tell?: (report: ModelServiceEvent) => void;
}

export interface OpenedModel {
  readonly name: string;
  readonly folder: string;
  readonly model: ServedModel;
  /** Loading, compiling and the first runs, so that no request waits for them. */
  readonly seconds: number;
}

export type ModelServiceEvent =
  | { readonly is: "opened"; readonly name: string; readonly folder: string; readonly seconds: number }
  | { readonly is: "closed"; readonly name: string; readonly folder: string }
  /** `again`: ms until it is restarted. `why` is also set if this server ended it itself. */
  | { readonly is: "engine-died"; readonly why: string; readonly again: number }
  | { readonly is: "engine-back"; readonly seconds: number }
  /**
   * Its last computations failed through no fault of requests; `again`: ms until it is reopened, unless one succeeds
   * before.
   */
  | {
      readonly is: "failing";
      readonly name: string;
      readonly folder: string;
      readonly error: unknown;
      readonly again: number;
    }
  /** Its computations succeed again without reopening. */
  | { readonly is: "well-again"; readonly name: string; readonly folder: string }
  /** A computation took too long: it is stopped and its engine restarted. */
  | { readonly is: "stuck"; readonly name: string; readonly folder: string; readonly seconds: number }
  /** It was trained on cleaned texts but gets uncleaned ones from requests. Reported before it is opened. */
  | { readonly is: "uncleaned"; readonly name: string; readonly folder: string; readonly warning: CodedError }
  /** A replacement could not be opened: the old model continues. */
  | { readonly is: "not-opened"; readonly name: string; readonly folder: string; readonly error: unknown };

export interface ServingMemory {
  /** Of this process, and of all engine processes together; null if the system does not report it. */
  readonly processMemory: number;
  readonly engine: number | null;
  /** Bytes of open weights; shared weights count once. */
  readonly weights: number;
}

export interface ModelService extends ServedModelCollection {
  readonly opened: readonly OpenedModel[];
  readonly running: readonly EngineInfo[];
  /**
   * Opens the folder in parallel with the model of that name and then replaces that model at once: requests in progress
   * finish with the old one, which is closed afterwards. A new name is added. If opening fails, the old model stays.
   * Coded errors: those of opening.
   */
  replace(name: string, folder: string): Promise<OpenedModel>;
  /** Reopens all models whose folders have changed; returns their names. Those that can't be opened stay unchanged. */
  reload(): Promise<readonly string[]>;
  load(): Readonly<Record<string, ModelLoad>>;
  memory(): ServingMemory;
  /** Closes everything; requests in progress get the coded error `model-opening`. */
  close(): Promise<void>;
}

/** `ServedModels.open`. Coded errors `nothing-to-serve`, `same-name`, `folder-not-served`, and those of runs, folders and engines. */
export type ModelServiceOpener = (folders: readonly NamedModelFolder[], options: ServeOptions) => Promise<ModelService>;
