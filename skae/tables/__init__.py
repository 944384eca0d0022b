"""Tables of mixed types: columns, layout, rows, layers, losses and scores.

The layers import Keras, so they are imported on first use.
"""

from skae._lazy import lazy_getattr
from skae.tables._column import numbers_in as numbers_in
from skae.tables._columns import IGNORED as IGNORED
from skae.tables._columns import Column as Column
from skae.tables._columns import NumberColumn as NumberColumn
from skae.tables._date_column import DateColumn as DateColumn
from skae.tables._draws import draw_levels as draw_levels
from skae.tables._draws import draw_places as draw_places
from skae.tables._gaussian import NormalWithMissing as NormalWithMissing
from skae.tables._layout import MixedTableLayout as MixedTableLayout
from skae.tables._losses import TableLikelihood as TableLikelihood
from skae.tables._losses import TableLoss as TableLoss
from skae.tables._numeric import TableNumbers as TableNumbers
from skae.tables._numeric import observed_moments as observed_moments
from skae.tables._rows import TableRows as TableRows
from skae.tables._rows import VectorRows as VectorRows
from skae.tables._scores import ColumnScores as ColumnScores

__getattr__ = lazy_getattr(
    __name__,
    {
        "LevelProbabilities": "_layers",
        "TableError": "_layers",
        "TableNegativeLogLikelihood": "_layers",
        "TableNoise": "_layers",
        "TableToVector": "_layers",
    },
)
