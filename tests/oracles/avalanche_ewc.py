"""What Avalanche itself says: the importances of its EWCPlugin and the distillation of its LearningWithoutForgetting, of the tiny classifier of fisher.json.

    pip install --no-deps avalanche-lib==0.6.0
    python tests/oracles/avalanche_ewc.py tests/golden

in an environment with what requirements-oracles.txt names. Without its own requirements, which bring image models, dashboards and what these bring: its files are read as they are, and what they import of its other rooms and do not use here stands in for them. `avalanche_forward(model, x, task)` is `model(x)` for models that know of no tasks, as there.
"""

import importlib.util
import json
import os
import sys
import types
from importlib.metadata import version

import torch
from transformers import BertConfig, BertForSequenceClassification

ROOT = os.path.dirname(importlib.util.find_spec("avalanche").origin)
BATCH = 2
TEMPERATURES = [1.0, 2.0]


def stand_in(name, **names):
    module = types.ModuleType(name)
    module.__dict__.update(names)
    sys.modules[name] = module


def avalanche(path):
    """A file of Avalanche under the name that others import it by."""
    name = "avalanche." + path.replace("/", ".")
    spec = importlib.util.spec_from_file_location(name, os.path.join(ROOT, path + ".py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def loaded():
    nothing = type("Nothing", (), {})
    forward = lambda model, x, task: model(x)
    for room in ("avalanche", "avalanche.training", "avalanche.training.plugins"):
        stand_in(room)
    stand_in("avalanche._annotations", deprecated=lambda *_: lambda f: f)
    stand_in("avalanche.benchmarks", OnlineCLExperience=nothing)
    stand_in("avalanche.models", MultiTaskModule=nothing, avalanche_forward=forward)
    stand_in("avalanche.models.batch_renorm", BatchRenorm2D=nothing)
    stand_in("avalanche.models.utils", avalanche_forward=forward)
    stand_in("avalanche.training.plugins.strategy_plugin", SupervisedPlugin=object)
    avalanche("training/utils")
    return avalanche("training/plugins/ewc").EWCPlugin, avalanche("training/regularization").LearningWithoutForgetting


class Logits(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids):
        return self.model(input_ids=ids, attention_mask=(ids != 0).long()).logits


def main(golden):
    plugin, lwf = loaded()
    with open(os.path.join(golden, "oracle", "fisher.json")) as f:
        of = json.load(f)
    config = BertConfig(**of["config"], num_labels=of["labels"], hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager")
    model = BertForSequenceClassification(config).double()
    with torch.no_grad():
        for name, p in model.named_parameters():
            p.copy_(torch.tensor(of["weights"][name]["values"], dtype=torch.float64).reshape(p.shape))
    whole = Logits(model)
    rows = [(torch.tensor(ids), torch.tensor(own), 0) for ids, own in zip(of["ids"], of["own"])]
    optimizer = torch.optim.SGD(whole.parameters(), lr=0.1)
    found = plugin(ewc_lambda=1).compute_importances(whole, torch.nn.CrossEntropyLoss(), optimizer, rows, "cpu", BATCH)
    importances = {name.removeprefix("model."): data.data.flatten().tolist() for name, data in found.items()}
    generator = torch.Generator().manual_seed(3)
    now, then = [torch.randn((4, of["labels"]), generator=generator, dtype=torch.float64) for _ in range(2)]
    held = []
    for temperature in TEMPERATURES:
        z = now.clone().requires_grad_(True)
        loss = lwf(temperature=temperature)._distillation_loss(z, then, [0, 1, 3])
        loss.backward()
        held.append({"temperature": temperature, "known": [0, 1, 3], "loss": loss.item(), "slopes": z.grad.tolist()})
    told = {"avalanche": version("avalanche-lib"), "batch": BATCH, "importances": importances, "now": now.tolist(), "then": then.tolist(), "distilled": held}
    with open(os.path.join(golden, "avalanche.json"), "w") as f:
        json.dump(told, f)


if __name__ == "__main__":
    main(sys.argv[1])
