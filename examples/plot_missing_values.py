"""
Imputation of missing values, and its uncertainty
=================================================

:class:`~skae.AutoencoderImputer` imputes missing values from the other values of a row.
It can also draw several imputations of the same table, which show the uncertainty
(multiple imputation).
"""

# %%
# Half of the values are missing
# ------------------------------
# The breast cancer data of scikit-learn, standardized. Half of the values are removed
# at random, so that the true values are known.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

from skae import AutoencoderImputer

data = load_breast_cancer(as_frame=True)
X = data.data.copy()
X[:] = StandardScaler().fit_transform(X)
gaps = np.random.default_rng(0).random(X.shape) < 0.5
holes = X.mask(gaps)

# %%
# Imputation
# ----------
# Mean squared error of the imputed values; 1 is the error of the column means.

imputer = AutoencoderImputer(random_state=0)
imputers = {
    "mean": SimpleImputer(),
    "5 neighbours": KNNImputer(),
    "BayesianRidge": IterativeImputer(random_state=0),
    "AutoencoderImputer": imputer,
}
filled = {name: np.asarray(one.fit_transform(holes)) for name, one in imputers.items()}
truth = X.to_numpy()
for name, found in filled.items():
    print(f"{name:20s}{np.mean((found - truth)[gaps] ** 2):.3f}")
print("normal distribution, copula, networks, forests:", imputer.blend_["numbers"])

# %%
# Two columns that depend on each other: values imputed by the mean lie on a cross,
# those of the autoencoder follow the true relation.

pair = ["mean radius", "mean concavity"]
where = gaps[:, [X.columns.get_loc(name) for name in pair]].any(axis=1)
figure, axes = plt.subplots(1, 3, figsize=(9, 3), sharex=True, sharey=True)
pictures = {"true": truth, "mean": filled["mean"]}
pictures["AutoencoderImputer"] = filled["AutoencoderImputer"]
for ax, (name, found) in zip(axes, pictures.items(), strict=True):
    x, y = (found[:, X.columns.get_loc(one)] for one in pair)
    ax.scatter(x[~where], y[~where], s=6, color="#999999")
    ax.scatter(x[where], y[where], s=6, color="#ff7f0e")
    ax.set(title=name, xlabel=pair[0])
axes[0].set_ylabel(pair[1])
figure.tight_layout()

# %%
# Uncertainty
# -----------
# `impute_multiple` draws imputations whose spread matches the error on values that were
# hidden in `fit`. For some tumours: the true value, and the central 90 % of the draws.

draws = np.array([np.asarray(one) for one in imputer.impute_multiple(holes, 40)])
j = X.columns.get_loc("mean concavity")
rows = np.flatnonzero(gaps[:, j])[:40]
low, high = np.quantile(draws[:, rows, j], [0.05, 0.95], axis=0)
order = np.argsort(truth[rows, j])
figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
places = np.arange(len(rows))
ax.vlines(places, low[order], high[order], color="#ff7f0e", lw=3, alpha=0.6)
ax.plot(places, truth[rows, j][order], "k.", label="true")
ax.set(xlabel="tumour", ylabel="mean concavity", title="90 % of the draws")
ax.legend()
low, high = np.quantile(draws[:, gaps], [0.05, 0.95], axis=0)
inside = np.mean((low <= truth[gaps]) & (truth[gaps] <= high))
print(f"{inside:.2f} of the missing values are in the 90 % range of the draws")

# %%
# An analysis is made once per imputed table. The variation of its results is the
# uncertainty due to the missing values, and should be included in every standard error.

slopes = []
for table in draws[:10]:
    fitted = LinearRegression().fit(table[:, :5], data.target)
    slopes.append(fitted.coef_[0])
print(f"slope: {np.mean(slopes):.3f}, due to missing values +- {np.std(slopes):.3f}")

# %%
# sphinx_gallery_thumbnail_number = 1
