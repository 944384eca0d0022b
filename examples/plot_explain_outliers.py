"""
Why is this row odd?
====================

A detector that marks rows is worth little without a reason. The residuals are one: an
autoencoder has learned how the columns of usual rows hang together, and what it leaves
of a value is what the rest of the row does not explain.
"""

from sklearn.datasets import load_wine
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skae import AutoencoderOutlierDetector
from skae.plotting import OutlierDisplay

wine = load_wine(as_frame=True).data
detector = make_pipeline(
    StandardScaler(), AutoencoderOutlierDetector(contamination=0.05, random_state=0)
).fit(wine)
scores = detector.score_samples(wine)
order = scores.argsort()
print(f"{(detector.predict(wine) == -1).sum()} of {len(wine)} wines are marked.")

# %%
# The five oddest wines. A residual of 1 is usual for a column; blue is less than the
# others of the row would have it, red is more. Expect that each row has its own reason.

_ = OutlierDisplay.from_estimator(detector, wine.iloc[order[:5]])

# %%
# Seen: the rows have different reasons, and most of them more than one.
#
# The oddest wine alone, its values from the strangest on, and how extreme each of these
# values is among all wines. Expect that a value may be strange without being extreme.

display = OutlierDisplay.from_estimator(detector, wine.iloc[order[:1]], n_features=6)
standardized = detector[:-1].transform(wine.iloc[order[:1]])[0]
for i in display.features_:
    print(f"{wine.columns[i]:>30}: {standardized[i]:5.1f} standard deviations")

# %%
# Seen: flavanoids are extreme and too many for the rest of this row. The next three are
# within half a standard deviation of the mean: the values are ordinary, but not in such
# a wine. No histogram of a column would have shown them.
