/**
 * What a program means, as a number. Raise it whenever the same program comes to other numbers than before, and say so in the
 * changelog: recipes are hashed with it, so that a run of the old meaning is neither resumed nor taken for the new one.
 *
 * 1, which stands in no recipe: schedules multiplied their warm-up and their decay.
 * 2: schedules are those of transformers: the warm-up starts at zero and the decay starts where the warm-up ends.
 */
export const SEMANTICS = 2;

/** Of a recipe as it is stored. */
export const semanticsOf = (recipe: { readonly semantics?: number }): number => recipe.semantics ?? 1;
