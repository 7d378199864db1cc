/** Thread of a `FactMeasurer`: it caches what it has read, so that a base is examined only once. */
import { registerAllCodes } from "../../codes.js";
import { parentPort, workerData } from "node:worker_threads";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { Need } from "#dsl/language/types/facts.js";
import type { MeasurerReply } from "./measurer.js";
import { isTrusted } from "../../trust/trust.js";
import { plainHostContext } from "../../host/host-context.js";
import { DatasetCache } from "./dataset-cache.js";
import { answerCompilerNeed } from "./need-answers.js";

registerAllCodes();

const datasets = new DatasetCache();
const folder = workerData as string;

async function reply(need: Need): Promise<MeasurerReply> {
  try {
    return {
      fact: await answerCompilerNeed(
        need,
        { ...plainHostContext(folder), withhold: isTrusted(folder) ? "secrets" : "all" },
        datasets,
      ),
    };
  } catch (error) {
    if (error instanceof CodedError) return { fact: { failed: { code: error.code as string, data: error.data } } };
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
parentPort?.on("message", (need: Need) => void reply(need).then((answer) => parentPort?.postMessage(answer)));
