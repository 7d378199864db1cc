"""PyTorch's losses with their gradients, and its optimizers over a matrix and a vector, in float64 where the library can. Lion, which PyTorch lacks, is the pseudo-code of its paper (Chen et al. 2023, program 1)."""
import json
import os

import torch
from torch.nn import functional

from sentence_transformers.sentence_transformer.losses import DistillKLDivLoss
from transformers.loss.loss_for_object_detection import sigmoid_focal_loss
from transformers.optimization import Adafactor


def draw(seed, *shape):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def spread(tensor):
    return tensor.detach().double().reshape(-1).tolist()


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            first, second = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                direction = (m * first + p.grad * (1 - first)).sign()
                p.mul_(1 - group["lr"] * group["weight_decay"]).sub_(direction * group["lr"])
                m.mul_(second).add_(p.grad * (1 - second))


def optimizers():
    def adafactor(decay):
        return lambda p: Adafactor(p, lr=1.0, weight_decay=decay, scale_parameter=False, relative_step=False, warmup_init=False)

    makers = [
        ("adamw", {"weight_decay": 0.1, "beta2": 0.95}, lambda p: torch.optim.AdamW(p, lr=1.0, betas=(0.9, 0.95), weight_decay=0.1)),
        ("adamw", {"weight_decay": 0}, lambda p: torch.optim.Adam(p, lr=1.0)),
        ("sgd", {"momentum": 0}, lambda p: torch.optim.SGD(p, lr=1.0)),
        ("sgd", {"weight_decay": 0.05}, lambda p: torch.optim.SGD(p, lr=1.0, momentum=0.9, weight_decay=0.05)),
        ("sgd", {"momentum": 0.8, "nesterov": True}, lambda p: torch.optim.SGD(p, lr=1.0, momentum=0.8, nesterov=True)),
        ("lion", {"weight_decay": 0.1}, lambda p: Lion(p, lr=1.0, betas=(0.9, 0.99), weight_decay=0.1)),
        ("lion", {"beta1": 0.95, "beta2": 0.98}, lambda p: Lion(p, lr=1.0, betas=(0.95, 0.98), weight_decay=0.0)),
        ("adafactor", {}, adafactor(0.0)),
        ("adafactor", {"weight_decay": 0.1}, adafactor(0.1)),
    ]
    runs = []
    for seed, (word, settings, make) in enumerate(makers):
        for clip in (None, 0.5):
            parameters = {"matrix": draw(100 * seed, 3, 4), "vector": draw(100 * seed + 1, 5)}
            values = [p.clone().requires_grad_() for p in parameters.values()]
            optimizer = make(values)
            run = {"word": word, "settings": settings, "clip": clip, "begin": {n: spread(p) for n, p in parameters.items()}, "steps": []}
            for step in range(6):
                rate = 0.1 / (1 + step)
                gradients = [draw(1000 * seed + 10 * step + i, *v.shape) for i, v in enumerate(values)]
                for value, gradient in zip(values, gradients):
                    value.grad = gradient.clone()
                if clip is not None:
                    torch.nn.utils.clip_grad_norm_(values, clip)
                for group in optimizer.param_groups:
                    group["lr"] = rate
                optimizer.step()
                run["steps"].append({"rate": rate, "gradients": [spread(g) for g in gradients], "values": [spread(v) for v in values]})
            runs.append(run)
    return runs


def bent_cross_entropy(logits, labels, weights, focal, smoothing, each, reduction):
    """Cross-entropy with a weight for each row; typed with focal loss, which no installed peer has for softmax with smoothing and weights."""
    counts = (labels != -100).double()
    safe = labels.clamp(min=0)
    if focal == 0:
        lost = functional.cross_entropy(logits, labels, weights, label_smoothing=smoothing, reduction="none") * each
    else:
        logs = functional.log_softmax(logits, -1)
        classes = logits.shape[-1]
        wanted = functional.one_hot(safe, classes).double() * (1 - smoothing) + smoothing / classes
        lost = -(wanted * weights * (1 - logs.exp()) ** focal * logs).sum(-1) * counts * each
    return lost.sum() if reduction == "sum" else lost.sum() / (weights[safe] * counts * each).sum()


def focal_binary(logits, targets, gamma, positive, reduction):
    """Focal loss of transformers. It has no pos_weight: that factor of the positive targets is put in by calling it for each kind of target."""
    rows, labels = logits.shape
    total = lambda z, t: sigmoid_focal_loss(z, t, num_boxes=1 / labels, alpha=-1, gamma=gamma)
    if positive is None:
        summed = total(logits, targets)
    else:
        at = lambda r, l: total(logits[r : r + 1, l : l + 1], targets[r : r + 1, l : l + 1]) / labels
        weight = torch.where(targets == 1, positive, torch.ones_like(positive))
        summed = sum(weight[r, l] * at(r, l) for r in range(rows) for l in range(labels))
    return summed if reduction == "sum" else summed / (rows * labels)


def distilled(student, teacher, temperature):
    """sentence-transformers' DistillKLDivLoss: the mean over rows, times the squared temperature."""
    loss = DistillKLDivLoss(torch.nn.Identity(), similarity_fct=lambda _, column: column, temperature=temperature)
    return loss.compute_loss_from_embeddings([student, *student.unbind(1)], teacher)


def softened(student, teacher, temperature, reduction):
    """PyTorch's divergence, whose targets have gradients too; its scale is that of DistillKLDivLoss."""
    logs = [functional.log_softmax(z / temperature, -1) for z in (student, teacher)]
    summed = temperature**2 * functional.kl_div(*logs, reduction="sum", log_target=True)
    assert torch.isclose(summed / len(student), distilled(student, teacher, temperature))
    return summed if reduction == "sum" else summed / len(student)


def losses():
    cases = []

    def case(name, settings, tensors, loss):
        inputs = {n: t.clone().requires_grad_(t.is_floating_point()) for n, t in tensors.items()}
        value = loss(inputs)
        value.backward()
        cases.append({
            "loss": name,
            "settings": settings,
            "inputs": {n: {"shape": list(t.shape), "values": spread(t), "whole": not t.is_floating_point()} for n, t in tensors.items()},
            "value": value.item(),
            "gradients": {n: spread(t.grad) for n, t in inputs.items() if t.grad is not None},
        })

    labels = torch.tensor([2, -100, 0, 3, 3])
    weights = torch.tensor([0.5, 2.0, 1.0, 3.0], dtype=torch.float64)
    for reduction in ("mean", "sum"):
        for smoothing in (0.0, 0.1):
            for weighted in (False, True):
                tensors = {"logits": draw(1, 5, 4), "labels": labels, **({"weights": weights} if weighted else {})}
                case("cross_entropy", {"reduction": reduction, "smoothing": smoothing}, tensors, lambda t: functional.cross_entropy(
                    t["logits"], t["labels"], t["weights"].detach() if weighted else None, label_smoothing=smoothing, reduction=reduction))
            for bias in (False, True):
                tensors = {"x": draw(2, 5, 3), "weight": draw(3, 4, 3), "labels": labels, **({"bias": draw(4, 4)} if bias else {})}
                case("head", {"reduction": reduction, "smoothing": smoothing}, tensors, lambda t: functional.cross_entropy(
                    functional.linear(t["x"], t["weight"], t["bias"] if bias else None), t["labels"], label_smoothing=smoothing, reduction=reduction))
        targets = draw(6, 3, 4).sigmoid()
        large = torch.cat([draw(5, 2, 4), torch.tensor([[0.0, 40.0, -40.0, 1e-9]], dtype=torch.float64)])
        for weighted in (False, True):
            tensors = {"logits": large, "targets": targets, **({"positive": weights} if weighted else {})}
            case("binary_cross_entropy", {"reduction": reduction}, tensors, lambda t: functional.binary_cross_entropy_with_logits(
                t["logits"], t["targets"], pos_weight=t["positive"].detach() if weighted else None, reduction=reduction))
        hard = torch.tensor([[1, 0, 0, 1], [0, 0, 1, 1], [1, 1, 0, 0]], dtype=torch.float64)
        for gamma in (0.5, 2.0):
            for weighted in (False, True):
                tensors = {"logits": draw(13, 3, 4), "targets": hard, **({"positive": weights} if weighted else {})}
                case("binary_cross_entropy", {"reduction": reduction, "focal": gamma}, tensors, lambda t: focal_binary(
                    t["logits"], t["targets"].detach(), gamma, t["positive"].detach() if weighted else None, reduction))
        each = torch.tensor([0.25, 7.0, 2.0, 0.0, 1.5], dtype=torch.float64)
        for focal in (0.0, 1.0, 2.0, 0.5):
            for smoothing in (0.0, 0.1):
                for weighted in (False, True):
                    if not (focal or weighted):
                        continue
                    tensors = {"logits": draw(14, 5, 4), "labels": labels, **({"weights": weights, "each": each} if weighted else {})}
                    case("cross_entropy", {"reduction": reduction, "smoothing": smoothing, "focal": focal}, tensors, lambda t: bent_cross_entropy(
                        t["logits"], t["labels"], t["weights"].detach() if weighted else torch.ones(4, dtype=torch.float64), focal, smoothing,
                        t["each"].detach() if weighted else torch.ones(5, dtype=torch.float64), reduction))
        for bias in (False, True):
            tensors = {"x": draw(2, 5, 3), "weight": draw(3, 4, 3), "labels": labels, "each": each, **({"bias": draw(4, 4)} if bias else {})}
            case("head", {"reduction": reduction, "smoothing": 0.1}, tensors, lambda t: bent_cross_entropy(
                functional.linear(t["x"], t["weight"], t["bias"] if bias else None), t["labels"],
                torch.ones(4, dtype=torch.float64), 0.0, 0.1, t["each"].detach(), reduction))
        tensors = {"losses": draw(15, 5).square(), "each": each}
        case("rows", {"reduction": reduction}, tensors, lambda t: (t["losses"] * t["each"].detach()).sum() / (t["each"].sum().detach() if reduction == "mean" else 1))
        case("mean_squared_error", {"reduction": reduction}, {"x": draw(7, 3, 2), "y": draw(8, 3, 2)}, lambda t: functional.mse_loss(
            t["x"], t["y"], reduction=reduction))
        for temperature in (1, 2.5):
            case("kl_divergence", {"reduction": reduction, "temperature": temperature}, {"logits": draw(9, 3, 4), "targets": draw(10, 3, 4)}, lambda t: softened(t["logits"], t["targets"], temperature, reduction))
        for margin in (0.0, 0.2):
            together = torch.tensor([1.0, -1.0, -1.0, 1.0], dtype=torch.float64)
            y = draw(12, 4, 3)
            y[1] = draw(11, 4, 3)[1] * 0.9 + 0.1
            case("cosine_embedding", {"reduction": reduction, "margin": margin}, {"x": draw(11, 4, 3), "y": y, "together": together}, lambda t: functional.cosine_embedding_loss(
                t["x"], t["y"], t["together"].detach(), margin=margin, reduction=reduction))
    return cases


def make(golden):
    for name, made in {"optimizers": optimizers(), "losses": losses()}.items():
        with open(os.path.join(golden, f"{name}.json"), "w") as file:
            json.dump(made, file)
