"""
Explain outliers
================

An outlier detector is more useful if it explains its decisions. Residuals are an
explanation: an autoencoder has learned how the columns of inliers depend on each other,
and the residual of a value is the part that the rest of the row does not explain.
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
print(f"{(detector.predict(wine) == -1).sum()} of {len(wine)} wines are outliers.")

# %%
# The five largest outliers. A residual of 1 is typical for a column; blue values are
# smaller than the rest of the row predicts, red ones larger. We expect that each row
# has its own explanation.

_ = OutlierDisplay.from_estimator(detector, wine.iloc[order[:5]])

# %%
# Result: the rows have different explanations, and most of them more than one column.
#
# The largest outlier alone, its values in the order of their residuals, and how extreme
# each of these values is among all wines. We expect that a value with a large residual
# need not be extreme.

display = OutlierDisplay.from_estimator(detector, wine.iloc[order[:1]], n_features=6)
standardized = detector[:-1].transform(wine.iloc[order[:1]])[0]
for i in display.features_:
    print(f"{wine.columns[i]:>30}: {standardized[i]:5.1f} standard deviations")

# %%
# Result: flavanoids are extreme, and too high for the rest of this row. The next three
# are within half a standard deviation of the mean: ordinary values, but not in
# combination with the others. A histogram of a single column would not have shown them.
