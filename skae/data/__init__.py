"""Data layouts, and rows of any container: validated, read in chunks, restored."""

from skae._moved import former
from skae.data._arrays import ArrayLayout as ArrayLayout
from skae.data._augmented_rows import AugmentedRows as AugmentedRows
from skae.data._augmented_rows import ShiftedRows as ShiftedRows
from skae.data._dask import by_block as by_block
from skae.data._far_rows import dominating_row as dominating_row
from skae.data._far_rows import dominating_value as dominating_value
from skae.data._far_rows import far_rows as far_rows
from skae.data._far_rows import left_out as left_out
from skae.data._find_units import find_units as find_units
from skae.data._flat_rows import FlatRows as FlatRows
from skae.data._flat_rows import filled as filled
from skae.data._images import ImageLayout as ImageLayout
from skae.data._layout import Layout as Layout
from skae.data._layout import TableLayout as TableLayout
from skae.data._masked_arrays import refuse_masked as refuse_masked
from skae.data._masked_arrays import with_missing as with_missing
from skae.data._masked_rows import MaskedRows as MaskedRows
from skae.data._memory_maps import find_memory_map as find_memory_map
from skae.data._mixtures import fit_mixture as fit_mixture
from skae.data._pca import principal_components as principal_components
from skae.data._row_subset import RowSubset as RowSubset
from skae.data._rows import CHUNK_BYTES as CHUNK_BYTES
from skae.data._rows import GRAIN as GRAIN
from skae.data._rows import MAP_BYTES as MAP_BYTES
from skae.data._rows import Rows as Rows
from skae.data._rows import Summary as Summary
from skae.data._rows import aligned as aligned
from skae.data._rows import aligned_zeros as aligned_zeros
from skae.data._rows import is_aligned as is_aligned
from skae.data._rows import map_fields as map_fields
from skae.data._rows import named as named
from skae.data._rows import paired as paired
from skae.data._rows import sample_rows as sample_rows
from skae.data._rows import weight_of_rows as weight_of_rows
from skae.data._sequences import SequenceLayout as SequenceLayout
from skae.data._sequences import is_ragged_list as is_ragged_list
from skae.data._sequences import pooled as pooled
from skae.data._threads import one_blas_thread as one_blas_thread
from skae.data._units import FAR as FAR
from skae.data._units import SAFE_SCALES as SAFE_SCALES
from skae.data._units import Units as Units
from skae.data._units import minus as minus

__getattr__ = former(__name__)
