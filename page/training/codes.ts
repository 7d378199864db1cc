/** Error codes of the page that trains: those of the kernel's code that it runs. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { artifactsCodes } from "#kernel/artifacts/codes.js";
import { fittedCodes } from "#kernel/artifacts/fitted-codes.js";
import type { AllCodeData } from "#kernel/codes.js";
import { coreCodes } from "#kernel/core/codes.js";
import { engineCodes } from "#kernel/engine/codes.js";
import { forwardCodes } from "#kernel/engine/forward/codes.js";
import { fetchCodes } from "#kernel/fetch/codes.js";
import { judgingCodes } from "#kernel/inference/judging/codes.js";
import { ranksCodes } from "#kernel/ranks/codes.js";
import { updatesCodes } from "#kernel/session/updates/codes.js";
import { tensorsCodes } from "#kernel/tensors/codes.js";

export const trainingPageCodes: Partial<CodeTable<AllCodeData>> = {
  ...coreCodes,
  ...artifactsCodes,
  ...fittedCodes,
  ...engineCodes,
  ...forwardCodes,
  ...fetchCodes,
  ...judgingCodes,
  ...ranksCodes,
  ...updatesCodes,
  ...tensorsCodes,
};
