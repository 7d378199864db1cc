/**
 * The assistant of a folder on disk: it looks up what is cheap (a table's header, a used file); nothing is downloaded and no
 * data set is read.
 */
import type { FactAnswer } from "#dsl/compiler/program/compile-with-facts.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Facts, needKey, type Need } from "#dsl/language/types/facts.js";
import { isTrusted } from "../../../trust/trust.js";
import { plainHostContext } from "../../../host/host-context.js";
import { TuneAssistant } from "../../../assist/tune-assistant.js";

/** A look at the world. What was seen is the same object as long as it looks the same: what hangs on it is still known. */
interface Looked {
  readonly need: Need;
  lookTime: number;
  fact: Promise<FactAnswer>;
  seen?: FactAnswer;
}
const cheap: ReadonlySet<Need["about"]> = new Set(["table", "file", "files", "schema", "machine", "run"]);
/** Milliseconds for which an answer is taken to hold: a person types faster than files change. */
const fresh = 3000;
/** Answers that are kept: more files and machines than a notebook names. */
const most = 100;

export interface AssistantOptions {
  /** Names that TypeScript cells made. Default: none. */
  readonly typescript?: () => readonly string[];
  /** Their types, by name. */
  readonly types?: () => Readonly<Record<string, string>>;
  /** Whether the header of a file at an address may be fetched for this folder. Default: whether the user trusts it. */
  readonly trusted?: (folder: string) => boolean;
  /** Seconds after which a look at a source is given up, since a query may never end. Default: 10. */
  readonly patience?: number;
}

/** Loads the vocabulary, and answers about texts that lie in `folder`. */
export async function openAssistant(
  folder: string,
  { typescript = () => [], types = () => ({}), trusted = isTrusted, patience = 10 }: AssistantOptions = {},
): Promise<TuneAssistant> {
  const { registry } = await import("#stdlib/registry.js");
  const looks = new Looks(folder, trusted, patience);
  return new TuneAssistant(registry, {
    typescript,
    types,
    asks: ({ about }) => cheap.has(about),
    answer: (need) => looks.look(need),
    seen: () => looks.seen(),
  });
}

class Looks {
  private readonly found = new Map<string, Looked>();
  constructor(
    private readonly folder: string,
    private readonly trusted: (folder: string) => boolean,
    private readonly patience: number,
  ) {}

  look(need: Need): Promise<FactAnswer> {
    const key = needKey(need);
    const known = this.found.get(key);
    if (known && Date.now() - known.lookTime < fresh) return known.fact;
    const looked: Looked = known ?? { need, lookTime: 0, fact: Promise.resolve({} as FactAnswer) };
    const before = looked.seen;
    looked.lookTime = Date.now();
    looked.fact = this.answer(need).then((fact) => {
      const same = before !== undefined && JSON.stringify(before) === JSON.stringify(fact);
      return (looked.seen = same ? before : fact);
    });
    this.found.set(key, looked);
    return looked.fact;
  }
  /**
   * What was seen of the world so far, looked at again where that is long ago. Names of files are typed letter by letter:
   * what wasn't there is forgotten, and all but the newest of what was.
   */
  async seen(): Promise<Facts> {
    const old = [...this.found].filter(([, { lookTime }]) => Date.now() - lookTime >= fresh);
    for (const [key, { seen }] of old) if (!seen || "failed" in seen) this.found.delete(key);
    for (const [key] of [...this.found].slice(0, -most)) this.found.delete(key);
    await Promise.all([...this.found.values()].map(({ need }) => this.look(need)));
    return [...this.found.values()].reduce(
      (all, { need, seen }) => (seen === undefined ? all : all.with(need, seen)),
      Facts.none,
    );
  }
  private async answer(need: Need): Promise<FactAnswer> {
    const { DatasetCache } = await import("../../../session/answers/dataset-cache.js");
    const signal = AbortSignal.timeout(this.patience * 1000);
    try {
      return await new DatasetCache().answer(need, {
        ...plainHostContext(this.folder),
        withhold: this.trusted(this.folder) ? "secrets" : "all",
        signal,
      });
    } catch (error) {
      if (error instanceof CodedError) return { failed: { code: error.code, data: error.data } };
      if (signal.aborted) return { failed: { code: "slow-source", data: { seconds: this.patience } } };
      // A defect of ours at one source must not hide what is known of the rest of the text.
      console.error(error);
      return { failed: { code: "internal", data: { what: String(error) } } };
    }
  }
}
