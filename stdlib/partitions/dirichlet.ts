import { defineWord } from "#dsl/language/types/define.js";
import {
  partitionAdvice,
  alphaParameter,
  byColumnParameter,
  partitionColumn,
  clientsParameter,
  drawnPartitionParameterAliases,
  leastRowsParameter,
} from "./shared/parameters.js";

export const word = defineWord({
  kind: "partition",
  name: "dirichlet",
  doc: "Gives rows to clients label by label: the clients' shares of each label are drawn from a Dirichlet distribution. Both labels and numbers of rows differ between clients.",
  example: "clients: dirichlet(10, by: team, alpha: 0.3)",
  references: [
    {
      title: "Measuring the Effects of Non-Identical Data Distribution for Federated Visual Classification",
      by: "Hsu, Qi and Brown",
      year: 2019,
      url: "https://arxiv.org/abs/1909.06335",
    },
    {
      title: "Bayesian Nonparametric Federated Learning of Neural Networks",
      by: "Yurochkin et al.",
      year: 2019,
      url: "https://arxiv.org/abs/1905.12022",
    },
  ],
  elsewhere: {
    DirichletPartitioner: "dirichlet",
    InnerDirichletPartitioner: "dirichlet",
    LDA: "dirichlet",
    lda: "dirichlet",
    noniid_labeldir: "dirichlet",
    hetero_dir: "dirichlet",
    dir: "dirichlet",
    ...drawnPartitionParameterAliases,
  },
  advice: { ...partitionAdvice, self_balancing: "remove it: `least` sets the minimum rows of a client" },
  capabilities: {
    clientCount: (call) => call.arguments.clients,
    partitionedBy: (call) => partitionColumn(call.arguments),
    minRows: (call) => call.arguments.least,
  },
  parameters: [
    clientsParameter,
    byColumnParameter,
    alphaParameter("the fewer clients share most rows of a label"),
    leastRowsParameter,
  ],
  load: async () => (await import("./dirichlet.run.js")).dirichletPartition,
});
