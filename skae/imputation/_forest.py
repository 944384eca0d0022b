"""Random forest for one column, as arrays that a file can hold."""

import math

import numpy as np
from scipy.sparse import csr_array, vstack
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skae._saved_state import SavedState

_MIN_LEAF = 2
# Most rows per tree. A split considers half of the features, at most `_MAX_FEATURES`.
MAX_ROWS = 2000
_MAX_FEATURES = 8
# Rows that are predicted at once.
_BLOCK = 4096


class Forest(SavedState):
    """Random forest: the average of trees fitted to bootstrapped rows [1]_.

    The trees are scikit-learn's, stored as arrays of all their nodes. The children of a
    leaf are the leaf itself.

    References
    ----------
    .. [1] L. Breiman, "Random forests", Machine Learning 45 (2001),
       :doi:`10.1023/A:1010933404324`.
    """

    def fit(self, x, y, n_levels: int, n_trees: int, seed: int) -> "Forest":
        """Grow the trees.

        Parameters
        ----------
        x : ndarray of float32, of shape (n_rows, n_features)

        y : ndarray of shape (n_rows, n_outputs)
            Numbers, or one column of numbers of levels.

        n_levels : int
            Number of levels; 0 for numbers.

        n_trees, seed : int
        """
        rng = np.random.default_rng(seed)
        cls = DecisionTreeClassifier if n_levels else DecisionTreeRegressor
        trees, values = [], []
        for _ in range(n_trees):
            drawn = rng.integers(len(x), size=min(len(x), MAX_ROWS))
            rows, counts = np.unique(drawn, return_counts=True)
            model = cls(
                min_samples_leaf=_MIN_LEAF,
                max_features=n_looked_at(x.shape[1]),
                random_state=int(rng.integers(2**31)),
            )
            tree = model.fit(x[rows], y[rows], sample_weight=counts).tree_
            trees.append(tree)
            if n_levels:
                values.append(_shares(tree, model.classes_.astype(int), n_levels))
            else:
                values.append(tree.value[:, :, 0].astype(np.float32))
        self._keep(trees)
        if n_levels:
            whole = vstack(values, format="csr")
            self.values, self.levels = whole.data, whole.indices
            self.starts, self.n_levels = whole.indptr, n_levels
        else:
            self.values, self.n_levels = np.concatenate(values), 0
        return self

    def _keep(self, trees) -> None:
        roots = np.cumsum([0, *(tree.node_count for tree in trees)])[:-1]
        feature = np.concatenate([tree.feature for tree in trees])
        children = np.concatenate(
            [
                np.column_stack([tree.children_left, tree.children_right]) + root
                for tree, root in zip(trees, roots, strict=True)
            ]
        )
        leaves = np.flatnonzero(feature < 0)
        children[leaves], feature[leaves] = leaves[:, None], 0
        self.roots, self.children = roots.astype(np.int32), children.astype(np.int32)
        self.feature = feature.astype(np.int16)
        self.threshold = np.concatenate([tree.threshold for tree in trees])
        self.depth = max(tree.max_depth for tree in trees)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Means of the numbers, or probabilities of the levels."""
        found = [
            self._predict(x[start : start + _BLOCK])
            for start in range(0, max(1, len(x)), _BLOCK)
        ]
        return np.concatenate(found)

    def _predict(self, x: np.ndarray) -> np.ndarray:
        nodes, rows = self.roots, np.arange(len(x))[:, None]
        for _ in range(self.depth + 1):
            right = x[rows, self.feature[nodes]] > self.threshold[nodes]
            nodes = self.children[nodes, right.astype(np.int8)]
        if not self.n_levels:
            return self.values[nodes].mean(axis=1)
        shape = (len(self.feature), self.n_levels)
        shares = csr_array((self.values, self.levels, self.starts), shape)
        ends = np.arange(len(x) + 1) * len(self.roots)
        means = np.full(nodes.size, 1 / len(self.roots))
        shape = (len(x), len(self.feature))
        return (csr_array((means, nodes.ravel(), ends), shape) @ shares).toarray()


def n_looked_at(n_features: int) -> int:
    """Number of features considered at each split."""
    return min(math.ceil(n_features / 2), _MAX_FEATURES)


def _shares(tree, levels: np.ndarray, n_levels: int) -> csr_array:
    """Shares of the levels in each leaf, as a sparse array."""
    shares = np.where(tree.feature[:, None] < 0, tree.value[:, 0], 0)
    nodes, places = np.nonzero(shares)
    values = shares[nodes, places].astype(np.float32)
    return csr_array((values, (nodes, levels[places])), (len(shares), n_levels))
