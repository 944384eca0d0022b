"""From Keras tensors to Keras tensors, and to the connected models of an architecture.

Importing this package imports Keras; `import skae` does not import it.
"""

from skae.networks._conv import conv_stack as conv_stack
from skae.networks._conv import doubling_stack as doubling_stack
from skae.networks._conv import halved as halved
from skae.networks._dense import dense_stack as dense_stack
from skae.networks._dense import tied_stack as tied_stack
from skae.networks._graph import Forward as Forward
from skae.networks._graph import Graph as Graph
from skae.networks._graph import Parts as Parts
from skae.networks._graph import connect as connect
from skae.networks._recurrent import recurrent_stack as recurrent_stack
from skae.networks._supervised import connect_head as connect_head
from skae.networks._temporal import piece_lengths as piece_lengths
from skae.networks._temporal import piece_stack as piece_stack
from skae.networks._temporal import split_stack as split_stack
