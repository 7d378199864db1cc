/** Runs one of Tunebook's searches on a problem, trial by trial. */
import { parseValue, fillValueDefaults } from "#dsl/compiler/statement/value.js";
import { implementationOf } from "#dsl/language/types/loaded.js";
import type { Parameter } from "#dsl/language/types/registry.js";
import type { Call } from "#dsl/language/types/value.js";
import type { SearchImplementation, StudyTrial } from "#stdlib/searches/kind.js";
import { registry } from "#stdlib/registry.js";
import { seededRandom } from "#stdlib/statistics/chance.js";
import type { Problem, Tried } from "./problems.js";

export interface Search {
  readonly call: Call;
  readonly does: SearchImplementation;
}

/** Creates a search from its Tune source text, such as `tpe(startup: 20)`. */
export async function searchOf(text: string): Promise<Search> {
  const parameter = registry.find("verb", "sweep")?.parameters.find((one: Parameter) => one.name === "search");
  if (!parameter) throw new Error("no search to sweep by");
  const read = parseValue(text, parameter, registry);
  const whole = read.value === undefined ? read : fillValueDefaults(read.value, parameter, registry);
  const wrong = whole.diagnostics.find(({ severity }) => severity === "error");
  const call = whole.value as Call | undefined;
  if (wrong || !call) throw new Error(`${text}: ${wrong?.code ?? "is no search"}`);
  return { call, does: await implementationOf(registry, "search", call.word) };
}

export function searched(
  { call, does }: Search,
  problem: Problem,
  seed: number,
  count: number,
): { readonly trials: readonly Tried[]; readonly seconds: number } {
  const normal = normals(seed);
  const trials: StudyTrial[] = [];
  const tried: Tried[] = [];
  let seconds = 0;
  for (let number = 1; number <= count; number++) {
    const began = performance.now();
    const study = { dimensions: problem.dimensions, objectives: problem.objectives, seed, trials, wanted: count };
    const point = does.suggest(call, { ...study, allows: () => true }, number);
    seconds += (performance.now() - began) / 1000;
    if (point === null) break;
    const values = problem.of(point).map((value) => value + (problem.noise > 0 ? problem.noise * normal() : 0));
    tried.push({ point, values });
    const scores = values.map((value) => -value);
    trials.push({ number, point, state: "done", scores, reports: [], violation: 0 });
  }
  return { trials: tried, seconds };
}

/** Box–Muller transform. */
function normals(seed: number): () => number {
  const generator = seededRandom(seed, 17);
  const share = (): number => ((generator.next() >>> 0) + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(share())) * Math.cos(2 * Math.PI * share());
}
