/**
 * The version of the language's semantics. Raise it when the same program trains to different numbers than before, and say so in the
 * changelog. Recipe hashes include it, so a run of an older version is not resumed as if it were the same training.
 *
 * 1 (recipes without a version): the learning rate was warm-up times decay.
 * 2: schedules are those of transformers: the warm-up starts at zero and the decay starts where the warm-up ends.
 */
export const SEMANTICS_VERSION = 2;

/** Returns the semantics version of a stored recipe. */
export const semanticsVersionOf = (recipe: { readonly semantics?: number }): number => recipe.semantics ?? 1;
