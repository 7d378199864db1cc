import { defineWord } from "#dsl/language/types/define.js";
import { baselineRefusal } from "./shared/refusal.js";

export const word = defineWord({
  kind: "contender",
  name: "baseline",
  doc: "What a model must beat, made in seconds of the split `train` of the data that are scored.",
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
      doc: "How it answers.",
      means: {
        majority: "always the commonest label, the mean of numbers, of each word the tag that it has most often",
        tfidf:
          "a linear model over words and pairs of neighbouring words: logistic regression of labels, ridge regression of numbers; how alike two texts are by the words that they share",
        probe:
          "the model's base as it was before training, frozen, and a linear model over the vectors that it makes of texts",
      },
      required: true,
      positional: true,
      why: "A score says something only beside what is had for nothing.",
      impact: "high",
    },
  ],
  notes: [
    "`tfidf` says what scikit-learn's `TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)` and `LogisticRegression` say (of several labels for a text one against the rest; of numbers `Ridge`), to less than 0.001. It is compared as somebody would who tried to make it good: C (1, 10, 100; of numbers 1 / alpha of 0.1, 1, 10) and what rows count by their labels (as the model's `class_weight`, all alike, balanced) are chosen by what `evaluate` measures first, on the split `validation`, or by five folds of `train` where there is none. The line beneath the scores says what was chosen, and of how many settings. Words are letters and digits in a row, in lower case; Chinese, Japanese, Thai, Lao, Khmer and Burmese are read letter by letter.",
    "Rows of two texts have words of each apart.",
    "`probe` is what `router.base` is too where the base has no head for the task: its vectors (of at most 10,000 rows of the split `train`) are given mean 0 and spread 1, and how strictly the linear model is held is chosen by every fifth of those rows.",
  ],
  capabilities: {
    trainsOnData: () => true,
    probeArguments: { of: "probe" },
    isConstant: (call) => call.arguments.of === "majority",
    refusal: (call, wanted) => baselineRefusal(call.arguments.of, wanted),
  },
  load: () => import("./baseline.run.js").then((m) => m.simpleBaseline),
});
