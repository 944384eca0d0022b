"""
Rows that are made up, and when not to trust them
=================================================

:class:`~skae.VariationalTableAutoencoder` makes up rows of a data frame, also such that
meet conditions. Three questions must be asked of them: are they like the real ones, are
they good for anything, and whom do they give away?
"""

# %%
# Make rows up
# ------------
# Patients with diabetes, of scikit-learn.

import numpy as np
import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

from skae import VariationalTableAutoencoder
from skae.plotting import ColumnDisplay

data = load_diabetes(as_frame=True, scaled=False)
patients = data.data.rename(columns={"bp": "blood pressure", "s6": "glucose"})
patients["age"] = patients["age"].astype(int)
patients["sex"] = patients["sex"].map({1.0: "a", 2.0: "b"}).astype("category")
patients["progress"] = data.target
train, test = train_test_split(patients, test_size=0.3, random_state=0)
model = VariationalTableAutoencoder(8, random_state=0).fit(train)
rows = model.sample(len(train), random_state=0)
rows.head()

# %%
# With conditions, the other columns go with them.

old = model.sample(200, conditions={"age": (65, 80), "sex": "a"}, random_state=0)
pd.DataFrame({"all": rows.mean(numeric_only=True), "old": old.mean(numeric_only=True)})

# %%
# Are they like the real ones?
# ----------------------------
# Column by column they are. That says nothing of how columns go together.

ColumnDisplay.from_tables(train, rows)

# %%
# So look at the correlations as well.

real, made_up = (table.drop(columns="sex").corr().to_numpy() for table in (train, rows))
print(f"mean difference of correlations: {np.abs(real - made_up).mean():.3f}")

# %%
# Are they good for anything?
# ---------------------------
# Train on them, judge on real rows. With three hundred rows to learn from, the model
# has not seen what a regression could find in them: **do not trust rows that were made
# up from few**. Of large tables they are nearly as good as real ones
# (:doc:`/benchmarks`).


def usefulness(table):
    """R2 on real rows of what is learned from a table."""
    regressor = HistGradientBoostingRegressor(random_state=0, max_iter=50)
    regressor.fit(table.drop(columns="progress"), table["progress"])
    return regressor.score(test.drop(columns="progress"), test["progress"])


print(f"trained on real rows: {usefulness(train):.2f}, made up: {usefulness(rows):.2f}")

# %%
# Whom do they give away?
# -----------------------
# If rows lie closer to those of `fit` than other real rows do, the model has learned
# people by heart. This is a look, and no guarantee: for that, differential privacy is
# needed, which this model does not have.

scaler = StandardScaler().fit(train.drop(columns="sex"))
nearest = NearestNeighbors(n_neighbors=1).fit(
    scaler.transform(train.drop(columns="sex"))
)
for name, table in {"new real rows": test, "made up": rows}.items():
    distance, _ = nearest.kneighbors(scaler.transform(table.drop(columns="sex")))
    print(f"{name}: closest row of `fit` at {np.median(distance):.2f} (median)")
