"""What Opacus and dp-accounting say of epsilon: of one phase of steps that are alike, and of several one after the other.
python accountants.py GOLDEN_FOLDER, in the environment of tools/requirements-privacy.txt."""
import json
import logging
import os
import sys
import warnings

import numpy as np
from dp_accounting import dp_event
from dp_accounting.pld import PLDAccountant
from dp_accounting.rdp import RdpAccountant
from opacus.accountants import PRVAccountant, RDPAccountant
from opacus.accountants.analysis.rdp import compute_rdp
from opacus.accountants.utils import get_noise_multiplier

FURTHER = [1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09, 64, 72, 80, 96, 112, 128, 160, 192, 256, 320, 384, 512, 768, 1024]

# rows, batch, epochs, delta
RUNS = [
    (100, 8, 3, 1e-3), (1000, 16, 3, 1e-5), (1000, 16, 30, 1e-4), (2000, 32, 3, 1e-5), (2000, 256, 10, 1e-5),
    (10_000, 32, 1, 1e-5), (10_000, 512, 5, 1e-5), (60_000, 600, 20, 1e-5), (60_000, 256, 60, 1e-6), (1_000_000, 1024, 3, 1e-7),
]
NOISES = [0.4, 0.5, 0.7, 0.913, 1.0, 1.3, 2.0, 4.0, 10.0]
MORE = [
    [(1.0, 1.0, 1)], [(2.0, 1.0, 10)], [(5.0, 1.0, 100)], [(0.8, 0.5, 20)], [(30.0, 0.01, 100)], [(100.0, 1.0, 1)],
    [(1.0, 0.016, 100), (1.5, 0.016, 200)], [(0.7, 0.01, 50), (0.7, 0.02, 50), (3.0, 0.5, 10)],
    [(1.1, 0.004, 750)] * 3, [(0.6, 0.1, 5), (1.0, 0.001, 5000)],
]
TARGETS = [(8, 1e-5, 0.016, 180), (3, 1e-5, 0.016, 180), (1, 1e-6, 0.001, 3000), (0.5, 1e-5, 0.01, 300), (8, 1e-5, 0.5, 40), (20, 1e-4, 0.08, 39)]


def make(golden):
    warnings.filterwarnings("ignore")
    np.seterr(all="ignore")
    logging.disable(logging.WARNING)
    cases = [case([(noise, batch / rows, epochs * rows // batch)], delta) for rows, batch, epochs, delta in RUNS for noise in NOISES]
    cases += [case(phases, 1e-5) for phases in MORE]
    orders = RDPAccountant.DEFAULT_ALPHAS + FURTHER
    steps = [
        {"noise": noise, "rate": rate, "order": order, "rdp": finite(lambda: compute_rdp(q=rate, noise_multiplier=noise, steps=1, orders=float(order)))}
        for noise in (0.5, 0.913, 1.0, 4.0, 20.0) for rate in (1.0, 0.5, 0.1, 0.016, 0.0005) for order in orders[::7]
    ]
    noises = [
        {"epsilon": epsilon, "delta": delta, "rate": rate, "steps": steps, **{
            kind: get_noise_multiplier(target_epsilon=epsilon, target_delta=delta, sample_rate=rate, steps=steps, accountant=kind, epsilon_tolerance=1e-4)
            for kind in ("rdp", "prv")
        }}
        for epsilon, delta, rate, steps in TARGETS
    ]
    with open(os.path.join(golden, "accountants.json"), "w") as file:
        json.dump({"cases": cases, "steps": steps, "noises": noises}, file)


def finite(of):
    """None where they give no number."""
    try:
        found = float(of())
    except (ValueError, RuntimeError, OverflowError, IndexError):
        return None
    return found if np.isfinite(found) else None


def case(phases, delta):
    rdp, wide, prv = RDPAccountant(), RDPAccountant(), PRVAccountant()
    for accountant in (rdp, wide, prv):
        accountant.history = list(phases)
    inner = lambda: rdp.get_privacy_spent(delta=delta)
    order = finite(lambda: inner()[1])
    return {
        "phases": [{"noise": noise, "rate": rate, "steps": steps} for noise, rate, steps in phases],
        "delta": delta,
        "opacus": {
            "rdp": finite(lambda: inner()[0]),
            "edge": order in (None, RDPAccountant.DEFAULT_ALPHAS[0], RDPAccountant.DEFAULT_ALPHAS[-1]),
            "wide": finite(lambda: wide.get_epsilon(delta=delta, alphas=sorted(RDPAccountant.DEFAULT_ALPHAS + FURTHER))),
            "prv": finite(lambda: prv.get_epsilon(delta=delta)),
        },
        "google": {
            "rdp": finite(lambda: theirs(RdpAccountant(), phases).get_epsilon(delta)),
            "pld": finite(lambda: theirs(PLDAccountant(), phases).get_epsilon(delta)),
        },
    }


def theirs(accountant, phases):
    for noise, rate, steps in phases:
        accountant.compose(dp_event.PoissonSampledDpEvent(rate, dp_event.GaussianDpEvent(noise)), steps)
    return accountant


if __name__ == "__main__":
    make(sys.argv[1])
