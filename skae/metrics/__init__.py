"""Metrics of codes and reconstructions: functions, scorers and a report.

`SCORERS` can be used in any search of scikit-learn: a single scorer, as in
``GridSearchCV(..., scoring=SCORERS["code_trustworthiness"])``, or all of them, as in
``GridSearchCV(..., scoring=SCORERS, refit="code_trustworthiness")``.
"""

from skae.metrics._codes import active_units as active_units
from skae.metrics._codes import dead_units as dead_units
from skae.metrics._codes import l0 as l0
from skae.metrics._codes import neighborhood_preservation as neighborhood_preservation
from skae.metrics._codes import trustworthiness as trustworthiness
from skae.metrics._encoding_part import encoding_part as encoding_part
from skae.metrics._prefixes import prefix_scores as prefix_scores
from skae.metrics._reconstructions import explained_variance as explained_variance
from skae.metrics._reconstructions import reconstruct as reconstruct
from skae.metrics._report import report as report
from skae.metrics._scorers import SCORERS as SCORERS
