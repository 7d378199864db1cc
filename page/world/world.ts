/**
 * The page's environment: its files, base models without weights, and what the browser reports about this machine. It
 * answers the compiler's needs with the kernel's own code for data; nothing leaves the page and nothing is fetched.
 */
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { FactAnswer } from "#dsl/compiler/program/compile-with-facts.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type {} from "#dsl/compiler/plan/codes/search-codes.js";
import { needKey, type BaseFacts, type MachineFacts, type Need } from "#dsl/language/types/facts.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { DataPlan, DataReadingSettings, Call } from "#dsl/language/types/value.js";
import { scratchBaseFacts } from "#kernel/bases/scratch-facts.js";
import { rowLeaksBetweenDataSets } from "#kernel/data/rows/shared-rows.js";
import { prepareMeasuredData, type PreparedData } from "#kernel/data/prepare.js";
import { readTableHeader } from "#kernel/data/rows/rows.js";
import type { SourceContext } from "#stdlib/data/contract.js";
import { compileSchema } from "#stdlib/json-schemas/schema.js";
import { registry } from "#stdlib/registry.js";
import { baseFactsOf } from "./bases.js";
import { unpackTokenizer, type EmbeddedTokenizer } from "./packed-tokenizer.js";
import { chatLengthMeasurer } from "./chat-lengths.js";
import { disk, fileNameOf } from "./disk.js";
import { lengthEstimatingTokenizer, tokenizerFromFile, type PageTokenizer } from "./tokenizer.js";

export class PageWorld {
  private readonly cache = new Map<string, { readonly version: number; readonly made: Promise<unknown> }>();

  /** @param carried tokenizers embedded in the page, by the base's hash */
  constructor(
    public machine: MachineFacts,
    private readonly carried: Readonly<Record<string, EmbeddedTokenizer>>,
  ) {}

  async answer(need: Need): Promise<FactAnswer> {
    switch (need.about) {
      case "table":
        return this.once(needKey(need), () => readTableHeader(whole(need.source), outside, registry));
      case "data":
        return (await this.prepared(need.data, need.base)).facts;
      case "apart":
        return rowLeaksBetweenDataSets(await Promise.all(need.datas.map((plan) => this.prepared(plan, null))));
      case "base":
        return this.base(need);
      case "run":
        throw new CodedError("run-not-found", {
          path: need.path,
          runs: "the page",
          has: [],
          count: 0,
          names: [],
          near: null,
        });
      case "journal":
        throw new CodedError("no-such-sweep", { name: "sweep" in need.of ? need.of.sweep : need.of.journal, has: [] });
      case "machine":
        return this.machine;
      case "engine":
        return { title: null };
      case "name":
        throw new CodedError("unknown-reference", { name: need.of, has: [] });
      case "place":
        return { free: true };
      case "files":
        return { entries: disk.files.map(({ path }) => ({ name: fileNameOf(path), folder: false })) };
      case "schema": {
        const file = disk.find(need.path);
        if (!file) throw new CodedError("missing-file", { path: need.path, folder: ".", near: null });
        await compileSchema(new TextDecoder().decode(file.bytes), need.path);
        return { sound: true };
      }
      case "file": {
        const file = disk.find(need.path);
        if (!file) throw new CodedError("missing-file", { path: need.path, folder: need.folder, near: null });
        return { text: new TextDecoder().decode(file.bytes), path: file.path };
      }
    }
  }

  /** Reads, cleans and splits a data set, and measures it with the base's tokenizer. */
  prepared(plan: DataPlan, reader: DataReadingSettings | null): Promise<PreparedData> {
    return this.once(`data ${hashOf([plan, reader])}`, async () => {
      const tokenizer = reader && (await this.tokenizer(reader));
      const lengths = reader && tokenizer && chatLengthMeasurer(reader, tokenizer);
      return prepareMeasuredData({ ...plan, source: unstreamed(plan.source) }, outside, {
        ...(tokenizer && { tokenizer }),
        ...(lengths && { lengths }),
        ...(reader?.apart && { apart: true }),
        ...(reader?.windows && { windows: reader.windows }),
      });
    });
  }

  base({ name, scratch }: Pick<DataReadingSettings, "name" | "scratch">): Promise<BaseFacts> {
    if (!scratch) return this.once(`base ${name}`, () => baseFactsOf(name), versionOf(name, "config.json"));
    return this.once(`scratch ${hashOf(scratch)}`, async () => {
      // Its tokenizer is trained at training time; until then the requested vocabulary size is used.
      const vocabularySize = Number(scratch.tokenizer.arguments["vocabulary"]);
      const facts = await scratchBaseFacts(scratch, scratch.data ? vocabularySize : null, registry);
      return { folder: name, hash: hashOf(facts), ...facts };
    });
  }

  /** Reports whether lengths of a model's texts are estimated. */
  async guesses(reader: DataReadingSettings): Promise<boolean> {
    return (await this.tokenizer(reader)).guessed || reader.template === null;
  }

  async tokenizer(reader: Pick<DataReadingSettings, "name" | "scratch">): Promise<PageTokenizer> {
    const base = await this.base(reader);
    const version = versionOf(reader.name, "tokenizer.json");
    return this.once(`tokenizer ${base.hash} ${reader.name}`, () => this.tokenizerOf(reader.name, base), version);
  }

  private async tokenizerOf(name: string, base: BaseFacts): Promise<PageTokenizer> {
    const given = disk.inFolder(fileNameOf(name), "tokenizer.json");
    const carried = this.carried[base.hash];
    const bytes = given?.bytes ?? (carried && unpackTokenizer(carried));
    if (bytes) return tokenizerFromFile(given?.path ?? `${name}/tokenizer.json`, bytes, base.config);
    const family = await implementationOf(registry, "model", base.family);
    return lengthEstimatingTokenizer(family.shape);
  }

  /** Caches a result until any file changes, or the file that `version` belongs to. */
  private once<T>(key: string, make: () => Promise<T>, version = disk.version): Promise<T> {
    const known = this.cache.get(key);
    if (known?.version === version) return known.made as Promise<T>;
    if (this.cache.size > 200) this.cache.clear();
    const made = make();
    this.cache.set(key, { version, made });
    return made;
  }
}

/** Returns the version of a file in a base's folder; 0 if it does not exist. */
function versionOf(base: string, name: string): number {
  return disk.inFolder(fileNameOf(base), name)?.version ?? 0;
}

const outside: SourceContext = {
  folder: ".",
  live: (name) => {
    throw new CodedError("unknown-reference", { name, has: [] });
  },
};

/** Files are in memory as a single piece, so nothing is streamed; the rows are the same. */
function whole(call: Call): Call {
  return call.arguments["stream"] === true ? { ...call, arguments: { ...call.arguments, stream: false } } : call;
}
function unstreamed(source: DataPlan["source"]): DataPlan["source"] {
  if (typeof source["word"] === "string") return whole(source as Call);
  return Object.fromEntries(
    Object.entries(source as Readonly<Record<string, Call>>).map(([split, call]) => [split, whole(call)]),
  );
}
