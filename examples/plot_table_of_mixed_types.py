"""
A data frame in, and back
=========================

Most tables are no arrays of numbers: they have categories, whole numbers, gaps.
:class:`~skae.TableAutoencoder` takes them as they are and gives a data frame back.
"""

# %%
# A table
# -------
# Patients with diabetes, of scikit-learn: numbers in their own units, the sex as a
# category, the progression of the disease in three ordered steps. Some values are taken
# away, as happens.

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

from skae import TableAutoencoder
from skae.metrics import report
from skae.plotting import ColumnDisplay

data = load_diabetes(as_frame=True, scaled=False)
patients = data.data.rename(columns={"bp": "blood pressure", "s6": "glucose"})
patients["age"] = patients["age"].astype(int)
patients["sex"] = patients["sex"].map({1.0: "a", 2.0: "b"}).astype("category")
steps = ["slow", "medium", "fast"]
patients["progress"] = pd.qcut(data.target, 3, labels=steps)
rng = np.random.default_rng(0)
patients = patients.mask(rng.random(patients.shape) < 0.05)
patients.head()

# %%
# Codes
# -----
# What each column was taken for is in `column_kinds_`, and can be set by
# `column_kinds=`. Ages have gaps now, for which pandas makes them floats; they are
# whole numbers all the same.

train, test = train_test_split(patients, random_state=0)
model = TableAutoencoder(4, random_state=0).fit(train)
print(model.column_kinds_)
model.set_output(transform="pandas").transform(test).head()

# %%
# And back
# --------
# The same columns, types and index, without gaps.

found = model.reconstruct(test)
print(found.dtypes.equals(test.dtypes), found.index.equals(test.index))
found.head()

# %%
# Was it worth it?
# ----------------
# The share of each column that four numbers explain of new rows, beside PCA of
# standardized numbers and indicators of the levels. Of a category it is the share of
# its entropy: 0 is what one explains who knows how often each level comes.

report(model, test, X_train=train).round(2)

# %%
# The distributions of the reconstructions are narrower than the real ones: what is not
# explained is replaced by what is expected.

ColumnDisplay.from_estimator(model, test)

# %%
# sphinx_gallery_thumbnail_number = -1
