"""The training engine: knows Keras models and rows, but no estimator.

Nothing here imports Keras before the first fit.
"""

from skae.training._baseline import Baseline as Baseline
from skae.training._cache import borrowed_program as borrowed_program
from skae.training._cache import build_graph as build_graph
from skae.training._cache import clear_cache as clear_cache
from skae.training._cache import inference as inference
from skae.training._checkpoint import Checkpoint as Checkpoint
from skae.training._checkpoint import FitState as FitState
from skae.training._checks import check_all_there as check_all_there
from skae.training._divergence import all_finite as all_finite
from skae.training._optimizers import (
    excluded_from_weight_decay as excluded_from_weight_decay,
)
from skae.training._optimizers import optimizer_config as optimizer_config
from skae.training._process import enter_backend as enter_backend
from skae.training._quiet import import_keras as import_keras
from skae.training._seeds import draw_seed as draw_seed
from skae.training._settings import FitSettings as FitSettings
from skae.training._settings import ProgramSettings as ProgramSettings
from skae.training._stopping import margin_of_luck as margin_of_luck
from skae.training._train import Trained as Trained
from skae.training._train import TrainingData as TrainingData
from skae.training._train import Watchers as Watchers
from skae.training._train import train as train
from skae.training._versions import show_versions as show_versions
