/** Error codes of the training page: those of the kernel code that it runs. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { artifactsCodes } from "#kernel/runs/codes.js";
import { calibrationFitCodes } from "#kernel/runs/fitted-codes.js";
import type { AllCodeData } from "#kernel/codes.js";
import { coreCodes } from "#kernel/portable-codes.js";
import { engineCodes } from "#kernel/engines/codes.js";
import { forwardCodes } from "#kernel/engines/forward/codes.js";
import { fetchCodes } from "#kernel/fetch/codes.js";
import { judgingCodes } from "#kernel/inference/judging/codes.js";
import { ranksCodes } from "#kernel/remote/process-group/codes.js";
import { updatesCodes } from "#kernel/features/update/codes.js";
import { tensorsCodes } from "#kernel/tensors/codes.js";

export const trainingPageCodes: Partial<CodeTable<AllCodeData>> = {
  ...coreCodes,
  ...artifactsCodes,
  ...calibrationFitCodes,
  ...engineCodes,
  ...forwardCodes,
  ...fetchCodes,
  ...judgingCodes,
  ...ranksCodes,
  ...updatesCodes,
  ...tensorsCodes,
};
