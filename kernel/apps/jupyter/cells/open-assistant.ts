/**
 * Assistant for a folder on disk: it looks up only cheap facts (a table's header, a used file); it downloads nothing
 * and reads no data set.
 */
import type { FactAnswer } from "#dsl/compiler/program/compile-with-facts.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { Facts, needKey, type Need } from "#dsl/language/types/facts.js";
import { isTrusted } from "../../../trust/trust.js";
import { plainHostContext } from "../../../host/host-context.js";
import { TuneAssistant } from "../../../assist/tune-assistant.js";

/**
 * Result of a look-up. While it does not change, the same object is returned, so that results derived from it stay
 * cached.
 */
interface Looked {
  readonly need: Need;
  lookTime: number;
  fact: Promise<FactAnswer>;
  seen?: FactAnswer;
}
const cheap: ReadonlySet<Need["about"]> = new Set(["table", "file", "files", "schema", "machine", "run"]);
/** Milliseconds for which an answer stays valid: users type faster than files change. */
const fresh = 3000;
/** Maximum cached answers: more than the files and machines a notebook names. */
const most = 100;

export interface AssistantOptions {
  /** Names defined by TypeScript cells. Defaults to none. */
  readonly typescript?: () => readonly string[];
  /** Their types, by name. */
  readonly types?: () => Readonly<Record<string, string>>;
  /** Whether a file's header may be downloaded for this folder. Defaults to whether the user trusts it. */
  readonly trusted?: (folder: string) => boolean;
  /** Timeout of a look-up in seconds, since a query may never end. Defaults to 10. */
  readonly patience?: number;
}

/** Loads the vocabulary; returns an assistant for texts in `folder`. */
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
   * Returns the facts found so far, refreshed where they are old. File names are typed letter by letter, so failed
   * look-ups are dropped, and so are all but the newest successful ones.
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
    const { answerCompilerNeed } = await import("../../../session/answers/need-answers.js");
    const signal = AbortSignal.timeout(this.patience * 1000);
    try {
      const hostContext = {
        ...plainHostContext(this.folder),
        withhold: this.trusted(this.folder) ? ("secrets" as const) : ("all" as const),
        signal,
      };
      return await answerCompilerNeed(need, hostContext, new DatasetCache());
    } catch (error) {
      if (error instanceof CodedError) return { failed: { code: error.code, data: error.data } };
      if (signal.aborted) return { failed: { code: "slow-source", data: { seconds: this.patience } } };
      // An internal error at one source must not hide what is known of the rest of the text.
      console.error(error);
      return { failed: { code: "internal", data: { what: String(error) } } };
    }
  }
}
