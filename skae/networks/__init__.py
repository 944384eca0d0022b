"""Networks as functions from Keras tensors to Keras tensors, without state."""

from skae.networks._dense import dense_stack as dense_stack
from skae.networks._dense import tied_stack as tied_stack
from skae.networks._graph import Forward as Forward
from skae.networks._graph import Graph as Graph
from skae.networks._graph import build_graph as build_graph
