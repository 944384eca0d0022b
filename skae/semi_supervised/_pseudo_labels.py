"""Pseudo-labels of unlabelled rows, and their probabilities."""

from collections.abc import Callable
from itertools import product

import numpy as np
from scipy.special import log_softmax

from skae.data import Rows
from skae.neighbors import Neighborhood
from skae.semi_supervised._label_graph import WALK_LENGTHS, LabelGraph

_N_NEIGHBORS = 7
# With more rows, pseudo-labels are computed for a sample of them.
_MAX_ROWS = 100_000
_N_FOLDS = 5
# Candidates for the exponents of the head's and the propagated predictions.
_HEAD_EXPONENTS = (0.0, 0.5, 1.0)
_WALK_EXPONENTS = (0.0, 1.0, 2.0, 4.0, 8.0)
# Weight of the uniform distribution that all probabilities are mixed with.
_UNIFORM_SHARE = 0.01

LogProbabilities = np.ndarray  # (n_rows, n_classes), normalized


class PseudoLabels:
    r"""Class probabilities of unlabelled rows, from a head and label propagation.

    The head is a linear classifier of codes; labels are propagated along the graph of
    nearest codes. Propagation is better where classes form clusters of codes, the head
    where classes overlap or are rare. The exponents of the product

    .. math:: p(y \mid i) \propto p_\text{head}(y \mid z_i)^a \, e^{b u_{iy}},

    and the number of propagation steps, maximize the log-likelihood of the labelled
    rows in 5-fold cross-validation.

    Parameters
    ----------
    codes : ndarray of shape (n_all, n_codes)
        Codes of all rows, labelled and unlabelled.

    among : ndarray of int
        The rows to predict, increasing; the labelled ones are among them.

    labelled : ndarray of int
        The labelled rows.

    classes : ndarray of int
        Their classes, from 0 on; each occurs at least once.

    fit_head : callable
        Takes codes and classes from 0 on; the result maps codes to outputs.

    rng : Generator
        For the folds, and for the sample of too many rows.

    Attributes
    ----------
    rows : ndarray of int
        The rows that are predicted: `among`, or a sample of it with the labelled rows.
    """

    def __init__(
        self,
        codes: np.ndarray,
        among: np.ndarray,
        labelled: np.ndarray,
        classes: np.ndarray,
        fit_head: Callable,
        rng: np.random.Generator,
    ):
        self._fit_head, self._rng = fit_head, rng
        self._classes, self._n_classes = classes, int(classes.max()) + 1
        self.rows = self._sample(among, labelled)
        self._labelled = np.searchsorted(self.rows, labelled)
        self._codes = codes[self.rows]
        rows = Rows(self._codes, "the codes")
        self._graph = LabelGraph(Neighborhood(rows, None, _N_NEIGHBORS))

    def probabilities(self) -> np.ndarray:
        """Class probabilities of the `rows`, of shape (n_rows, n_classes)."""
        n_labelled = len(self._labelled)
        fold = self._deal()
        head = np.empty((n_labelled, self._n_classes))
        walks = [head.copy() for _ in WALK_LENGTHS]
        for i in range(_N_FOLDS):
            out = fold == i
            if out.all() or not out.any():
                continue
            head[out], found = self._log_probabilities(~out, self._labelled[out])
            for walk, values in zip(walks, found, strict=True):
                walk[out] = values
        best = _best_exponents(head, walks, self._classes)
        everyone = np.ones(n_labelled, dtype=bool)
        head, walks = self._log_probabilities(everyone, np.arange(len(self.rows)))
        return np.exp(_combine(head, walks, *best))

    def smooth(self, probabilities: np.ndarray) -> np.ndarray:
        """Average the probabilities of the `rows`, by a network, along the graph.

        Labelled rows have the probability 1 of their class before the average.
        """
        known = probabilities.astype(np.float32)
        known[self._labelled] = np.eye(self._n_classes)[self._classes]
        return self._graph.smooth(known)

    def _sample(self, among: np.ndarray, labelled: np.ndarray) -> np.ndarray:
        if len(among) <= _MAX_ROWS:
            return among
        some = self._rng.choice(among, _MAX_ROWS, replace=False)
        return np.union1d(some, labelled)

    def _log_probabilities(self, training: np.ndarray, of: np.ndarray):
        """Predict the rows `of` from the labels in `training` (a mask)."""
        classes, labelled = self._classes[training], self._labelled[training]
        head = self._head(self._codes[labelled], classes, self._codes[of])
        walks = self._graph.spread(labelled, np.eye(self._n_classes)[classes])
        return head, [values[of] for values in walks]

    def _deal(self) -> np.ndarray:
        """Stratified fold of each label."""
        classes = self._classes
        order = self._rng.permutation(len(classes))
        order = order[np.argsort(classes[order], kind="stable")]
        fold = np.empty(len(classes), dtype=int)
        fold[order] = np.arange(len(classes)) % _N_FOLDS
        return fold

    def _head(self, codes, classes, others) -> LogProbabilities:
        present, position = np.unique(classes, return_inverse=True)
        outputs = np.full((len(others), self._n_classes), -np.inf)
        if len(present) == 1:
            outputs[:, present] = 0.0
        else:
            outputs[:, present] = self._fit_head(codes, position)(others)
        return _mixed_with_uniform(log_softmax(outputs, axis=1))


def _combine(head, walks, length: int, in_head: float, in_walk: float):
    return log_softmax(in_head * head + in_walk * walks[length], axis=1)


def _mixed_with_uniform(log_p: LogProbabilities) -> LogProbabilities:
    return np.logaddexp(
        log_p + np.log1p(-_UNIFORM_SHARE),
        np.log(_UNIFORM_SHARE) - np.log(log_p.shape[1]),
    )


def _best_exponents(head, walks, classes) -> tuple[int, float, float]:
    def likelihood(exponents):
        log_p = _mixed_with_uniform(_combine(head, walks, *exponents))
        return log_p[np.arange(len(classes)), classes].mean()

    candidates = product(range(len(walks)), _HEAD_EXPONENTS, _WALK_EXPONENTS)
    return max(
        (exponents for exponents in candidates if any(exponents[1:])), key=likelihood
    )


def most_certain(probabilities: np.ndarray, share: float) -> np.ndarray:
    """The `share` of the rows of each class with the largest probability.

    Rows with equal probabilities of all classes are never among them.
    """
    likeliest = probabilities.argmax(axis=1)
    certainty = probabilities.max(axis=1)
    known = certainty > probabilities.min(axis=1)
    chosen = []
    for one in np.unique(likeliest):
        members = np.flatnonzero((likeliest == one) & known)
        order = np.argsort(-certainty[members], kind="stable")
        chosen.append(members[order[: round(share * len(members))]])
    return np.sort(np.concatenate(chosen))
