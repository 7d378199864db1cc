/** Writes a proposal as a Tune program like a handwritten one, and a separate program for one of its trials. */
import type { ProgramProposal, ProposedSetting } from "./auto.js";

export interface ProgramNames {
  readonly data: string;
  readonly model: string;
  readonly recipe: string;
  readonly as: string;
}

export function programText({ model, recipe, vary, sweep }: ProgramProposal, names: ProgramNames): string {
  return [
    block(`model ${names.model}`, model),
    "",
    ...(recipe.length > 0 ? [block(`recipe ${names.recipe}`, recipe), ""] : []),
    `sweep ${names.model} on ${names.data}${recipe.length > 0 ? ` with ${names.recipe}` : ""} as ${names.as} {`,
    "  vary: {",
    ...linesOf(vary, "    "),
    "  }",
    ...linesOf(sweep, "  "),
    "}",
  ].join("\n");
}

/** Returns all settings of a trial: the proposal's settings, with the trial's values in place of those that vary. */
export function trialSettings(
  { model, recipe }: Pick<ProgramProposal, "model" | "recipe">,
  values: Readonly<Record<string, string>>,
  modelKeys: ReadonlySet<string>,
): { readonly model: Readonly<Record<string, string>>; readonly recipe: Readonly<Record<string, string>> } {
  const textsOf = (settings: readonly ProposedSetting[]): Record<string, string> =>
    Object.fromEntries(settings.map(({ key, value }) => [key, value]));
  const whole = { model: textsOf(model), recipe: textsOf(recipe) };
  for (const [path, value] of Object.entries(values))
    whole[modelKeys.has(path.split(".")[0] ?? path) ? "model" : "recipe"][path] = value;
  return whole;
}

/** Returns the winner as a separate program, which trains to the same weights. */
export function winnerProgram(whole: ReturnType<typeof trialSettings>, names: ProgramNames): string {
  const settings = (values: Readonly<Record<string, string>>): readonly ProposedSetting[] =>
    Object.entries(values).map(([key, value]) => ({ key, value }));
  const recipe = settings(whole.recipe);
  return [
    block(`model ${names.model}`, settings(whole.model)),
    ...(recipe.length > 0 ? [block(`recipe ${names.recipe}`, recipe)] : []),
    `train ${names.model} on ${names.data}${recipe.length > 0 ? ` with ${names.recipe}` : ""}`,
  ].join("\n");
}

/** Returns a similar name that is not taken. */
export function unusedName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let i = 2; ; i++) if (!taken.has(`${wanted}_${String(i)}`)) return `${wanted}_${String(i)}`;
}

function block(header: string, settings: readonly ProposedSetting[]): string {
  const brief = `${header} { ${settings.map(({ key, value }) => `${key}: ${value}`).join(", ")} }`;
  if (brief.length <= 100 && settings.every(({ why }) => why === undefined)) return brief;
  return [`${header} {`, ...linesOf(settings, "  "), "}"].join("\n");
}

function linesOf(settings: readonly ProposedSetting[], indent: string): readonly string[] {
  return settings.map(({ key, value, why }) => {
    const line = `${indent}${key}: ${value}`;
    return why === undefined ? line : `${line} // ${why}`;
  });
}
