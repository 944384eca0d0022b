"""Rows of any container and layout: checked, read in chunks, given back."""

from skae.data._find_units import find_units as find_units
from skae.data._images import ImageLayout as ImageLayout
from skae.data._layout import Layout as Layout
from skae.data._layout import TableLayout as TableLayout
from skae.data._masked_rows import MaskedRows as MaskedRows
from skae.data._mixed_table import MixedTableLayout as MixedTableLayout
from skae.data._neighbors import Neighborhood as Neighborhood
from skae.data._rows import Rows as Rows
from skae.data._sequences import SequenceLayout as SequenceLayout
from skae.data._shifted_rows import ShiftedRows as ShiftedRows
from skae.data._units import Units as Units
