import { defineWord } from "#dsl/language/types/define.js";

export const word = defineWord({
  kind: "search",
  name: "sobol",
  doc: "Spreads the trials evenly over all spaces at once, as chance doesn't: Sobol's sequence, scrambled by the recipe's seed.",
  example: "search: sobol",
  elsewhere: {
    qmc: "sobol",
    quasi_random: "sobol",
    quasirandom: "sobol",
    halton: "sobol",
    latin_hypercube: "sobol",
    QMCSampler: "sobol",
  },
  references: [
    {
      title: "Constructing Sobol sequences with better two-dimensional projections",
      by: "Joe, Kuo",
      year: 2008,
      url: "https://doi.org/10.1137/070709359",
    },
    {
      title: "Practical hash-based Owen scrambling",
      by: "Burley",
      year: 2020,
      url: "https://jcgt.org/published/0009/04/01/",
    },
  ],
  parameters: [],
  load: async () => (await import("./sobol.run.js")).sobol,
});
