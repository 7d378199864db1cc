import { defineWord } from "#dsl/language/types/define.js";
import { baselineRefusal } from "./shared/refusal.js";

export const word = defineWord({
  kind: "contender",
  name: "baseline",
  doc: "A simple model to compare with, fitted in seconds on the split `train` of the scored data.",
  example: "evaluate router, baseline(majority), baseline(tfidf) on tickets.test",
  elsewhere: { dummy: "majority", most_frequent: "majority", DummyClassifier: "baseline", naive: "baseline" },
  parameters: [
    {
      name: "of",
      type: {
        is: "choice",
        of: ["majority", "tfidf", "probe"],
        elsewhere: {
          most_frequent: "majority",
          dummy: "majority",
          constant: "majority",
          mean: "majority",
          linear_probe: "probe",
          frozen: "probe",
          embeddings: "probe",
          bow: "tfidf",
          tf_idf: "tfidf",
          logistic_regression: "tfidf",
          TfidfVectorizer: "tfidf",
        },
      },
      doc: "The method.",
      means: {
        majority: "always the commonest label, the mean of numbers, of each word the tag that it has most often",
        tfidf:
          "a linear model over words and pairs of neighbouring words: logistic regression for labels, ridge regression for numbers; for pairs of texts, their similarity by the words they share",
        probe: "the model's base before training, frozen, and a linear model over its text vectors",
      },
      required: true,
      positional: true,
      why: "A score is meaningful only in comparison with a simple method.",
      impact: "high",
    },
  ],
  notes: [
    "`tfidf` gives the results of scikit-learn's `TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)` and `LogisticRegression` (one-vs-rest with several labels per text; `Ridge` for numbers), to less than 0.001. It is tuned as a careful user would: C (1, 10, 100; for numbers 1 / alpha of 0.1, 1, 10) and class weights (the model's `class_weight`, uniform, balanced) are chosen by the first metric of `evaluate` on the split `validation`, or by five folds of `train` if there is none. The line below the scores shows the choice and the number of settings. Words are runs of letters and digits, in lower case; Chinese, Japanese, Thai, Lao, Khmer and Burmese are split into characters.",
    "Rows of two texts have separate words for each text.",
    "`probe` equals `router.base` if the base has no head for the task: its vectors (of at most 10,000 rows of the split `train`) are standardised to mean 0 and standard deviation 1, and the regularisation of the linear model is chosen on every fifth of those rows.",
  ],
  capabilities: {
    trainsOnData: () => true,
    probeArguments: { of: "probe" },
    isConstant: (call) => call.arguments.of === "majority",
    refusal: (call, wanted) => baselineRefusal(call.arguments.of, wanted),
  },
  load: () => import("./baseline.run.js").then((m) => m.simpleBaseline),
});
