/**
 * How tokens are chosen: what the request says, else what the model's folder says (generation_config.json), else the likeliest
 * token. Where a request draws and leaves a setting out, the folder's holds; other tools' defaults (top_k 50) are nobody's here.
 */
import { join } from "node:path";
import { randomInt } from "node:crypto";
import type { ScorePenalties } from "#stdlib/decoders/shared/warp.js";
import type { TokenChoice } from "#stdlib/decoders/shared/draw.js";
import { readModelJsonObject } from "../../../tensors/model-file.js";
import type { SamplingRequest } from "../generation-request.js";

/** What generation_config.json says. */
export interface GenerationConfig {
  readonly sampling: SamplingRequest;
  /** Whether it draws where a request doesn't say (`do_sample`). */
  readonly draws: boolean;
  /** Tokens that end a text. */
  readonly ends: readonly number[];
}

export function readGenerationConfig(folder: string): GenerationConfig {
  const config = readModelJsonObject(join(folder, "generation_config.json")) ?? {};
  const number = (name: string, least: number): number | undefined => {
    const given = config[name];
    return typeof given === "number" && Number.isFinite(given) && given >= least ? given : undefined;
  };
  const given = {
    temperature: number("temperature", 0),
    topP: number("top_p", 0),
    topK: number("top_k", 0),
    minP: number("min_p", 0),
    repetitionPenalty: number("repetition_penalty", 1e-6),
  };
  const eos = config["eos_token_id"];
  return {
    sampling: Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    draws: config["do_sample"] === true,
    ends: (Array.isArray(eos) ? (eos as unknown[]) : [eos]).filter((id): id is number => typeof id === "number"),
  };
}

/** The settings of one request's texts, by their number. Text n draws by the seed and n, as the n-th prompt of a cell does. */
export function samplingSettingsOf(
  requested: SamplingRequest,
  config: GenerationConfig,
): (number: number) => TokenChoice {
  const all = { ...config.sampling, ...requested };
  const bend: ScorePenalties = {
    repetitionPenalty: all.repetitionPenalty ?? 1,
    ...(requested.frequencyPenalty !== undefined && { frequencyPenalty: requested.frequencyPenalty }),
    ...(requested.presencePenalty !== undefined && { presencePenalty: requested.presencePenalty }),
    ...(requested.bias && { bias: Object.entries(requested.bias).map(([id, added]) => [Number(id), added] as const) }),
  };
  const temperature = temperatureOf(requested, config);
  if (temperature === 0) return () => ({ ...bend, temperature });
  const { topK = 0, topP = 1, minP = 0 } = all;
  const seed = requested.seed ?? randomInt(2 ** 31);
  return (number) => ({ ...bend, temperature, topK, topP, minP, seed, number });
}

/** 0: the likeliest token. A request that narrows what is drawn from wants it drawn. */
function temperatureOf(requested: SamplingRequest, config: GenerationConfig): number {
  if (requested.temperature !== undefined) return requested.temperature;
  if (config.draws) return config.sampling.temperature ?? 1;
  const narrows = (requested.topP ?? 1) < 1 || (requested.topK ?? 0) > 0 || (requested.minP ?? 0) > 0;
  return narrows ? (config.sampling.temperature ?? 1) : 0;
}

/** Whether the engine's own likeliest token is what is chosen. */
export function isGreedy(drawing: TokenChoice): boolean {
  const { temperature, repetitionPenalty, frequencyPenalty = 0, presencePenalty = 0, bias = [] } = drawing;
  return (
    temperature === 0 && repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0 && bias.length === 0
  );
}
