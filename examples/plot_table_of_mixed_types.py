"""
Encode and reconstruct a table of mixed types
=============================================

Most tables are not arrays of numbers: they have categories, whole numbers, missing
values. :class:`~skae.TableAutoencoder` accepts a data frame as it is, encodes it, and
reconstructs a data frame.
"""

# %%
# A table
# -------
# The diabetes data of scikit-learn: numbers in their own units, the sex as a category,
# the progression of the disease in three ordered steps. Five percent of the values are
# removed at random.

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
# The kind of each column is in `column_kinds_`, and can be set by `column_kinds=`.
# Because of the missing values pandas stores the ages as floats; they are still
# recognized as whole numbers.

train, test = train_test_split(patients, random_state=0)
model = TableAutoencoder(4, random_state=0).fit(train)
print(model.column_kinds_)
model.set_output(transform="pandas").transform(test).head()

# %%
# Reconstructions
# ---------------
# Reconstructions have the same columns, types and index, and no missing values.

found = model.reconstruct(test)
print(found.dtypes.equals(test.dtypes), found.index.equals(test.index))
found.head()

# %%
# Comparison with PCA
# -------------------
# The fraction of each column that four codes explain on new rows, compared with PCA of
# standardized numbers and indicators of the levels. For a category it is the fraction
# of its entropy: 0 is the score of a model that predicts the class frequencies.

report(model, test, X_train=train).round(2)

# %%
# The distributions of the reconstructions are narrower than those of the data, because
# what is not explained is replaced by its expected value.

ColumnDisplay.from_estimator(model, test)

# %%
# sphinx_gallery_thumbnail_number = -1
