/** All error codes of the vocabulary. */
import type { CodeTable } from "#dsl/language/diagnostics/codes.js";
import { aggregatorsCodes, type AggregatorsCodeData } from "./lib/aggregators/codes.js";
import { barCodes, type BarCodeData } from "./lib/bars/bar.js";
import { balanceCodes, type BalanceCodeData } from "./lib/cleaners/balance-codes.js";
import { rangeCodes, type RangeCodeData } from "./lib/cleaners/range-codes.js";
import { compressorsCodes, type CompressorsCodeData } from "./lib/compressors/codes.js";
import { contendersCodes, type ContendersCodeData } from "./lib/contenders/codes.js";
import { definedCodes, type DefinedCodeData } from "./lib/defined/codes.js";
import { stdlibJudgingCodes, type StdlibJudgingCodeData } from "./lib/judging/codes.js";
import { averageCodes, type AverageCodeData } from "./lib/metrics/average.js";
import { positiveCodes, type PositiveCodeData } from "./lib/metrics/positive.js";
import { modelsCodes, type ModelsCodeData } from "./lib/models/codes.js";
import { optimizersCodes, type OptimizersCodeData } from "./lib/optimizers/codes.js";
import { partitionsCodes, type PartitionsCodeData } from "./lib/partitions/codes.js";
import { patternsCodes, type PatternsCodeData } from "./lib/patterns/codes.js";
import { stdlibPersonalCodes, type StdlibPersonalCodeData } from "./lib/personal/codes.js";
import { promptingCodes, type PromptingCodeData } from "./lib/prompting/codes.js";
import { pruningCodes, type PruningCodeData } from "./lib/pruning/codes.js";
import { runnersCodes, type RunnersCodeData } from "./lib/runners/codes.js";
import { schemasCodes, type SchemasCodeData } from "./lib/schemas/codes.js";
import { secretsCodes, type SecretsCodeData } from "./lib/secrets/codes.js";
import { classCodes, type ClassCodeData } from "./lib/sources/class-codes.js";
import { sourcesCodes, type SourcesCodeData } from "./lib/sources/codes.js";
import { sqlCodes, type SqlCodeData } from "./lib/sources/sql/codes.js";
import { tableCodes, type TableCodeData } from "./lib/sources/table-codes.js";
import { splitsCodes, type SplitsCodeData } from "./lib/splits/codes.js";
import { strategiesCodes, type StrategiesCodeData } from "./lib/strategies/codes.js";
import { studentsCodes, type StudentsCodeData } from "./lib/students/codes.js";
import { targetsCodes, type TargetsCodeData } from "./lib/targets/codes.js";
import { tasksCodes, type TasksCodeData } from "./lib/tasks/codes.js";
import { techniquesCodes, type TechniquesCodeData } from "./lib/techniques/codes.js";
import { trackersCodes, type TrackersCodeData } from "./lib/trackers/codes.js";

/** Code to the data of its message. */
export interface StdlibCodeData
  extends
    AggregatorsCodeData,
    BarCodeData,
    BalanceCodeData,
    RangeCodeData,
    CompressorsCodeData,
    ContendersCodeData,
    DefinedCodeData,
    StdlibJudgingCodeData,
    AverageCodeData,
    PositiveCodeData,
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
    ClassCodeData,
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
  ...barCodes,
  ...balanceCodes,
  ...rangeCodes,
  ...compressorsCodes,
  ...contendersCodes,
  ...definedCodes,
  ...stdlibJudgingCodes,
  ...averageCodes,
  ...positiveCodes,
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
  ...classCodes,
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
