"""A folder of transformers (or PEFT's adapter over its base) in transformers itself: logits of tokens, or texts that it writes."""
import json
import os
from importlib.metadata import version

import torch
from serving import said, serve
from transformers import AutoTokenizer

CLASSES = (
    ("ForSequenceClassification", "AutoModelForSequenceClassification"),
    ("ForTokenClassification", "AutoModelForTokenClassification"),
    ("ForQuestionAnswering", "AutoModelForQuestionAnswering"),
    ("ForMaskedLM", "AutoModelForMaskedLM"),
    ("ForConditionalGeneration", "AutoModelForSeq2SeqLM"),
    ("ForCausalLM", "AutoModelForCausalLM"),
    ("LMHeadModel", "AutoModelForCausalLM"),
)


def loaded(place, told, base):
    import transformers

    config = told.get("config") or json.load(open(os.path.join(place, "config.json")))
    [architecture] = config.get("architectures") or ["Model"]
    name = next((auto for ending, auto in CLASSES if ending in architecture), "AutoModel")
    auto = getattr(transformers, name)
    if base is None:
        return auto.from_pretrained(place, dtype=torch.float32)
    import peft

    if "peft_type" not in json.load(open(os.path.join(place, "adapter_config.json"))):
        raise ValueError(f"PEFT has no adapters of the technique {told['technique']['word']}")
    labels = len(config.get("id2label") or {})
    heads = {"num_labels": labels, "ignore_mismatched_sizes": True} if labels else {}
    return peft.PeftModel.from_pretrained(auto.from_pretrained(base, dtype=torch.float32, **heads), place)


def pooled(hidden, mask, task):
    how = task["arguments"].get("pooling", "mean")
    real = mask[:, :, None].to(hidden.dtype)
    if how == "cls":
        vectors = hidden[:, 0]
    elif how == "last":
        vectors = hidden[torch.arange(len(hidden)), mask.sum(1) - 1]
    elif how == "max":
        vectors = hidden.masked_fill(real == 0, float("-inf")).amax(1)
    else:
        vectors = (hidden * real).sum(1) / real.sum(1)
    return vectors if task["arguments"].get("normalize") is False else torch.nn.functional.normalize(vectors)


def start(opening):
    place = opening["place"]
    told = json.load(open(os.path.join(place, "tunebook.json")))
    model = loaded(place, told, opening.get("base")).eval()
    tokenizer = AutoTokenizer.from_pretrained(place)

    def run(graph, feeds, wanted):
        with torch.no_grad():
            given = {name: torch.tensor(values, dtype=torch.long) for name, values in feeds.items()}
            out = model(**given)
        if hasattr(out, "start_logits"):
            logits = torch.stack([out.start_logits, out.end_logits], -1)
        elif hasattr(out, "logits"):
            logits = out.logits
        else:
            logits = pooled(out.last_hidden_state, given["attention_mask"], told["task"])
        return {"logits": logits.numpy()}

    def write(prompt, most):
        inputs = encoded(tokenizer, told, prompt)
        with torch.no_grad():
            out = model.generate(
                **inputs,
                do_sample=False,
                num_beams=1,
                max_new_tokens=most,
                return_dict_in_generate=True,
                output_logits=True,
            )
        begins = 1 if model.config.is_encoder_decoder else inputs["input_ids"].shape[1]
        tokens = out.sequences[0].tolist()[begins:]
        leads = [float(two[0] - two[1]) for two in (scores[0].topk(2).values for scores in out.logits)]
        ends = model.generation_config.eos_token_id
        if tokens and tokens[-1] in (ends if isinstance(ends, list) else [ends]):
            tokens = tokens[:-1]
        text = tokenizer.decode(tokens, skip_special_tokens=True)
        return {"text": text, "tokens": tokens, "first": said(out.logits[0][0].numpy()), "leads": leads}

    return version("transformers"), run, write


def encoded(tokenizer, told, prompt):
    if "template" in told:
        turns = prompt if isinstance(prompt, list) else [{"role": "user", "content": prompt}]
        return tokenizer.apply_chat_template(turns, add_generation_prompt=True, return_dict=True, return_tensors="pt")
    if told["task"]["word"] == "text_generation":
        return tokenizer(prompt, return_tensors="pt")
    text = told["task"]["arguments"].get("prefix", "") + prompt
    return tokenizer(text, truncation=True, max_length=told["max_length"], return_tensors="pt")


serve(start)
