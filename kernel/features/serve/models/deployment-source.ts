/**
 * The output of `deploy`: a transformers folder, opened in the engine, or graphs, opened in the runtime of their
 * target.
 */
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import { mustFindWord } from "#dsl/language/types/loaded.js";
import { registry } from "#stdlib/registry.js";
import { answerTypeOf } from "#stdlib/targets/shared/model-type.js";
import { weightBytes, type BaseModel } from "../../../bases/base.js";
import { plainHostContext } from "../../../host/host-context.js";
import { deployedPredictorOf } from "../../../deployments/deployed-base.js";
import { DEPLOYMENT_FILE, readDeployment, type Deployment } from "../../../deployments/deployment.js";
import { openDeployment } from "../../../deployments/prove.js";
import { queuedTokenizerOf } from "../../../inference/gathering/merged-encoding.js";
import type { DatasetCache } from "../../../session/answers/dataset-cache.js";
import { reopenedPlan, modelReopener } from "../../../models/reopened-model.js";
import { writesTexts } from "../model-types.js";
import { isMultiLabel, acceptedInputEncodings, type ModelSource } from "./model-source.js";
import { openGraphWriter, openWriter } from "./writer.js";

/** The runtime that is the server's own engine. */
const OURS = "tunebook";

interface Around {
  readonly datasets: DatasetCache;
  /** Folder that relative paths start from. */
  readonly home: string;
}

/** Coded errors: `deployment-unreadable`, `adapter-needs-base`, `folder-not-served`, those of tokenizers. */
export async function modelSourceOfDeployment(folder: string, name: string, options: Around): Promise<ModelSource> {
  const file = join(folder, DEPLOYMENT_FILE);
  const deployment = readDeployment(folder);
  const target = registry.find("target", deployment.target.word);
  if (!target)
    throw new CodedError("deployment-unreadable", {
      file,
      why: `this Tunebook has no target ${deployment.target.word}`,
    });
  const runtime = mustFindWord(registry, "target", target.name).capabilities?.runtime ?? null;
  const notOpen = {
    version: "",
    session: { run: () => Promise.reject(new Error("it is looked at alone")) },
    close: () => Promise.resolve(),
  };
  const { plan, labels, base, tokenizer: sourceTokenizer } = await deployedPredictorOf(folder, deployment, notOpen);
  const tokenizer = queuedTokenizerOf(sourceTokenizer);
  const { config } = base.facts;
  const sort = answerTypeOf(config);
  const predictor = { plan, labels, base, tokenizer, fitted: deployment.fitted ?? null };
  return {
    folder,
    name,
    facts: {
      sort,
      labels,
      several: isMultiLabel(config),
      maxLength: deployment.max_length,
      root: null,
      created: Math.round(statSync(file).mtimeMs),
    },
    clean: deployment.clean,
    tokenizer,
    ways: acceptedInputEncodings(predictor, sort),
    precision: "f32",
    inEngine: runtime === OURS,
    async open(engine, writer) {
      const bases: BaseModel[] = [];
      const baseOf = async (d: Deployment): Promise<BaseModel> => {
        const base = await baseNamed(d, folder, options);
        bases.push(base);
        return base;
      };
      if (writesTexts(sort) && runtime === OURS) {
        const { base: openBase, plan: model } = await reopenedPlan(folder, deployment, baseOf);
        const over = { model, base: openBase, store: openBase.hash, checkpoint: null };
        return openWriter(await engine(), { ...over, tokenizer, folder }, writer);
      }
      const reopen = modelReopener(engine, folder, baseOf);
      const open = await openDeployment({ runtime, place: folder, home: folder, deployment }, reopen);
      if ("missing" in open) throw new CodedError("folder-not-served", { folder, why: open.missing });
      const { asking, model } = open;
      if (!asking) {
        await model.close();
        throw new CodedError("folder-not-served", { folder, why: `${open.by.title} writes by itself` });
      }
      const [under] = bases;
      const weights = under
        ? { source: under.hash, bytes: weightBytes(under.facts) }
        : { source: folder, bytes: bytesIn(folder) };
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

/** Finds the base by name or folder, relative to the server's start folder and to the deployment. */
async function baseNamed({ base: name }: Deployment, folder: string, options: Around): Promise<BaseModel> {
  let cause: unknown;
  for (const from of [options.home, dirname(folder)])
    try {
      return await options.datasets.base({ name, folder: from }, plainHostContext(from));
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== "base-not-found") throw error;
      cause = error;
    }
  throw new CodedError("adapter-needs-base", { place: folder, base: name }, { cause });
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder).map((name) => statSync(join(folder, name)));
  return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}
