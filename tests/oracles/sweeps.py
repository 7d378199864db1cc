"""What Optuna says of sweeps: python sweeps.py GOLDEN_FOLDER."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import optuna_pictures
import optuna_pruners
import optuna_searches

optuna_pictures.make(sys.argv[1])
optuna_pruners.make(sys.argv[1])
optuna_searches.make(sys.argv[1])
