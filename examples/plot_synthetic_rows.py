"""
Synthetic data, and when not to use them
========================================

:class:`~skae.VariationalTableAutoencoder` generates synthetic rows of a data frame,
also by conditional sampling. Three questions should be asked: are they similar to real
rows, are they useful for training, and do they reveal training rows?
"""

# %%
# Sampling
# --------
# The diabetes data of scikit-learn.

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
# With conditional sampling, the other columns are consistent with the conditions.

old = model.sample(200, conditions={"age": (65, 80), "sex": "a"}, random_state=0)
pd.DataFrame({"all": rows.mean(numeric_only=True), "old": old.mean(numeric_only=True)})

# %%
# Similarity to real rows
# -----------------------
# The distributions of single columns are similar. That says nothing about the
# dependence between columns.

ColumnDisplay.from_tables(train, rows)

# %%
# So compare the correlations as well.

real, made_up = (table.drop(columns="sex").corr().to_numpy() for table in (train, rows))
print(f"mean difference of correlations: {np.abs(real - made_up).mean():.3f}")

# %%
# Usefulness for training
# -----------------------
# Train on synthetic rows, evaluate on real rows. With three hundred training rows, the
# model has not learned what a regression can learn from them: **do not use synthetic
# data generated from few rows**. With large tables they are nearly as useful as real
# rows (:doc:`/benchmarks`).


def usefulness(table):
    """R2 on real rows of a model trained on a table."""
    regressor = HistGradientBoostingRegressor(random_state=0, max_iter=50)
    regressor.fit(table.drop(columns="progress"), table["progress"])
    return regressor.score(test.drop(columns="progress"), test["progress"])


print(f"R2 from real rows: {usefulness(train):.2f}, synthetic: {usefulness(rows):.2f}")

# %%
# Privacy
# -------
# If synthetic rows are closer to the training rows than other real rows are, the model
# has memorized individuals. This is a check, and no guarantee: for that, differential
# privacy is needed, which this model does not have.

scaler = StandardScaler().fit(train.drop(columns="sex"))
nearest = NearestNeighbors(n_neighbors=1).fit(
    scaler.transform(train.drop(columns="sex"))
)
for name, table in {"new real rows": test, "synthetic": rows}.items():
    distance, _ = nearest.kneighbors(scaler.transform(table.drop(columns="sex")))
    print(f"{name}: closest row of `fit` at {np.median(distance):.2f} (median)")
