/** Checks whether the values of a point satisfy the relations in `where`. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import { numberOrShare } from "#dsl/language/types/numeric.js";
import {
  isNestedCall,
  isSearchSpace,
  type SettingSearchSpace,
  type SweepPlan,
  type SweepRelation,
  type RelationTerm,
} from "#dsl/compiler/plan/sweep/sweep-plan.js";
import { wordOfOption } from "#dsl/compiler/plan/sweep/relations.js";
import { isCall } from "#dsl/compiler/plan/value.js";
import type { Value } from "#dsl/language/types/value.js";
import { registry } from "#stdlib/registry.js";
import type { SearchPoint } from "#stdlib/searches/kind.js";

export function satisfiesRelations(sweep: SweepPlan, point: SearchPoint): boolean {
  return brokenRelationAt(sweep, point) === null;
}

/**
 * Returns the first violated relation as written; null if all hold. A relation is skipped if a path has no number at
 * this point (its option is not chosen).
 */
export function brokenRelationAt({ where = [], vary, plan }: SweepPlan, point: SearchPoint): string | null {
  const broken = where.find(({ relation, terms, when }) => {
    if (when && wordAt(vary, point, when.path) !== when.word) return false;
    const [one, other] = terms.map((term) => numberOf(term, (path) => numberAt(vary, plan, point, path)));
    const word = mustExist(registry.find("relation", relation)?.capabilities, `the relation ${relation}`);
    return one !== undefined && other !== undefined && !word.isSatisfied(one, other);
  });
  return broken ? `${broken.relation}(${[...broken.terms.map(termText), ...onlyText(broken)].join(", ")})` : null;
}
const onlyText = ({ when }: SweepRelation): readonly string[] => (when ? [`when: ${when.word}`] : []);
function termText(term: RelationTerm): string {
  if ("number" in term) return String(term.number);
  return "path" in term ? term.path : `${term.term}(${term.of.map(termText).join(", ")})`;
}

/** Returns the word that was drawn for a path. */
function wordAt(vary: SweepPlan["vary"], point: SearchPoint, path: string): string | undefined {
  const [space, drawn] = [vary[path], point[path]];
  const option = space?.space === "choice" && drawn !== undefined ? space.of[drawn] : undefined;
  return option === undefined ? undefined : wordOfOption(option);
}

function numberOf(term: RelationTerm, valueAt: (path: string) => number | undefined): number | undefined {
  if ("number" in term) return term.number;
  if ("path" in term) return valueAt(term.path);
  const numbers = term.of.map((one) => numberOf(one, valueAt));
  const known = numbers.filter((one) => one !== undefined);
  return known.length < numbers.length
    ? undefined
    : mustExist(registry.find("term", term.term)?.capabilities, `the term ${term.term}`).compute(known);
}

/** Returns the number of a path: drawn, an argument of a drawn option, or from the definitions. */
function numberAt(
  vary: SweepPlan["vary"],
  plan: SweepPlan["plan"],
  point: SearchPoint,
  path: string,
): number | undefined {
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length--) {
    const prefix = parts.slice(0, length).join(".");
    const space = vary[prefix];
    if (space) return inSpace(space, prefix, point, parts.slice(length));
  }
  const { data, model, training } = plan.recipe;
  const root = parts[0] ?? path;
  const owner = [training, model, data].find((one) => root in one);
  const found = owner && Object.entries(owner).find(([key]) => key === root);
  return found && inValue(found[1] as Value, parts.slice(1));
}

/** @param name name of the dimension */
function inSpace(
  space: SettingSearchSpace,
  name: string,
  point: SearchPoint,
  rest: readonly string[],
): number | undefined {
  const drawn = point[name];
  if (drawn === undefined) return undefined;
  if (space.space !== "choice") return rest.length === 0 ? drawn : undefined;
  const option = space.of[drawn];
  if (option === undefined) return undefined;
  if (isSearchSpace(option)) return inSpace(option, `${name}/${String(drawn)}`, point, rest);
  if (!isNestedCall(option)) return inValue(option, rest);
  const [argument = "", ...deeper] = rest;
  const inner = option.spaces[argument];
  return inner ? inSpace(inner, `${name}/${String(drawn)}.${argument}`, point, deeper) : inValue(option.nested, rest);
}

function inValue(value: Value | undefined, rest: readonly string[]): number | undefined {
  const [name, ...deeper] = rest;
  if (value === undefined) return undefined;
  if (name === undefined) return numberOrShare(value);
  if (isCall(value)) return inValue(value.arguments[name], deeper);
  const record = value !== null && typeof value === "object" && "record" in value ? value.record : {};
  return inValue(record[name], deeper);
}
