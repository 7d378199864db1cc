/** What `deploy` wrote: a folder of transformers, opened in the engine, or graphs, opened in the runtime of their target. */
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { wordOf } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { sortOf } from "#stdlib/targets/shared/model-type.js";
import { weightBytes, type Base } from "../../../bases/base.js";
import { plainHostContext } from "../../../host/host-context.js";
import { askingOf } from "../../../deployments/deployed-base.js";
import { DEPLOYMENT, readDeployment, type Deployment } from "../../../deployments/deployment.js";
import { openDeployment } from "../../../deployments/prove.js";
import { mergedEncoding } from "../../../inference/gathering/merged-encoding.js";
import type { DatasetCache } from "../../../session/answers/dataset-cache.js";
import { reopenedPlan, reopening } from "../../../models/reopened-model.js";
import { writesTexts } from "../model-types.js";
import { severalIn, waysOf, type Found } from "./model-source.js";
import { openGraphWriter, openWriter } from "./writer.js";

/** The runtime that is the server's own engine. */
const OURS = "tunebook";

interface Around {
  readonly datasets: DatasetCache;
  /** Where relative folders start. */
  readonly home: string;
}

/** Coded errors: `deployment-unreadable`, `adapter-needs-base`, `folder-not-served`, those of tokenizers. */
export async function foundDeployment(folder: string, name: string, o: Around): Promise<Found> {
  const file = join(folder, DEPLOYMENT);
  const deployment = readDeployment(folder);
  const target = registry.find("target", deployment.target.word);
  if (!target)
    throw new CodedError("deployment-unreadable", {
      file,
      why: `this Tunebook has no target ${deployment.target.word}`,
    });
  const runtime = wordOf(registry, "target", target.name).capabilities?.runtime ?? null;
  const notOpen = {
    version: "",
    session: { run: () => Promise.reject(new Error("it is looked at alone")) },
    close: () => Promise.resolve(),
  };
  const { plan, labels, base, tokenizer: own } = await askingOf(folder, deployment, notOpen);
  const tokenizer = mergedEncoding(own);
  const { config } = base.facts;
  const sort = sortOf(config);
  const asked = { plan, labels, base, tokenizer, fitted: deployment.fitted ?? null };
  return {
    folder,
    name,
    facts: {
      sort,
      labels,
      several: severalIn(config),
      maxLength: deployment.max_length,
      root: null,
      created: Math.round(statSync(file).mtimeMs),
    },
    clean: deployment.clean,
    tokenizer,
    ways: waysOf(asked, sort),
    precision: "f32",
    inEngine: runtime === OURS,
    async open(engine, writer) {
      const bases: Base[] = [];
      const baseOf = async (d: Deployment): Promise<Base> => {
        const base = await baseNamed(d, folder, o);
        bases.push(base);
        return base;
      };
      if (writesTexts(sort) && runtime === OURS) {
        const { base: own, plan: model } = await reopenedPlan(folder, deployment, baseOf);
        const over = { model, base: own, store: own.hash, checkpoint: null };
        return openWriter(await engine(), { ...over, tokenizer, folder }, writer);
      }
      const reopen = reopening(engine, folder, baseOf);
      const open = await openDeployment({ runtime, place: folder, home: folder, deployment }, reopen);
      if ("missing" in open) throw new CodedError("folder-not-served", { folder, why: open.missing });
      const { asking, model } = open;
      if (!asking) {
        await model.close();
        throw new CodedError("folder-not-served", { folder, why: `${open.by.title} writes by itself` });
      }
      const [under] = bases;
      const weights = under
        ? { of: under.hash, bytes: weightBytes(under.facts) }
        : { of: folder, bytes: bytesIn(folder) };
      const ended = model.ended ?? null;
      const opened = { session: asking.session, weights, ended, close: () => model.close() };
      if (!writesTexts(sort)) return opened;
      return {
        ...(await openGraphWriter({ ...opened, model: plan.recipe.model, base: asking.base, tokenizer }, writer)),
        ended,
      };
    },
  };
}

/** By its name, or as a folder, from where the server starts and from where the deployment lies. */
async function baseNamed({ base: name }: Deployment, folder: string, o: Around): Promise<Base> {
  let cause: unknown;
  for (const from of [o.home, dirname(folder)])
    try {
      return await o.datasets.base({ name, folder: from }, plainHostContext(from));
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== "base-not-found") throw error;
      cause = error;
    }
  throw new CodedError("adapter-needs-base", { place: folder, base: name }, { cause });
}

/** Of the files that lie in it. */
function bytesIn(folder: string): number {
  const files = readdirSync(folder).map((name) => statSync(join(folder, name)));
  return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}
