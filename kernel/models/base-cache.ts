/** Cache of resolved base models, models from scratch and tokenizers. */
import { resolve } from "node:path";
import { LRUCache } from "lru-cache";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { DataReadingSettings, ScratchPlan } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { BaseModel } from "../bases/base.js";
import { resolveBase } from "../bases/resolve.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import type { PreparedData } from "../data/prepared.js";
import type { HostContext } from "../host/host-context.js";

/** Returns bases and their tokenizers. */
export interface BaseSource {
  base(reader: Pick<DataReadingSettings, "name" | "folder" | "scratch">, s: HostContext): Promise<BaseModel>;
  tokenizer(base: BaseModel): Promise<Tokenizer>;
}

/**
 * Maximum numbers of cached entries; the least recently used are dropped. A tokenizer stores its vocabulary, a base the
 * shapes of its weights.
 */
const most = { bases: 16, tokenizers: 8 } as const;

export class BaseCache {
  private readonly bases = new LRUCache<string, Promise<BaseModel>>({ max: most.bases });
  private readonly tokenizers = new LRUCache<string, Promise<Tokenizer>>({ max: most.tokenizers });
  /** Folders whose files are in another place: maps the named path to the actual one, both absolute. */
  readonly aside = new Map<string, string>();

  /** Resolves a base by its name, once per folder and name. Throws the coded errors of `resolveBase`. */
  named({ name, folder: written }: Pick<DataReadingSettings, "name" | "folder">, s: HostContext): Promise<BaseModel> {
    const folder = resolve(s.folder, written);
    return this.known(`${folder}\u0000${name}`, () =>
      resolveBase(this.aside.get(resolve(folder, name)) ?? name, {
        folder,
        ...(s.withhold === "all" && { cacheOnly: true }),
        ...(s.signal ? { signal: s.signal } : {}),
        ...(s.onProgress ? { onProgress: s.onProgress } : {}),
      }),
    );
  }

  /**
   * Registers a base model under this name, whatever the path contains on this machine: its files were transferred by
   * hash.
   */
  lend(
    { name, folder }: Pick<DataReadingSettings, "name" | "folder">,
    s: Pick<HostContext, "folder">,
    base: BaseModel,
  ): void {
    this.bases.set(`${resolve(s.folder, folder)}\u0000${name}`, Promise.resolve(base));
  }

  /** Returns a model from scratch; builds it again if the data that its tokenizer is trained on have changed. */
  scratch(plan: ScratchPlan, prepared: PreparedData | null, s: HostContext): Promise<BaseModel> {
    return this.known(`${prepared?.facts.hash ?? ""}\u0000${hashOf(plan)}`, () =>
      import("./scratch/make.js").then((m) => m.makeScratchBase(plan, prepared, { registry, signal: s.signal })),
    );
  }

  tokenizer(base: BaseModel): Promise<Tokenizer> {
    const known = this.tokenizers.get(base.folder);
    if (known) return known;
    // The tokenizers are native code, so they are loaded only when needed: viewing tables must not depend on them.
    const made = import("../bases/tokenizer.js").then((m) => m.loadTokenizer(base.folder));
    this.tokenizers.set(base.folder, made);
    made.catch(() => this.tokenizers.delete(base.folder));
    return made;
  }

  /** Returns the cached base of a key, or makes it. A failed one is not cached. */
  private known(key: string, make: () => Promise<BaseModel>): Promise<BaseModel> {
    const known = this.bases.get(key);
    if (known) return known;
    const made = make();
    this.bases.set(key, made);
    made.catch(() => this.bases.delete(key));
    return made;
  }
}
