/**
 * Capabilities of words by kind: facts that checker, plan and runner read instead of testing for a word. `dsl` knows
 * kinds and no word. Folders of stdlib add the capabilities that they read themselves (`declare module
 * "#dsl/language/types/capabilities/model.js"`).
 */
import type { Call } from "./value.js";
import type {
  SourceCapabilities,
  CleanerCapabilities,
  SplitCapabilities,
  SecretCapabilities,
} from "./capabilities/data.js";
import type {
  FamilyCapabilities,
  StorageCapabilities,
  ModelPartCapabilities,
  TaskCapabilities,
  TechniqueCapabilities,
} from "./capabilities/model.js";
import type { MetricCapabilities } from "./capabilities/metric.js";
import type {
  ThresholdCapabilities,
  BaselineCapabilities,
  AttackCapabilities,
  CalibrationCapabilities,
} from "./capabilities/scoring.js";
import type {
  SearchCapabilities,
  SearchSpaceCapabilities,
  NumberRelationCapabilities,
  RelationTermCapabilities,
} from "./capabilities/sweep.js";
import type { RunnerCapabilities, DeployTargetCapabilities } from "./capabilities/running.js";
import type {
  ScheduleCapabilities,
  StrategyCapabilities,
  CompressionCapabilities,
  DistillationLossCapabilities,
  PrivacyCapabilities,
} from "./capabilities/learning.js";
import type {
  AggregatorCapabilities,
  PartitionCapabilities,
  UpdateCompressorCapabilities,
} from "./capabilities/federation.js";

/** Kinds of words. A kind without specific capabilities has `NoCapabilities`. */
export interface CapabilitiesByKind<C extends Call = Call> {
  verb: NoCapabilities;
  reserved: NoCapabilities;
  experiment: NoCapabilities;
  source: SourceCapabilities<C>;
  cleaner: CleanerCapabilities<C>;
  split: SplitCapabilities<C>;
  conversation: NoCapabilities;
  template: NoCapabilities;
  model: FamilyCapabilities;
  tokenizer: NoCapabilities;
  storage: StorageCapabilities<C>;
  part: ModelPartCapabilities<C>;
  task: TaskCapabilities<C>;
  technique: TechniqueCapabilities<C>;
  optimizer: NoCapabilities;
  schedule: ScheduleCapabilities;
  loss: NoCapabilities;
  metric: MetricCapabilities<C>;
  bar: ThresholdCapabilities<C>;
  contender: BaselineCapabilities<C>;
  slicing: NoCapabilities;
  attack: AttackCapabilities;
  calibration: CalibrationCapabilities<C>;
  keeping: NoCapabilities;
  stopping: NoCapabilities;
  cadence: NoCapabilities;
  decoder: NoCapabilities;
  search: SearchCapabilities<C>;
  space: SearchSpaceCapabilities;
  relation: NumberRelationCapabilities;
  term: RelationTermCapabilities;
  pruner: NoCapabilities;
  tracker: NoCapabilities;
  runner: RunnerCapabilities<C>;
  strategy: StrategyCapabilities<C>;
  student: CompressionCapabilities<C>;
  sparsity: CompressionCapabilities<C>;
  quantization: CompressionCapabilities<C>;
  lesson: DistillationLossCapabilities;
  privacy: PrivacyCapabilities<C>;
  aggregator: AggregatorCapabilities;
  partition: PartitionCapabilities<C>;
  compressor: UpdateCompressorCapabilities;
  subject: NoCapabilities;
  target: DeployTargetCapabilities<C>;
  secret: SecretCapabilities;
}
export type WordKind = keyof CapabilitiesByKind;
export type NoCapabilities = never;
