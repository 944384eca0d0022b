"""Common parts of all estimators: parameters, scores, callbacks, docstrings, HTML."""

from skae.estimator._attributes import all_or_nothing as all_or_nothing
from skae.estimator._docstrings import with_shared_texts as with_shared_texts
from skae.estimator._hooks import FamilyHooks as FamilyHooks
from skae.estimator._html import HTMLRepresentation as HTMLRepresentation
from skae.estimator._live_models import LiveModels as LiveModels
from skae.estimator._parameters import TRAINING_CONSTRAINTS as TRAINING_CONSTRAINTS
from skae.estimator._parameters import TrainingDefaults as TrainingDefaults
from skae.estimator._parameters import check_count as check_count
from skae.estimator._scoring import MatrixLike as MatrixLike
from skae.estimator._scoring import Scoring as Scoring
from skae.estimator._scoring import can_decode as can_decode
from skae.estimator._tasks import EpochTasks as EpochTasks
