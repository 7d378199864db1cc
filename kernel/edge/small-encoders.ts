/** Small pre-trained encoders, by the sizes in their config.json, as alternatives for a small device. */

export interface SmallPretrainedEncoder {
  readonly name: string;
  /** Word of its model family. */
  readonly family: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const bert = (hidden: number, layers: number, intermediate: number): SmallPretrainedEncoder["config"] => ({
  model_type: "bert",
  vocab_size: 30_522,
  hidden_size: hidden,
  num_hidden_layers: layers,
  num_attention_heads: 12,
  intermediate_size: intermediate,
  max_position_embeddings: 512,
  type_vocab_size: 2,
  hidden_act: "gelu",
});

export const smallPretrainedEncoders: readonly SmallPretrainedEncoder[] = [
  { name: "TinyBERT 4 × 312", family: "bert", config: bert(312, 4, 1200) },
  { name: "MiniLM 6 × 384", family: "bert", config: bert(384, 6, 1536) },
  {
    name: "MobileBERT 24 × 128",
    family: "mobilebert",
    config: {
      model_type: "mobilebert",
      vocab_size: 30_522,
      hidden_size: 512,
      num_hidden_layers: 24,
      num_attention_heads: 4,
      intermediate_size: 512,
      max_position_embeddings: 512,
      type_vocab_size: 2,
      hidden_act: "relu",
      embedding_size: 128,
      trigram_input: true,
      use_bottleneck: true,
      intra_bottleneck_size: 128,
      use_bottleneck_attention: false,
      key_query_shared_bottleneck: true,
      num_feedforward_networks: 4,
      normalization_type: "no_norm",
      classifier_activation: false,
    },
  },
  {
    name: "DistilBERT 6 × 768",
    family: "distilbert",
    config: {
      model_type: "distilbert",
      vocab_size: 30_522,
      dim: 768,
      n_layers: 6,
      n_heads: 12,
      hidden_dim: 3072,
      max_position_embeddings: 512,
      activation: "gelu",
    },
  },
];
