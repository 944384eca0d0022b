"""The training engine: knows Keras models and rows, but no estimator.

Nothing here imports Keras before the first fit.
"""

from skae.training._blocks import Feed as Feed
from skae.training._cache import Blueprint as Blueprint
from skae.training._cache import borrowed_program as borrowed_program
from skae.training._cache import clear_cache as clear_cache
from skae.training._cache import inference as inference
from skae.training._checkpoint import Checkpoint as Checkpoint
from skae.training._checkpoint import FitState as FitState
from skae.training._loop import Part as Part
from skae.training._loop import TrainingRun as TrainingRun
from skae.training._optimizers import optimizer_config as optimizer_config
from skae.training._process import enter_backend as enter_backend
from skae.training._seeds import draw_seed as draw_seed
from skae.training._settings import FitSettings as FitSettings
from skae.training._settings import ProgramSettings as ProgramSettings
