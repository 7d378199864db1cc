/**
 * Collects the files that actions read, with their paths in a bundle. What cannot be packed is collected too, and
 * reported in one error.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { redactedUrl } from "#dsl/language/diagnostics/address.js";
import { isRecord } from "#dsl/language/diagnostics/record.js";
import type { Action } from "#dsl/compiler/plan/action.js";
import {
  dataReadingSettingsOf,
  type DataPlan,
  type ModelPlan,
  type DataReadingSettings,
} from "#dsl/language/types/value.js";
import { isWithin } from "#stdlib/platform/files.js";
import type { BaseModel } from "../../bases/base.js";
import { hubCacheFolder } from "../../bases/cache.js";
import { POOLING_CONFIG_FILE } from "../../bases/embedding.js";
import { isHttpAddress } from "../../data/sources/addresses.js";
import { sourceFiles } from "../../data/sources/files-read.js";
import { cachePath } from "../../fetch/cache.js";
import type { HostContext } from "../../host/host-context.js";
import { isRunFile, findKnownFiles } from "../../runs/known-files.js";
import type { FileToPack } from "../../runs/record/bundle/write.js";
import { modelFilesAt, planInputsOf, filesNamedBy } from "../../runs/record/ingredients.js";
import type { DatasetCache } from "../../session/answers/dataset-cache.js";
import { hubFileFilter } from "./hub-files.js";

type Lack = { readonly what: string; readonly why: string };

/**
 * Files and bases named by a statement that cannot be planned yet (its input exists only after a sweep), by its words'
 * records.
 */
export interface UnplannedFilesAndBases {
  readonly bases: readonly string[];
  /** Files and folders that are read, as written. */
  readonly files: readonly string[];
}

export class BundlePacking {
  private readonly found = new Map<string, FileToPack["sort"]>();
  /** Paths in the bundle of bases that are stored elsewhere on this machine, by their local path. */
  private readonly placed = new Map<string, string>();
  private readonly lacks = new Map<string, Lack>();
  private readonly seen = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly file: string,
    private readonly datasets: DatasetCache,
    private readonly hostContext: HostContext,
  ) {}

  addOwnFile(path: string, sort: FileToPack["sort"]): void {
    this.found.set(path, sort);
  }
  lacking(what: string, why: string): void {
    this.lacks.set(`${what} ${why}`, { what, why });
  }

  async action(action: Action): Promise<void> {
    switch (action.verb) {
      case "data":
        return this.data(action.data);
      case "model":
        return this.model(action.model);
      case "train": {
        const { data, model } = action.plan.recipe;
        return this.trained(data, model);
      }
      case "federate": {
        const { data, model, federated } = action.plan.recipe;
        for (const one of [data, ...(federated?.others ?? []).map((other) => other.data)])
          await this.trained(one, model);
        return;
      }
      case "update":
      case "compress":
        for (const { plan } of action.stages)
          for (const data of [plan.recipe.data, ...(plan.recipe.compress?.unlabelled ?? []).map((one) => one.data)])
            await this.trained(data, plan.recipe.model);
        return;
      case "sweep": {
        const { plan, vary } = action.sweep;
        await this.trained(plan.recipe.data, plan.recipe.model);
        for (const name of textsIn(vary["base"])) await this.base({ name, folder: plan.recipe.model.folder });
        for (const space of Object.values(vary)) this.named(space);
        return;
      }
      case "auto":
        return this.lacking(`\`sweep auto\` (${action.name})`, "looks for bases on the machine that it runs on");
      case "evaluate":
        for (const call of [...action.metrics, ...(action.require ?? [])]) this.named(call);
        for (const one of Object.values(action.contenders ?? {}))
          if ("call" in one) {
            const base = one.call.arguments["base"];
            if (typeof base === "string") await this.base({ name: base, folder: one.folder });
          }
        return;
      case "use":
        return this.addOwnFile(action.path, "program");
      // These read only what earlier statements have read, or no file.
      case "recipe":
      case "parameters":
      case "predict":
      case "attach":
      case "annotate":
      case "deploy":
      case "serve":
      case "show":
      case "engine":
      case "experiment":
      case "report":
    }
  }

  /** Packs what a statement names that cannot be planned yet. */
  async unplanned({ bases, files }: UnplannedFilesAndBases): Promise<void> {
    for (const name of bases) await this.base({ name, folder: "" });
    for (const name of files) for (const path of modelFilesAt(name, this.folder)) this.addOwnFile(path, "named");
  }

  async trained(data: DataPlan, model: ModelPlan): Promise<void> {
    await this.data(data);
    await this.model(model);
  }

  private async data(data: DataPlan): Promise<void> {
    this.reached(data.source);
    const home = resolve(this.folder, data.folder);
    const missing = (sourceFiles(data.source, home) ?? []).filter((path) => !isFile(path));
    for (const path of missing) this.lacking(relative(this.folder, path), "is not there");
    if (missing.length > 0) return;
    const { files, others } = await planInputsOf({ data }, { folder: this.folder });
    const belongs = await hubFileFilter(data.source, home, this.hostContext.signal);
    for (const { path, sort } of files) if (belongs(path)) this.addOwnFile(path, sort === "base" ? "named" : sort);
    for (const call of others) this.lacking(`\`${call.word}\``, "reads something that is not a file of this folder");
  }

  private async model(model: ModelPlan): Promise<void> {
    this.named([model.task, model.technique, model.template]);
    if (model.loaded) return this.run(model.loaded.run);
    if (model.scratch) return model.scratch.data ? this.data(model.scratch.data) : undefined;
    await this.base(dataReadingSettingsOf(model));
  }

  /** Reports addresses, and paths that only this machine has. */
  private reached(value: unknown): void {
    if (Array.isArray(value)) for (const one of value) this.reached(one);
    if (!isRecord(value)) return;
    const path = isRecord(value["arguments"]) ? value["arguments"]["path"] : undefined;
    if (typeof path === "string" && isHttpAddress(path)) this.lacking(redactedUrl(path), "is fetched");
    if (typeof path === "string" && (isAbsolute(path) || path.startsWith("~")))
      this.lacking(path, "starts at the root of this machine");
    if (typeof value["live"] === "string") this.lacking(`\`$${value["live"]}\``, "is computed by a TypeScript cell");
    for (const one of Object.values(value)) this.reached(one);
  }

  private named(call: unknown): void {
    for (const path of filesNamedBy(call, this.folder)) this.addOwnFile(path, "named");
  }

  /** Packs a base under its name in the same folder, whether it is stored there or was downloaded. */
  private async base(reader: Pick<DataReadingSettings, "name" | "folder">): Promise<void> {
    const { name } = reader;
    if (this.seen.has(name)) return;
    this.seen.add(name);
    if (isAbsolute(name) || name.startsWith("~")) return this.lacking(name, "starts at the root of this machine");
    const place = resolve(this.folder, reader.folder, name);
    if (place.endsWith(".gguf") && existsSync(place)) return this.addOwnFile(place, "base");
    const base: BaseModel = await this.datasets.base(reader, this.hostContext);
    const pooling =
      base.facts.embedding && existsSync(join(base.folder, POOLING_CONFIG_FILE)) ? [POOLING_CONFIG_FILE] : [];
    for (const one of [...base.files, ...pooling]) {
      if (!isOfBase(join(base.folder, one), base.folder)) {
        this.lacking(join(name, one), "is a link to a file outside of the base");
        continue;
      }
      this.addOwnFile(join(base.folder, one), "base");
      if (base.folder !== place) this.placed.set(join(base.folder, one), join(place, one));
    }
  }

  /** Packs a loaded run: every file that is needed to open its model again. */
  private run(folder: string): void {
    for (const path of findKnownFiles(folder, isRunFile)) this.addOwnFile(path, "run");
  }

  /** Returns all files, and their common parent folder. Coded error `not-bundled`. */
  packed(): { readonly files: readonly FileToPack[]; readonly root: string } {
    const places = [...this.found].map(([from, sort]) => ({ from, sort, at: this.placed.get(from) ?? from }));
    const root = commonFolder([this.folder, ...places.map(({ at: filePath }) => dirname(filePath))]);
    for (const { at: filePath } of places)
      if (filePath.startsWith(cachePath())) this.lacking(basename(filePath), "is in the cache of this machine");
    if (dirname(root) === root) this.lacking("the files that it reads", "has files in several places of this machine");
    if (this.lacks.size > 0) throw new CodedError("not-bundled", { file: this.file, lacks: [...this.lacks.values()] });
    return {
      root,
      files: places.map(({ from, sort, at: filePath }) => ({ from, sort, path: pathUnder(root, filePath) })),
    };
  }
}

/**
 * Reports whether a base's file is in its folder, with links resolved, or in a cache: the hub's cache stores a snapshot
 * as links.
 */
function isOfBase(path: string, folder: string): boolean {
  const real = realpathSync(path);
  return [folder, hubCacheFolder(), cachePath()].some((root) => existsSync(root) && isWithin(real, realpathSync(root)));
}
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isRecord(value)
    ? Object.values(value)
        .flatMap(textsIn)
        .filter((text) => text !== "choice")
    : [];
}

function commonFolder(folders: readonly string[]): string {
  let [root = "."] = folders;
  for (const folder of folders) while (relative(root, folder).startsWith("..")) root = dirname(root);
  return root;
}
/** The path from the root, with slashes. */
export function pathUnder(root: string, path: string): string {
  return relative(root, path).split("\\").join("/");
}
