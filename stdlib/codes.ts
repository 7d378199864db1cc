/** All error codes of the vocabulary. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { aggregatorsCodes, type AggregatorsCodeData } from "./aggregators/shared/codes.js";
import { thresholdCodes, type ThresholdCodeData } from "./bars/shared/bar.js";
import { balanceCodes, type BalanceCodeData } from "./cleaners/shared/balance-codes.js";
import { rangeCodes, type RangeCodeData } from "./cleaners/shared/range-codes.js";
import { compressorsCodes, type CompressorsCodeData } from "./compressors/shared/codes.js";
import { contendersCodes, type ContendersCodeData } from "./contenders/shared/codes.js";
import { userWordCodes, type UserWordCodeData } from "./user-defined/codes.js";
import { stdlibJudgingCodes, type StdlibJudgingCodeData } from "./judging/codes.js";
import { averageCodes, type AverageCodeData } from "./metrics/shared/average.js";
import { positiveLabelCodes, type PositiveLabelCodeData } from "./metrics/shared/positive.js";
import { modelsCodes, type ModelsCodeData } from "./models/shared/codes.js";
import { optimizersCodes, type OptimizersCodeData } from "./optimizers/shared/codes.js";
import { partitionsCodes, type PartitionsCodeData } from "./partitions/shared/codes.js";
import { patternsCodes, type PatternsCodeData } from "./text/patterns/codes.js";
import { stdlibPersonalCodes, type StdlibPersonalCodeData } from "./personal-data/codes.js";
import { promptingCodes, type PromptingCodeData } from "./contenders/shared/prompting/codes.js";
import { pruningCodes, type PruningCodeData } from "./sparsities/shared/codes.js";
import { runnersCodes, type RunnersCodeData } from "./runners/shared/codes.js";
import { schemasCodes, type SchemasCodeData } from "./json-schemas/codes.js";
import { secretsCodes, type SecretsCodeData } from "./secrets/shared/codes.js";
import { classErrorCodes, type ClassErrorCodeData } from "./sources/shared/class-codes.js";
import { sourcesCodes, type SourcesCodeData } from "./sources/shared/codes.js";
import { sqlCodes, type SqlCodeData } from "./sources/shared/sql/codes.js";
import { tableCodes, type TableCodeData } from "./sources/shared/table-codes.js";
import { splitsCodes, type SplitsCodeData } from "./splits/shared/codes.js";
import { strategiesCodes, type StrategiesCodeData } from "./strategies/shared/codes.js";
import { studentsCodes, type StudentsCodeData } from "./students/shared/codes.js";
import { targetsCodes, type TargetsCodeData } from "./targets/shared/codes.js";
import { tasksCodes, type TasksCodeData } from "./tasks/shared/codes.js";
import { techniquesCodes, type TechniquesCodeData } from "./techniques/shared/codes.js";
import { trackersCodes, type TrackersCodeData } from "./trackers/shared/codes.js";

/** Maps each code to the data of its message. */
export interface StdlibCodeData
  extends
    AggregatorsCodeData,
    ThresholdCodeData,
    BalanceCodeData,
    RangeCodeData,
    CompressorsCodeData,
    ContendersCodeData,
    UserWordCodeData,
    StdlibJudgingCodeData,
    AverageCodeData,
    PositiveLabelCodeData,
    ModelsCodeData,
    OptimizersCodeData,
    PartitionsCodeData,
    PatternsCodeData,
    StdlibPersonalCodeData,
    PromptingCodeData,
    PruningCodeData,
    RunnersCodeData,
    SchemasCodeData,
    SecretsCodeData,
    ClassErrorCodeData,
    SourcesCodeData,
    SqlCodeData,
    TableCodeData,
    SplitsCodeData,
    StrategiesCodeData,
    StudentsCodeData,
    TargetsCodeData,
    TasksCodeData,
    TechniquesCodeData,
    TrackersCodeData {}

declare module "#dsl/language/diagnostics/codes.js" {
  interface CodeData extends StdlibCodeData {}
}

export const stdlibCodes: CodeTable<StdlibCodeData> = {
  ...aggregatorsCodes,
  ...thresholdCodes,
  ...balanceCodes,
  ...rangeCodes,
  ...compressorsCodes,
  ...contendersCodes,
  ...userWordCodes,
  ...stdlibJudgingCodes,
  ...averageCodes,
  ...positiveLabelCodes,
  ...modelsCodes,
  ...optimizersCodes,
  ...partitionsCodes,
  ...patternsCodes,
  ...stdlibPersonalCodes,
  ...promptingCodes,
  ...pruningCodes,
  ...runnersCodes,
  ...schemasCodes,
  ...secretsCodes,
  ...classErrorCodes,
  ...sourcesCodes,
  ...sqlCodes,
  ...tableCodes,
  ...splitsCodes,
  ...strategiesCodes,
  ...studentsCodes,
  ...targetsCodes,
  ...tasksCodes,
  ...techniquesCodes,
  ...trackersCodes,
};
