/** All error codes of the compiler. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { annotateCodes, type AnnotateCodeData } from "./compiler/annotate/annotate-codes.js";
import { autoSweepCodes, type AutoSweepCodeData } from "./compiler/sweep/auto-codes.js";
import { experimentCodes, type ExperimentCodeData } from "./compiler/experiment/experiment-codes.js";
import { reportCodes, type ReportCodeData } from "./compiler/report/report-codes.js";
import { internalCodes, type InternalCodeData } from "./language/diagnostics/internal-codes.js";
import { graphCodes, type GraphCodeData } from "./tensor/codes.js";
import { clientDataCodes, type ClientDataCodeData } from "./compiler/plan/codes/client-codes.js";
import { compressCodes, type CompressCodeData } from "./compiler/compress/compress-codes.js";
import {
  contenderCodes,
  type ContenderCodeData,
  metricCodes,
  type MetricCodeData,
} from "./compiler/plan/codes/evaluation-codes.js";
import { deployCodes, type DeployCodeData } from "./compiler/plan/codes/deploy-codes.js";
import {
  detachCodes,
  type DetachCodeData,
  foldCodes,
  type FoldCodeData,
  repeatCodes,
  type RepeatCodeData,
} from "./compiler/plan/codes/repeated-training-codes.js";
import { federateCodes, type FederateCodeData } from "./compiler/federate/federate-codes.js";
import {
  loadedModelCodes,
  type LoadedModelCodeData,
  scratchCodes,
  type ScratchCodeData,
} from "./compiler/plan/codes/model-codes.js";
import { nameCodes, type NameCodeData } from "./compiler/plan/codes/name-codes.js";
import { privacyGuaranteeCodes, type PrivacyGuaranteeCodeData } from "./compiler/plan/codes/private-codes.js";
import {
  searchCodes,
  type SearchCodeData,
  sweepCodes,
  type SweepCodeData,
} from "./compiler/plan/codes/search-codes.js";
import { updateCodes, type UpdateCodeData } from "./compiler/update/update-codes.js";
import { calibrationCodes, type CalibrationCodeData } from "./compiler/checks/calibration-codes.js";
import { canaryCodes, type CanaryCodeData } from "./compiler/checks/canary-codes.js";
import { dataCodes, type DataCodeData } from "./compiler/checks/data-codes.js";
import { oddLabelCodes, type OddLabelCodeData } from "./compiler/checks/odd-label-codes.js";
import { personalDataCodes, type PersonalDataCodeData } from "./compiler/checks/personal-codes.js";
import { privacyCodes, type PrivacyCodeData } from "./compiler/checks/privacy-codes.js";
import { workerRankCodes, type WorkerRankCodeData } from "./compiler/checks/rank-codes.js";
import { trainingCodes, type TrainingCodeData } from "./compiler/checks/training-codes.js";
import { dataAndModelCodes, type DataAndModelCodeData } from "./compiler/checks/world-codes.js";
import { syntaxCodes, type SyntaxCodeData } from "./language/syntax/codes.js";
import { allowCodes, type AllowCodeData } from "./language/types/codes/allow-codes.js";
import { valueCodes, type ValueCodeData } from "./language/types/codes/value-codes.js";
import { versionCodes, type VersionCodeData } from "./language/types/codes/version-codes.js";

/** Maps each code to the data of its message. */
export interface DslCodeData
  extends
    AnnotateCodeData,
    AutoSweepCodeData,
    ExperimentCodeData,
    ReportCodeData,
    InternalCodeData,
    GraphCodeData,
    ClientDataCodeData,
    CompressCodeData,
    ContenderCodeData,
    DeployCodeData,
    DetachCodeData,
    FederateCodeData,
    FoldCodeData,
    LoadedModelCodeData,
    MetricCodeData,
    NameCodeData,
    PrivacyGuaranteeCodeData,
    RepeatCodeData,
    ScratchCodeData,
    SearchCodeData,
    SweepCodeData,
    UpdateCodeData,
    CalibrationCodeData,
    CanaryCodeData,
    DataCodeData,
    OddLabelCodeData,
    PersonalDataCodeData,
    PrivacyCodeData,
    WorkerRankCodeData,
    TrainingCodeData,
    DataAndModelCodeData,
    SyntaxCodeData,
    AllowCodeData,
    ValueCodeData,
    VersionCodeData {}

declare module "#dsl/language/diagnostics/codes.js" {
  interface CodeData extends DslCodeData {}
}

export const dslCodes: CodeTable<DslCodeData> = {
  ...annotateCodes,
  ...autoSweepCodes,
  ...experimentCodes,
  ...reportCodes,
  ...internalCodes,
  ...graphCodes,
  ...clientDataCodes,
  ...compressCodes,
  ...contenderCodes,
  ...deployCodes,
  ...detachCodes,
  ...federateCodes,
  ...foldCodes,
  ...loadedModelCodes,
  ...metricCodes,
  ...nameCodes,
  ...privacyGuaranteeCodes,
  ...repeatCodes,
  ...scratchCodes,
  ...searchCodes,
  ...sweepCodes,
  ...updateCodes,
  ...calibrationCodes,
  ...canaryCodes,
  ...dataCodes,
  ...oddLabelCodes,
  ...personalDataCodes,
  ...privacyCodes,
  ...workerRankCodes,
  ...trainingCodes,
  ...dataAndModelCodes,
  ...syntaxCodes,
  ...allowCodes,
  ...valueCodes,
  ...versionCodes,
};
