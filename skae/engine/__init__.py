"""The training engine: architectures, their graphs, programs, epochs, checkpoints.

It uses Keras models and rows, and depends on no estimator. An `Architecture` determines
a network and builds its graph; `train` trains it. Keras is imported when it is first
used.
"""

from skae.engine._architecture import MANY_ROWS as MANY_ROWS
from skae.engine._architecture import Architecture as Architecture
from skae.engine._architecture import Field as Field
from skae.engine._architecture import Update as Update
from skae.engine._auto_sizes import FEW_VALUES as FEW_VALUES
from skae.engine._auto_sizes import NARROW_SIZES as NARROW_SIZES
from skae.engine._auto_sizes import auto_encoding_dim as auto_encoding_dim
from skae.engine._auto_sizes import auto_hidden_sizes as auto_hidden_sizes
from skae.engine._auto_sizes import with_auto_codes as with_auto_codes
from skae.engine._baseline import Baseline as Baseline
from skae.engine._cache import borrowed_program as borrowed_program
from skae.engine._cache import build_graph as build_graph
from skae.engine._cache import clear_cache as clear_cache
from skae.engine._cache import inference as inference
from skae.engine._checkpoint import Checkpoint as Checkpoint
from skae.engine._checkpoint import CheckpointState as CheckpointState
from skae.engine._code import functions_of as functions_of
from skae.engine._code import is_of_user as is_of_user
from skae.engine._code import members_of as members_of
from skae.engine._code import variables_of as variables_of
from skae.engine._divergence import all_finite as all_finite
from skae.engine._freeze import freeze as freeze
from skae.engine._freeze import own_settings as own_settings
from skae.engine._freeze import plain_config as plain_config
from skae.engine._graph import Forward as Forward
from skae.engine._graph import Graph as Graph
from skae.engine._graph import Parts as Parts
from skae.engine._keras_settings import own_keras_settings as own_keras_settings
from skae.engine._linear_code import LinearCode as LinearCode
from skae.engine._optimizers import (
    excluded_from_weight_decay as excluded_from_weight_decay,
)
from skae.engine._optimizers import optimizer_config as optimizer_config
from skae.engine._parameter_checks import as_sizes as as_sizes
from skae.engine._parameter_checks import check_activations as check_activations
from skae.engine._parameter_checks import check_sizes as check_sizes
from skae.engine._parameter_checks import is_auto as is_auto
from skae.engine._process import enter_backend as enter_backend
from skae.engine._seeds import draw_seed as draw_seed
from skae.engine._settings import FitSettings as FitSettings
from skae.engine._settings import ProgramSettings as ProgramSettings
from skae.engine._stopping import margin_of_luck as margin_of_luck
from skae.engine._train import Observers as Observers
from skae.engine._train import TrainingData as TrainingData
from skae.engine._train import TrainingResult as TrainingResult
from skae.engine._train import train as train
from skae.engine._versions import show_versions as show_versions
from skae.engine._weights import check_all_there as check_all_there
