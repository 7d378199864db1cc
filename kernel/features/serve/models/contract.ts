/**
 * Models that are open to be asked by requests (`ServedModels.open`, ./served-models.ts), and how they change while they are. The
 * models of one server share an engine in a host process of its own, those that answer another than those that write where another is
 * faster at it; where one dies its models are opened again in a new one.
 */
import type { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { EngineInfo, EngineOptions } from "../../../engines/engine.js";
import type { ComputeListener, ServingLimits, ModelLoad, Models, NamedModelFolder, ServedModel } from "../contract.js";

export interface ServeOptions {
  readonly limits: ServingLimits;
  /** Absent, or `auto`: the fastest for answering and for writing that work here. */
  readonly engine?: EngineOptions;
  /** Where relative folders start; absent: the process's own. */
  readonly folder?: string;
  /** Told once all folders were looked at, before anything is opened: what it gets may be asked model by model as each is open. */
  readonly found?: (models: Models) => void;
  /** Gives the opening up, also in the middle of a model: what computes is ended at once. */
  readonly signal?: AbortSignal;
  /** Ms after which a computation is one that never ends; absent: as long as a request may take, and a minute at least. */
  readonly stuck?: number;
  /** Told of what is computed. */
  readonly computing?: ComputeListener;
  /** Told of what nobody asked for. */
  readonly tell?: (report: ServingEvent) => void;
}

/** How a model came to be open. */
export interface OpenedModel {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly model: ServedModel;
  /** Reading, compiling and the first runs, so that no request waits for them. */
  readonly seconds: number;
}

export type ServingEvent =
  | { readonly is: "opened"; readonly name: string; readonly folder: string; readonly seconds: number }
  | { readonly is: "closed"; readonly name: string; readonly folder: string }
  /** `again`: ms until it is begun anew. `why` says also where this server ended it itself. */
  | { readonly is: "engine-died"; readonly why: string; readonly again: number }
  | { readonly is: "engine-back"; readonly seconds: number }
  /** Its last computations failed for reasons of ours; `again`: ms until it is opened again, unless one succeeds before. */
  | {
      readonly is: "failing";
      readonly name: string;
      readonly folder: string;
      readonly error: unknown;
      readonly again: number;
    }
  /** Its computations succeed again, without its having been opened anew. */
  | { readonly is: "well-again"; readonly name: string; readonly folder: string }
  /** A computation that takes so long is ended, and what does it begun anew. */
  | { readonly is: "stuck"; readonly name: string; readonly folder: string; readonly seconds: number }
  /** Requests give it texts as they come, and it was trained on cleaned ones. Told before it is opened. */
  | { readonly is: "uncleaned"; readonly name: string; readonly folder: string; readonly warning: CodedError }
  /** What was to be opened in a model's place couldn't be: the old one goes on. */
  | { readonly is: "not-opened"; readonly name: string; readonly folder: string; readonly error: unknown };

export interface ServingMemory {
  /** Of this process, and of the engines' hosts together; null where the system doesn't tell. */
  readonly processMemory: number;
  readonly engine: number | null;
  /** Bytes of weights that are open, what several have in common counted once. */
  readonly weights: number;
}

export interface ModelService extends Models {
  readonly opened: readonly OpenedModel[];
  /** Those that are running. */
  readonly running: readonly EngineInfo[];
  /**
   * Opens what is in the folder beside the model of that name and puts it in its place at once: requests under way end with the
   * old one, which is closed when the last is answered. A name that is new is added. What can't be opened leaves the old one.
   * Coded errors: those of opening.
   */
  replace(name: string, folder: string): Promise<OpenedModel>;
  /** Opens anew whatever changed in its folder since; names of the models that did. Those that can't be opened stay as they are. */
  reload(): Promise<readonly string[]>;
  load(): Readonly<Record<string, ModelLoad>>;
  memory(): ServingMemory;
  /** Ends all of it; what is still under way gets the coded error `model-opening`. */
  close(): Promise<void>;
}

/** `ServedModels.open`. Coded errors `nothing-to-serve`, `same-name`, `folder-not-served`, and those of runs, folders and engines. */
export type OpenModelService = (folders: readonly NamedModelFolder[], options: ServeOptions) => Promise<ModelService>;
