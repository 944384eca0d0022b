"""
Which column makes a row odd?
=============================

A row may be odd although each of its values is usual. The residuals of an autoencoder
of tables say which one does not go with the others.
"""

# %%
# A table with two mistakes
# -------------------------
# Irises of scikit-learn, as a data frame with their kind. In one row two measures were
# exchanged, another has a wrong label.

import numpy as np
from sklearn.datasets import load_iris

from skae import AutoencoderOutlierDetector, TableAutoencoder
from skae.plotting import OutlierDisplay

data = load_iris(as_frame=True)
irises = data.data.rename(columns=lambda name: name.removesuffix(" (cm)"))
irises["kind"] = data.target_names[data.target]
pair = ["sepal width", "petal length"]
irises.loc[120, pair] = irises.loc[120, pair[::-1]].to_numpy()
irises.loc[20, "kind"] = "virginica"
irises.loc[[20, 120]]

# %%
# Find them
# ---------
# Both rows are among the oddest of 150.

detector = AutoencoderOutlierDetector(TableAutoencoder(2), random_state=0).fit(irises)
scores = detector.score_samples(irises)
oddest = irises.index[np.argsort(scores)[:8]]
print("the oddest rows:", list(oddest))

# %%
# Why?
# ----
# Residuals in deviations that are usual for the column. A category has no sign: it is
# how far its probabilities were from what is written there.

explained = detector.explain(irises)
explained.loc[[20, 120]].round(1)

# %%
OutlierDisplay.from_estimator(detector, irises.loc[[20]])

# %%
OutlierDisplay.from_estimator(detector, irises.loc[oddest])

# %%
# What to make of it: a residual tells what the *model* did not expect, given all the
# other columns. Where several columns are wrong, the code itself is wrong, and the
# blame may fall on a neighbour.
#
# sphinx_gallery_thumbnail_number = 2
