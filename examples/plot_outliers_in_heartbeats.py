"""
Novelty detection in heartbeats
===============================

An autoencoder that was trained on normal heartbeats only reconstructs normal heartbeats
well, and abnormal ones badly: the reconstruction error is an anomaly score. The data
are ECG5000: see :func:`~skae.datasets.load_ecg5000` for how to get them.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from skae import Autoencoder, AutoencoderOutlierDetector
from skae.datasets import load_ecg5000
from skae.plotting import ReconstructionDisplay

beats = load_ecg5000()
normal = beats.X_train[beats.y_train == 1]
fitted_on, kept_back = normal[:220], normal[220:]
is_odd = beats.y_test != 1

# %%
# The training beats are known to be normal, so this is novelty detection:
# ``novelty=True``, and no row is left out. The score is the reconstruction error alone,
# the classical detector. The threshold of the detector is such that 5 % of the training
# beats are beyond it. A second threshold is computed from normal beats that were held
# out: since the model was fitted to the training beats, their errors are smaller than
# those of new beats.

detector = AutoencoderOutlierDetector(
    Autoencoder(4, jit_compile=False),
    novelty=True,
    criterion="reconstruction",
    contamination=0.05,
    random_state=0,
).fit(fitted_on)
error = -detector.score_samples(beats.X_test)
lines = {
    "training threshold": -detector.offset_,
    "held-out threshold": np.quantile(-detector.score_samples(kept_back), 0.95),
}

# %%
# We expect two separate peaks in the histogram, and thresholds between them.

_, ax = plt.subplots(figsize=(8.5, 3.6), layout="constrained")
bins = np.geomspace(error.min(), error.max(), 60)
ax.hist(error[~is_odd], bins, alpha=0.6, label="normal")
ax.hist(error[is_odd], bins, alpha=0.6, label="abnormal")
for style, (name, line) in zip(("--", "-"), lines.items(), strict=True):
    ax.axvline(line, color="k", ls=style, lw=1, label=name)
    flagged = [
        f"{100 * np.mean(error[rows] > line):.1f} %" for rows in (~is_odd, is_odd)
    ]
    print(f"{name}: flags {flagged[0]} of normal and {flagged[1]} of abnormal beats")
ax.set(xscale="log", xlabel="reconstruction error", ylabel="new beats")
_ = ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))

# %%
# Result: the peaks are separate, but the thresholds differ. Meant for 5 % of the normal
# beats, the threshold of the training beats flags about 7.5 % of the new ones. The
# other one flags 5 % as intended, and still detects 98.7 % of the abnormal beats.
# Compute thresholds on rows that were not used for training.
#
# The area under the ROC curve does not depend on a threshold. We expect a value close
# to 1. The baseline is PCA, with as many dimensions and with fewer.

print(f"Autoencoder(4): {roc_auc_score(is_odd, error):.3f}")
for n in (2, 4):
    pca = PCA(n).fit(fitted_on)
    rebuilt = pca.inverse_transform(pca.transform(beats.X_test))
    squares = np.mean((rebuilt - beats.X_test) ** 2, axis=1)
    print(f"PCA({n}): {roc_auc_score(is_odd, squares):.3f}")

# %%
# Result: about 0.992 for the autoencoder, 0.985 for PCA with as many dimensions and
# 0.991 for PCA with two. The abnormal beats of this patient are so different that a
# two-dimensional linear model of normal beats detects them. No network is needed here.
# (With eight dimensions, the fit finds nothing on the 22 held-out beats that is clearly
# better than PCA, and returns PCA.)
#
# A normal beat and an abnormal one, each with the median error of its class. We expect
# a poor reconstruction of the second one where it is abnormal.

order = np.argsort(error)
typical = [order[mask[order]][mask.sum() // 2] for mask in (~is_odd, is_odd)]
rebuilt = detector.autoencoder_.reconstruct(beats.X_test[typical])
_, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
display = ReconstructionDisplay(beats.X_test[typical], rebuilt, sequences=True).plot(
    ax=ax
)

# %%
# Result: the normal beat is reconstructed closely. The reconstruction of the abnormal
# one is off by about one standard deviation over most of its length and by more than
# two at its beginning. The plot shows where a beat is abnormal, which a score does not.
