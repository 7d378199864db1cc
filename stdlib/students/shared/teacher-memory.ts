/**
 * Memory of a student's program for a teacher that runs in the same step, in numbers. It is estimated by formula and
 * tested against a walk over such programs (`dsl/tensor/memory.ts`).
 */
import type { FamilyCapabilities, TaskCapabilities } from "#dsl/language/types/capabilities/model.js";
import type { BaseFacts } from "#dsl/language/types/facts.js";
import type { TeacherMemory } from "#dsl/language/types/capabilities/teacher-memory.js";
import type { Call } from "#dsl/language/types/value.js";
import { numberFieldOf, HEAD_COUNT_FIELDS } from "./sizes.js";
import { teacherRunsAlongside } from "./teachable.js";

/** Copies of the logits over all tokens, when the loss is not computed in chunks. */
const SAID = 2.5;
/**
 * Matrices over pairs of tokens. Scores: the student's and the teacher's; relations: those of queries, keys and values.
 */
const SCORES = 2;
const RELATIONS = 10;

export function teacherMemoryOf(
  learns: readonly Call[],
  has: TaskCapabilities | undefined,
  studentFacts: BaseFacts,
  larger: BaseFacts,
  family: FamilyCapabilities | undefined,
): TeacherMemory | null {
  if (!teacherRunsAlongside(learns, has)) return null;
  const size = (facts: BaseFacts, name: "hidden" | "layers" | "intermediate"): number =>
    numberFieldOf(facts.config, family?.sizeFields[name] ?? []) ?? 0;
  const heads = (facts: BaseFacts): number => numberFieldOf(facts.config, HEAD_COUNT_FIELDS) ?? 1;
  const width = size(larger, "hidden") || 1;
  const inner = size(larger, "intermediate") || 4 * width;
  const gated = Object.keys(larger.shapes).some((path) => family?.gateLayer?.test(path));
  const hidden = learns.find(({ word }) => word === "hidden");
  const attention = learns.find(({ word }) => word === "attention");
  const keptBlocks = hidden?.arguments["blocks"] === "last" ? 1 : size(larger, "layers") + 1;
  const way = attention?.arguments["of"];
  const scores = way === "scores" || (way !== "relations" && heads(studentFacts) === heads(larger));
  const matrices = scores
    ? heads(larger) * (SCORES * (size(studentFacts, "layers") || size(larger, "layers")) + 1)
    : heads(studentFacts) * RELATIONS;
  return {
    perToken: hidden ? (keptBlocks + 5) * width + (gated ? 3 : 2) * inner : 3.5 * width,
    perTokenPair: attention ? matrices : 0,
    perLogit: has?.decides === undefined && learns.some(({ word }) => word === "logits") ? SAID : 0,
  };
}
