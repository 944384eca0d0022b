"""
Was the network worth it?
=========================

On small tables, PCA is hard to beat. ``skae.metrics.report`` puts a fitted model beside
a PCA of the same size, and warns when PCA explains more. The table is scikit-learn's
wine: 124 rows to train on, 54 new ones, 13 columns, 3 of them to be left.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from skae import Autoencoder
from skae.metrics import report
from skae.plotting import ReconstructionDisplay

wine = load_wine(as_frame=True).data
scaler = StandardScaler().set_output(transform="pandas")
X_train, X_test = train_test_split(wine, test_size=0.3, random_state=0)
X_train, X_test = scaler.fit_transform(X_train), scaler.transform(X_test)

# %%
# A textbook network first: random first weights, a fixed number of epochs. Expect a
# warning; it is caught here, to be printed.

textbook = Autoencoder(
    3,
    hidden_layer_sizes=(64,),
    activation="relu",
    init="random",
    early_stopping=False,
    epochs=30,
    jit_compile=False,
    random_state=0,
).fit(X_train)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    table = report(textbook, X_test, X_train=X_train)
print(table.T.round(2))
print("UserWarning:", *[warning.message for warning in caught])

# %%
# Seen: the warning says what it is about: 0.615 with the network, 0.651 with PCA.
#
# The default starts at PCA and leaves it only for something better on held-out rows,
# which are 12 here. Expect a tie, or a narrow win by luck of the draw: three random
# states show how narrow.

model = Autoencoder(3, jit_compile=False, random_state=0)
for random_state in (2, 1, 0):
    model.set_params(random_state=random_state).fit(X_train)
    print(f"random_state={random_state}: {model.score(X_test):.3f}")
print(report(model, X_test, X_train=X_train).T.round(2))

# %%
# Seen: 0.65, which is PCA itself, kept for want of evidence; 0.68; 0.69. No warning,
# and a gain of at most 0.04 on 54 wines. The next line of the report is why one might
# leave it at that: of the five nearest wines 49 % stay nearest among the codes, with
# PCA 58 %.
#
# Which columns are lost? A bar per column, and PCA's error as a line across it.

pca = PCA(3).fit(X_train)
lost = X_test - pca.inverse_transform(pca.transform(X_test))
pca_error = np.sqrt((lost**2).mean()) / X_test.std(ddof=0)
_, ax = plt.subplots(figsize=(7, 4.5), layout="constrained")
ReconstructionDisplay.from_estimator(model, X_test, ax=ax)
ax.plot(np.arange(13), pca_error, "_", color="C1", ms=20, mew=3, label="PCA")
_ = ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))

# %%
# Seen: the network wins most on malic acid and nonflavanoid phenols, and loses on hue,
# alcohol and total phenols. On a table like this, PCA is the honest default: it is
# about as good, in no time, and its codes have an order.
