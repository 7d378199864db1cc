"""What transformers' generate makes of scores: the bent distributions, and beam search over a model that is two tables."""
import json
import os

import torch
from transformers import GenerationConfig, GenerationMixin, LogitsProcessorList, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput

VOCABULARY = 23


class TableConfig(PretrainedConfig):
    model_type = "two_tables"

    def __init__(self, **more):
        super().__init__(vocab_size=VOCABULARY, hidden_size=1, num_hidden_layers=1, num_attention_heads=1, **more)


class Tables(PreTrainedModel, GenerationMixin):
    """Scores after ... a b: last[b] + 0.5 * before[a]."""

    config_class = TableConfig

    def __init__(self, config, last, before):
        super().__init__(config)
        self.last, self.before = torch.nn.Parameter(last), torch.nn.Parameter(before)
        self.post_init()

    def _init_weights(self, module):
        pass

    def prepare_inputs_for_generation(self, input_ids, attention_mask=None, **more):
        return {"input_ids": input_ids}

    def forward(self, input_ids, attention_mask=None, return_dict=True, **more):
        b = self.last[input_ids]
        a = torch.zeros_like(b)
        a[:, 1:] = self.before[input_ids[:, :-1]]
        return CausalLMOutput(logits=b + 0.5 * a)


def is_warper(processor):
    return type(processor).__name__ in ("TemperatureLogitsWarper", "TopKLogitsWarper", "TopPLogitsWarper", "MinPLogitsWarper")


def rounded(x):
    return torch.round(x * 1e4) / 1e4


def warps():
    generator = torch.Generator().manual_seed(5)
    model = Tables(TableConfig(), torch.zeros(VOCABULARY, VOCABULARY), torch.zeros(VOCABULARY, VOCABULARY))
    cases = []
    for settings in [
        {"temperature": 0.7},
        {"temperature": 2.5},
        {"top_k": 5},
        {"top_k": 1},
        {"top_k": 40},
        {"top_p": 0.9},
        {"top_p": 0.3},
        {"top_p": 0.0},
        {"repetition_penalty": 1.3},
        {"repetition_penalty": 0.8},
        {"temperature": 0.7, "top_k": 6, "top_p": 0.8, "repetition_penalty": 1.2},
        {"temperature": 1.7, "top_k": 12, "top_p": 0.6},
        {"min_p": 0.1},
        {"min_p": 1.0},
        {"temperature": 1.5, "top_p": 0.9, "min_p": 0.05},
        {"bias": {"3": 4.0, "7": -100.0, "11": 1.5}},
        {"bias": {"5": -2.5}, "repetition_penalty": 1.4, "temperature": 0.9, "top_k": 9},
        {"frequency_penalty": 0.7, "presence_penalty": -0.4},
        {"frequency_penalty": -1.2, "presence_penalty": 1.9, "temperature": 1.3, "top_p": 0.7, "min_p": 0.2},
    ]:
        scores = rounded(1.2 * torch.randn(1, VOCABULARY, generator=generator))
        seen = torch.randint(0, VOCABULARY, (1, 6), generator=generator)
        full = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "repetition_penalty": 1.0, **settings}
        own = {name: full.pop(name, 0.0) for name in ("frequency_penalty", "presence_penalty")}
        if own["frequency_penalty"]:
            seen[0, 3:] = seen[0, 3]
        bias = full.pop("bias", {})
        if bias:
            full["sequence_bias"] = {(int(token),): added for token, added in bias.items()}
        config = GenerationConfig(do_sample=True, **full)
        model._prepare_special_tokens(config, device="cpu")
        processors = model._get_logits_processor(config, input_ids_seq_length=6)
        # What OpenAI documents stands before temperature; transformers has no word for it.
        first = [p for p in processors if not is_warper(p)]
        bent = LogitsProcessorList(first)(seen, scores.clone())
        written = torch.bincount(seen[0, 2:], minlength=VOCABULARY)
        bent = bent - written * own["frequency_penalty"] - (written > 0) * own["presence_penalty"]
        bent = LogitsProcessorList([p for p in processors if is_warper(p)])(seen, bent)
        probabilities = torch.softmax(bent, -1)[0]
        full.pop("sequence_bias", None)
        cases.append({"settings": {**full, **own, "bias": bias}, "scores": scores[0].tolist(), "seen": seen[0].tolist(),
            "written_from": 2, "probabilities": probabilities.tolist(),
            "likelihoods": torch.log_softmax(scores, -1)[0].tolist()})
    return cases


def searches(last, before):
    model = Tables(TableConfig(), last, before).eval()
    generator = torch.Generator().manual_seed(6)
    cases = []
    for settings in [
        {"num_beams": 2},
        {"num_beams": 3, "length_penalty": 0.0},
        {"num_beams": 4, "length_penalty": 2.0},
        {"num_beams": 4, "length_penalty": -1.0},
        {"num_beams": 4, "early_stopping": True},
        {"num_beams": 3, "repetition_penalty": 1.5},
        {"num_beams": 5, "eos_token_id": [2, 7]},
        {"num_beams": 3, "eos_token_id": None},
        {"num_beams": 1},
    ]:
        prompts = torch.randint(3, VOCABULARY, (3, 4), generator=generator)
        full = {"length_penalty": 1.0, "early_stopping": False, "repetition_penalty": 1.0, "eos_token_id": [2], **settings}
        most = 12
        config = GenerationConfig(do_sample=False, max_new_tokens=most, pad_token_id=0, use_cache=False, return_dict_in_generate=True, output_scores=True, **full)
        with torch.inference_mode():
            out = model.generate(prompts, attention_mask=torch.ones_like(prompts), generation_config=config)
        scores = out.sequences_scores.tolist() if full["num_beams"] > 1 else None
        ends = full.pop("eos_token_id") or []
        texts = [cropped(row[4:].tolist(), ends) for row in out.sequences]
        cases.append({"settings": full, "ends": ends, "most": most, "prompts": prompts.tolist(), "texts": texts, "scores": scores})
    return cases


def cropped(tokens, ends):
    for i, token in enumerate(tokens):
        if token in ends:
            return tokens[: i + 1]
    return tokens


def make(golden):
    generator = torch.Generator().manual_seed(4)
    last, before = (rounded(1.5 * torch.randn(VOCABULARY, VOCABULARY, generator=generator)) for _ in range(2))
    last[:, 2] += 1.0
    tables = {"last": last.tolist(), "before": before.tolist()}
    with open(os.path.join(golden, "decoders.json"), "w") as file:
        json.dump({"vocabulary": VOCABULARY, "warps": warps(), "tables": tables, "searches": searches(last, before)}, file)
        file.write("\n")
