/** Names of the compared models, as used in tables and verdicts. */

/** The default recipe with the seed that has the best validation score. */
export const DEFAULT = "default";
/** The default recipe trained once, with its first seed. */
export const ONCE = "default, seed 0";
/** The sweep's best, or the best of its baselines where nothing was trained. */
export const FOUND = "found.best";
export const WORDS = "baseline(tfidf)";
