/** What is compared, as tables and verdicts name it. */

/** The default recipe's seed that does best on the rows that validate. */
export const DEFAULT = "default";
/** Its first seed: the recipe trained once. */
export const ONCE = "default, seed 0";
/** The sweep's best, or the best of its baselines where nothing was trained. */
export const FOUND = "found.best";
export const WORDS = "baseline(tfidf)";
