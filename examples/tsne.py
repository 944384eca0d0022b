"""Autoencoder, then t-SNE: what does the detour buy on scikit-learn's digits?

Expect: little. t-SNE copes with 64 pixels by itself; the codes are there for what
t-SNE cannot do, such as placing rows that come later. examples/benchmarks/tsne.py is
the same on 10000 MNIST digits.
"""

from _options import load
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KNeighborsClassifier

from skae import Autoencoder
from skae.metrics import trustworthiness

full, data = load(__doc__)
X, y = data.X_test[:10000], data.y_test[:10000]

n_codes = 32 if full else 8
ways = {
    "pixels": X,
    f"PCA({n_codes})": PCA(n_codes).fit(data.X_train).transform(X),
    f"Autoencoder({n_codes})": Autoencoder(n_codes, random_state=0)
    .fit(data.X_train)
    .transform(X),
}
for name, codes in ways.items():
    plane = TSNE(random_state=0).fit_transform(codes)
    nearest = cross_val_score(KNeighborsClassifier(1), plane, y, cv=5).mean()
    trust = trustworthiness(X[:2500], plane[:2500])
    print(f"{name:16} trustworthiness {trust:.3f}, 1-NN accuracy {nearest:.3f}")
