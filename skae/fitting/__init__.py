"""The steps of a fit, from validated rows to a trained model."""

from skae.fitting._fit import fit_model as fit_model
from skae.fitting._model import TrainedModel as TrainedModel
from skae.fitting._request import FitRequest as FitRequest
from skae.fitting._sizes import auto_epochs as auto_epochs
from skae.fitting._sizes import resolve_sizes as resolve_sizes
from skae.fitting._sizes import worth_compiling as worth_compiling
from skae.fitting._split import weigh_rows as weigh_rows
