/** A foreign transformers folder: its class determines the predictions, by the base's own head. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { CodedError, diagnosticText, mustExist } from "#dsl/language/diagnostics/codes.js";
import { implementationOf, mustFindWord } from "#dsl/language/types/loaded.js";
import type { ModelPlan } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import { answerTypeOf } from "#stdlib/targets/shared/model-type.js";
import type { Tokenizer } from "../../../bases/tokenizer.js";
import { weightBytes, type BaseModel } from "../../../bases/base.js";
import { modelClassName, problemTypeOf } from "../../../bases/head-names.js";
import { plainHostContext } from "../../../host/host-context.js";
import { queuedTokenizerOf } from "../../../inference/gathering/merged-encoding.js";
import { compileAll } from "../../../session/answers/host.js";
import type { DatasetCache } from "../../../session/answers/dataset-cache.js";
import { openUntrained } from "../../../models/untrained-model.js";
import { NO_DATA_PLAN, NO_DATA_PAIR_PLAN } from "../../../session/model-cache.js";
import { writesTexts } from "../model-types.js";
import { isMultiLabel, acceptedInputEncodings, type ModelSource, type InputEncodings } from "./model-source.js";
import { writerSharingOf } from "./shared-writer.js";
import { openWriter } from "./writer.js";

/** Coded errors: those of bases and tokenizers, `folder-not-served`. */
export async function findTransformersSource(
  folder: string,
  name: string,
  datasets: DatasetCache,
): Promise<ModelSource> {
  const base = await datasets.base({ name: folder, folder }, plainHostContext(folder));
  const sourceTokenizer = await datasets.tokenizer(base);
  const tokenizer = queuedTokenizerOf(sourceTokenizer);
  const { config, heads = {} } = base.facts;
  const task = taskOf(base);
  const model = await modelOf(folder, task, { base, tokenizer: sourceTokenizer, datasets });
  // What config.json may lack: its class, or that a head with one output predicts a number.
  const modelConfig = { architectures: [modelClassName(capabilitiesOf(base), task, registry)], ...config };
  const sort = answerTypeOf({ ...modelConfig, problem_type: problemTypeOf(task, registry) ?? config["problem_type"] });
  const labels = heads[model.task.word] ?? [];
  const reading = (data: typeof NO_DATA_PLAN) => ({ plan: { recipe: { model, data } }, labels, base, tokenizer });
  const types = await hasTypes(base);
  // A head may have been trained on single texts or pairs, and its folder does not say which.
  const either = sort === "labels" || sort === "number";
  const ways: InputEncodings = either
    ? { texts: reading(NO_DATA_PLAN), pairs: reading(NO_DATA_PAIR_PLAN), alwaysTypes: types }
    : acceptedInputEncodings(reading(NO_DATA_PLAN), sort);
  // Nothing is trained: a technique that adds nothing to the base.
  const technique = { kind: "technique", word: "head_only", arguments: {} } as const;
  const over = { model: { ...model, technique }, base, store: base.hash, checkpoint: null };
  const writer = writesTexts(sort) ? { ...over, tokenizer, folder } : null;
  return {
    folder,
    name,
    facts: {
      sort,
      labels,
      several: isMultiLabel(config),
      maxLength: model.max_length,
      root: null,
      created: Math.round(statSync(join(base.folder, "config.json")).mtimeMs),
    },
    clean: [],
    tokenizer,
    ways,
    precision: "f32",
    inEngine: true,
    beside: writer && writerSharingOf(writer, null),
    async open(engine, options) {
      if (writer) return openWriter(await engine(), writer, options);
      const read = either ? types : types && ways.pairs !== null && sort !== "embeds";
      const roles = Object.keys(NO_DATA_PLAN.columns);
      const open = await openUntrained(await engine(), model, base, {
        home: folder,
        labels: labels.length,
        types: read,
        roles,
      });
      return {
        session: open.session,
        weights: { source: base.hash, bytes: weightBytes(base.facts) },
        ended: null,
        close: () => open.dispose(),
      };
    },
  };
}

async function hasTypes({ facts }: BaseModel): Promise<boolean> {
  const family = await implementationOf(registry, "model", facts.family);
  return (family.sizes(family.config(facts.config)).types ?? 0) > 1;
}

interface Around {
  readonly base: BaseModel;
  readonly tokenizer: Tokenizer;
  readonly datasets: DatasetCache;
}
/** The model as a notebook would define it: `model served { base: "…", task: … }`, with the base's maximum length. */
async function modelOf(folder: string, task: string, { base, tokenizer, datasets }: Around): Promise<ModelPlan> {
  const { positions, reads } = base.facts;
  const length = Math.min(reads ?? tokenizer.longest ?? positions, positions);
  const settings = [`base: ${JSON.stringify(folder)}`, `task: ${task}`, `max_length: ${String(length)}`];
  const text = `model served { ${settings.join(", ")} }`;
  const source = { id: "served", title: "served", text };
  const { actions, diagnostics } = await compileAll([source], { datasets, hostContext: plainHostContext(folder) });
  const action = actions?.find((one) => one.verb === "model");
  if (action) return action.model;
  const [first] = diagnostics.filter(({ severity }) => severity === "error");
  throw new CodedError("folder-not-served", { folder, why: first ? diagnosticText(first).message : "it is no model" });
}

/** The task of its own head; vectors for a base without a head, generation for a generative one. */
function taskOf(base: BaseModel): string {
  const { facts } = base;
  const [head] = Object.keys(facts.heads ?? {});
  if (head !== undefined && !facts.embedding) return head;
  const { shape } = capabilitiesOf(base);
  const headless = answerTypeOf(facts.config) === "embeds" && facts.config["architectures"] !== undefined;
  if (shape === "decoder" && !headless) return facts.chatTemplate ? "chat" : "text_generation";
  return shape === "encoder-decoder" && !headless ? "text2text_generation" : "sentence_similarity";
}

function capabilitiesOf({ facts }: BaseModel) {
  return mustExist(mustFindWord(registry, "model", facts.family).capabilities, `what ${facts.family} is`);
}
