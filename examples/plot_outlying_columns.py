"""
Outlying columns of a table of mixed types
==========================================

A row may be an outlier although each of its values is ordinary. The residuals of a
:class:`~skae.TableAutoencoder` show which value does not fit the others.
"""

# %%
# A table with two errors
# -----------------------
# The iris data of scikit-learn, as a data frame with the species. In one row two
# measurements were exchanged, another has a wrong label.

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
# Outlier detection
# -----------------
# Both rows are among the eight largest outliers of 150 rows.

detector = AutoencoderOutlierDetector(TableAutoencoder(2), random_state=0).fit(irises)
scores = detector.score_samples(irises)
oddest = irises.index[np.argsort(scores)[:8]]
print("the largest outliers:", list(oddest))

# %%
# Explanation
# -----------
# Residuals in units of the typical residual of the column. For a category, which has no
# sign, it is the distance of the predicted probabilities from the observed level.

explained = detector.explain(irises)
explained.loc[[20, 120]].round(1)

# %%
OutlierDisplay.from_estimator(detector, irises.loc[[20]])

# %%
OutlierDisplay.from_estimator(detector, irises.loc[oddest])

# %%
# A residual shows what the *model* did not expect, given all the other columns. Where
# several columns are wrong, the code itself is wrong, and a correct column may have the
# largest residual.
#
# sphinx_gallery_thumbnail_number = 2
