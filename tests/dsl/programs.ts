/** Programs that span the language: those that use implemented features compile, the others only parse. */
export const built: Readonly<Record<string, string>> = {
  quickstart: `// Route tickets to teams.
data tickets {
  source: csv("tickets.csv")
  columns: { text: body, label: team, group: customer }
  clean: [unicode, strip_html, drop_empty, drop_duplicates]
  split: random(train: 80%, validation: 10%, test: 10%, stratify: team)
}
model router { base: "all-MiniLM-L6-v2", task: text_classification, technique: lora(rank: 8) }
recipe quick { epochs: 3, optimizer: adamw(learning_rate: 1e-3) }

train router on tickets with quick
evaluate router on tickets.test { metrics: [accuracy, f1(macro)] }
`,
  variations: `data reviews { source: csv("a.csv"), columns: { text: text, label: label }, split: by_column(part) }
model mood { base: "minilm", task: text_classification, max_length: 128 }
model slim like mood { technique: lora(rank: 4, targets: [query, key, value]) }
model wide like slim { technique.rank: 32 }
recipe short { steps: 100, batch_size: 16, schedule: cosine(warmup: 10%), shuffle: random, clip: none }
recipe careful like short { optimizer.learning_rate: 3e-4, early_stopping: patience(3), dropout: 0.2, seed: 7 }
train mood, slim on reviews with short
train wide on reviews with careful as best { validate: every(steps: 10), keep: best }
evaluate mood, slim, best on reviews.validation, reviews.test { worst: 5 }
predict best on "Never again." as verdict
show best.plan
`,
  processes: `data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 20%) }
model m { base: "minilm", task: text_classification }
sweep m on d as search { vary: { batch_size: choice(16, 32) }, trials: 2, maximize: accuracy, runner: processes(4) }
sweep auto on d as found { budget: 20min, runner: processes(2) }
`,
  search: `parameters { trials: 4, rate: 1e-3 }
data d { source: csv("a.csv"), columns: { text: text, label: label }, split: random(train: 80%, validation: 20%) }
model m { base: "minilm", task: text_classification }
recipe quick { epochs: 1, optimizer: adamw(learning_rate: $rate) }
sweep m on d with quick as search {
  vary: {
    technique: choice(full, lora(rank: choice(4, 8, 16)))
    optimizer.learning_rate: log(1e-5..1e-2)
    batch_size: choice(16, 32)
  }
  search: random, trials: $trials, budget: 20min
  maximize: f1(macro)
}
engine { engine: tensorflow, threads: 2 }
`,
};
/** Programs that use features not implemented yet: they must parse without any diagnostic. */
export const beyond: readonly string[] = [
  `data odd {
  source: csv("C:\\\\data\\\\x.csv")   // escaped
  columns: {
    text: "Körper des Tickets"
    label: équipe
    weight: data
  }
}
model m {
  base: "gpt2"
  task: text_generation(prompt: """
    You write adverts.
    Keep "quotes" as they are.
    """)
}`,
  `tune 1
engine { device: gpu, threads: 8, memory: 20GB }
experiment { goal: "Route tickets at 90 % accuracy", trackers: [mlflow("http://localhost:5000"), tensorboard] }
deploy router to onnx("build/router")
update router on spring, summer with quick { strategy: ewc(strength: 1000), replay: 5% }`,
  `model writer { base: $base, task: regression(range: -1..1), freeze: [embeddings, layers(0..3)] }
train writer on calls { optimizer: adamw(learning_rate: 2e-5, groups: [{ match: "classifier.*", learning_rate: 1e-3 }]) }
federate router on north, south with quick as shared {
  rounds: 20, aggregate: fedprox(mu: 0.01), secure_aggregation: true
  privacy: differential(epsilon: 8, delta: 1e-5)
}`,
];
