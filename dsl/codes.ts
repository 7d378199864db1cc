/** All error codes of the compiler. */
import type { CodeTable } from "#dsl/diagnostics/codes.js";
import { annotateCodes, type AnnotateCodeData } from "./compile/codes/annotate-codes.js";
import { autoCodes, type AutoCodeData } from "./compile/codes/auto-codes.js";
import { experimentCodes, type ExperimentCodeData } from "./compile/codes/experiment-codes.js";
import { reportCodes, type ReportCodeData } from "./compile/codes/report-codes.js";
import { internalCodes, type InternalCodeData } from "./diagnostics/internal-codes.js";
import { graphCodes, type GraphCodeData } from "./graph/codes.js";
import { apartCodes, type ApartCodeData } from "./plan/codes/apart-codes.js";
import { compressCodes, type CompressCodeData } from "./plan/codes/compress-codes.js";
import { contenderCodes, type ContenderCodeData } from "./plan/codes/contender-codes.js";
import { deployCodes, type DeployCodeData } from "./plan/codes/deploy-codes.js";
import { detachCodes, type DetachCodeData } from "./plan/codes/detach-codes.js";
import { federateCodes, type FederateCodeData } from "./plan/codes/federate-codes.js";
import { foldCodes, type FoldCodeData } from "./plan/codes/fold-codes.js";
import { loadedCodes, type LoadedCodeData } from "./plan/codes/loaded-codes.js";
import { metricCodes, type MetricCodeData } from "./plan/codes/metric-codes.js";
import { nameCodes, type NameCodeData } from "./plan/codes/name-codes.js";
import { privateCodes, type PrivateCodeData } from "./plan/codes/private-codes.js";
import { repeatCodes, type RepeatCodeData } from "./plan/codes/repeat-codes.js";
import { scratchCodes, type ScratchCodeData } from "./plan/codes/scratch-codes.js";
import { searchCodes, type SearchCodeData } from "./plan/codes/search-codes.js";
import { sweepCodes, type SweepCodeData } from "./plan/codes/sweep-codes.js";
import { updateCodes, type UpdateCodeData } from "./plan/codes/update-codes.js";
import { calibrationCodes, type CalibrationCodeData } from "./rules/calibration-codes.js";
import { canaryCodes, type CanaryCodeData } from "./rules/canary-codes.js";
import { dataCodes, type DataCodeData } from "./rules/data-codes.js";
import { oddLabelCodes, type OddLabelCodeData } from "./rules/odd-label-codes.js";
import { personalCodes, type PersonalCodeData } from "./rules/personal-codes.js";
import { privacyCodes, type PrivacyCodeData } from "./rules/privacy-codes.js";
import { rankCodes, type RankCodeData } from "./rules/rank-codes.js";
import { trainingCodes, type TrainingCodeData } from "./rules/training-codes.js";
import { worldCodes, type WorldCodeData } from "./rules/world-codes.js";
import { syntaxCodes, type SyntaxCodeData } from "./syntax/codes.js";
import { allowCodes, type AllowCodeData } from "./types/codes/allow-codes.js";
import { valueCodes, type ValueCodeData } from "./types/codes/value-codes.js";
import { versionCodes, type VersionCodeData } from "./types/codes/version-codes.js";

/** Code to the data of its message. */
export interface DslCodeData
  extends
    AnnotateCodeData,
    AutoCodeData,
    ExperimentCodeData,
    ReportCodeData,
    InternalCodeData,
    GraphCodeData,
    ApartCodeData,
    CompressCodeData,
    ContenderCodeData,
    DeployCodeData,
    DetachCodeData,
    FederateCodeData,
    FoldCodeData,
    LoadedCodeData,
    MetricCodeData,
    NameCodeData,
    PrivateCodeData,
    RepeatCodeData,
    ScratchCodeData,
    SearchCodeData,
    SweepCodeData,
    UpdateCodeData,
    CalibrationCodeData,
    CanaryCodeData,
    DataCodeData,
    OddLabelCodeData,
    PersonalCodeData,
    PrivacyCodeData,
    RankCodeData,
    TrainingCodeData,
    WorldCodeData,
    SyntaxCodeData,
    AllowCodeData,
    ValueCodeData,
    VersionCodeData {}

declare module "#dsl/diagnostics/codes.js" {
  interface CodeData extends DslCodeData {}
}

export const dslCodes: CodeTable<DslCodeData> = {
  ...annotateCodes,
  ...autoCodes,
  ...experimentCodes,
  ...reportCodes,
  ...internalCodes,
  ...graphCodes,
  ...apartCodes,
  ...compressCodes,
  ...contenderCodes,
  ...deployCodes,
  ...detachCodes,
  ...federateCodes,
  ...foldCodes,
  ...loadedCodes,
  ...metricCodes,
  ...nameCodes,
  ...privateCodes,
  ...repeatCodes,
  ...scratchCodes,
  ...searchCodes,
  ...sweepCodes,
  ...updateCodes,
  ...calibrationCodes,
  ...canaryCodes,
  ...dataCodes,
  ...oddLabelCodes,
  ...personalCodes,
  ...privacyCodes,
  ...rankCodes,
  ...trainingCodes,
  ...worldCodes,
  ...syntaxCodes,
  ...allowCodes,
  ...valueCodes,
  ...versionCodes,
};
