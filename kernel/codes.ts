/** All error codes of the kernel except those in `portable-codes.ts`. */
import { dslCodes, type DslCodeData } from "#dsl/codes.js";
import { registerCodes, type CodeTable } from "#dsl/language/diagnostics/codes.js";
import { stdlibCodes, type StdlibCodeData } from "#stdlib/codes.js";
import { artifactsCodes, type ArtifactsCodeData } from "./runs/codes.js";
import { calibrationFitCodes, type CalibrationFitCodeData } from "./runs/fitted-codes.js";
import { togetherSweepCodes, type TogetherSweepCodeData } from "./runs/together/sweep-codes.js";
import { ggufCodes, type GgufCodeData } from "./bases/gguf/codes.js";
import { checkingCodes, type CheckingCodeData } from "./apps/checking/codes.js";
import { clusterCodes, type ClusterCodeData } from "./remote/coordinator/codes.js";
import { rayCodes, type RayCodeData } from "./remote/coordinator/ray/codes.js";
import { controlCodes, type ControlCodeData } from "./remote/supervisor/codes.js";
import { coreCodes, type CoreCodeData } from "./portable-codes.js";
import { datasetsCodes, type DatasetsCodeData } from "./data/sources/codes.js";
import { hubCodes, type HubCodeData } from "./data/sources/hub/codes.js";
import { redactionCodes, type RedactionCodeData } from "./data/sources/redacted-codes.js";
import { deployingCodes, type DeployingCodeData } from "./deployments/codes.js";
import { pushCodes, type PushCodeData } from "./deployments/pushing/push-codes.js";
import { runtimesCodes, type RuntimesCodeData } from "./deployments/runtimes/codes.js";
import { toolsCodes, type ToolsCodeData } from "./deployments/tools/codes.js";
import { engineCodes, type EngineCodeData } from "./engines/codes.js";
import { forwardCodes, type ForwardCodeData } from "./engines/forward/codes.js";
import { flowerCodes, type FlowerCodeData } from "./features/federate/flower/codes.js";
import { federationJoinCodes, type FederationJoinCodeData } from "./features/federate/join-codes.js";
import { lostClientCodes, type LostClientCodeData } from "./features/federate/lost-client-codes.js";
import { secureCodes, type SecureCodeData } from "./features/federate/secure/codes.js";
import { fetchCodes, type FetchCodeData } from "./fetch/codes.js";
import { importCodes, type ImportCodeData } from "./apps/import/codes.js";
import { attackCodes, type AttackCodeData } from "./inference/attack-codes.js";
import { gatheringCodes, type GatheringCodeData } from "./inference/gathering/codes.js";
import { judgingCodes, type JudgingCodeData } from "./inference/judging/codes.js";
import { promptedCodes, type PromptedCodeData } from "./inference/prompted/codes.js";
import { generationCodes, type GenerationCodeData } from "./inference/generation/codes.js";
import { slotWriterCodes, type SlotWriterCodeData } from "./inference/generation/slot-codes.js";
import { cellsCodes, type CellsCodeData } from "./apps/jupyter/cells/codes.js";
import { clientCodes, type ClientCodeData } from "./apps/jupyter/client/codes.js";
import { wireCodes, type WireCodeData } from "./apps/jupyter/wire/codes.js";
import { ranksCodes, type RanksCodeData } from "./remote/process-group/codes.js";
import { bundleCodes, type BundleCodeData } from "./runs/record/bundle/codes.js";
import { scoringCodes, type ScoringCodeData } from "./inference/scoring/codes.js";
import { servingCodes, type ServingCodeData } from "./features/serve/codes.js";
import { servingControlCodes, type ServingControlCodeData } from "./features/serve/control-codes.js";
import { modelCodes, type ModelCodeData } from "./features/serve/model-codes.js";
import { sessionAutoCodes, type SessionAutoCodeData } from "./features/sweep/auto/codes.js";
import { compressionsCodes, type CompressionsCodeData } from "./features/compress/codes.js";
import { federationsCodes, type FederationsCodeData } from "./features/federate/session/codes.js";
import { replaysCodes, type ReplaysCodeData } from "./features/replay/codes.js";
import { trainingsPrivacyCodes, type TrainingsPrivacyCodeData } from "./training-runs/privacy-codes.js";
import { updatesCodes, type UpdatesCodeData } from "./features/update/codes.js";
import { requiredScoreCodes, type RequiredScoreCodeData } from "./evaluation/required-codes.js";
import { verbsReportCodes, type VerbsReportCodeData } from "./features/report/codes.js";
import { shippingCodes, type ShippingCodeData } from "./remote/jobs/codes.js";
import { tensorsCodes, type TensorsCodeData } from "./tensors/codes.js";
import { trainingPrivateCodes, type TrainingPrivateCodeData } from "./training/private/codes.js";
import { trustCodes, type TrustCodeData } from "./trust/codes.js";

/** Maps each code to the data of its message. */
export interface KernelCodeData
  extends
    ArtifactsCodeData,
    CalibrationFitCodeData,
    TogetherSweepCodeData,
    GgufCodeData,
    CheckingCodeData,
    ClusterCodeData,
    RayCodeData,
    ControlCodeData,
    DatasetsCodeData,
    HubCodeData,
    RedactionCodeData,
    DeployingCodeData,
    PushCodeData,
    RuntimesCodeData,
    ToolsCodeData,
    EngineCodeData,
    ForwardCodeData,
    FlowerCodeData,
    FederationJoinCodeData,
    LostClientCodeData,
    SecureCodeData,
    FetchCodeData,
    ImportCodeData,
    AttackCodeData,
    GatheringCodeData,
    JudgingCodeData,
    PromptedCodeData,
    GenerationCodeData,
    SlotWriterCodeData,
    CellsCodeData,
    ClientCodeData,
    WireCodeData,
    RanksCodeData,
    BundleCodeData,
    ScoringCodeData,
    ServingCodeData,
    ServingControlCodeData,
    ModelCodeData,
    SessionAutoCodeData,
    CompressionsCodeData,
    FederationsCodeData,
    ReplaysCodeData,
    TrainingsPrivacyCodeData,
    UpdatesCodeData,
    RequiredScoreCodeData,
    VerbsReportCodeData,
    ShippingCodeData,
    TensorsCodeData,
    TrainingPrivateCodeData,
    TrustCodeData {}

declare module "#dsl/language/diagnostics/codes.js" {
  interface CodeData extends KernelCodeData {}
}

export const kernelCodes: CodeTable<KernelCodeData> = {
  ...artifactsCodes,
  ...calibrationFitCodes,
  ...togetherSweepCodes,
  ...ggufCodes,
  ...checkingCodes,
  ...clusterCodes,
  ...rayCodes,
  ...controlCodes,
  ...datasetsCodes,
  ...hubCodes,
  ...redactionCodes,
  ...deployingCodes,
  ...pushCodes,
  ...runtimesCodes,
  ...toolsCodes,
  ...engineCodes,
  ...forwardCodes,
  ...flowerCodes,
  ...federationJoinCodes,
  ...lostClientCodes,
  ...secureCodes,
  ...fetchCodes,
  ...importCodes,
  ...attackCodes,
  ...gatheringCodes,
  ...judgingCodes,
  ...promptedCodes,
  ...generationCodes,
  ...slotWriterCodes,
  ...cellsCodes,
  ...clientCodes,
  ...wireCodes,
  ...ranksCodes,
  ...bundleCodes,
  ...scoringCodes,
  ...servingCodes,
  ...servingControlCodes,
  ...modelCodes,
  ...sessionAutoCodes,
  ...compressionsCodes,
  ...federationsCodes,
  ...replaysCodes,
  ...trainingsPrivacyCodes,
  ...updatesCodes,
  ...requiredScoreCodes,
  ...verbsReportCodes,
  ...shippingCodes,
  ...tensorsCodes,
  ...trainingPrivateCodes,
  ...trustCodes,
};

/** Maps every code of dsl, stdlib and kernel to the data of its message. */
export interface AllCodeData extends DslCodeData, StdlibCodeData, CoreCodeData, KernelCodeData {}

/** Registers the codes of all packages, for a process that runs kernel code. */
export function registerAllCodes(): void {
  registerCodes(dslCodes, stdlibCodes, coreCodes, kernelCodes);
}
