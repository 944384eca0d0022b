"""Former names of classes and attributes, which older files have."""

from typing import Any

CLASSES = {
    "Distance": "MahalanobisDistance",
    "Filling": "BlendedImputation",
    "GaussianWithGaps": "NormalWithMissing",
    "LinearFilling": "GaussianImputation",
    "Neighbors": "NeighborDistance",
    "Novelty": "NoveltyScorer",
    "Outlyingness": "OutlierScorer",
    "TreeFilling": "ForestImputation",
    "Views": "OutlierFeatures",
}
# By the class that has the attributes.
_ATTRIBUTES = {
    "AutoencoderImputer": {"_filling": "_imputation"},
    "AutoencoderOutlierDetector": {"_judge": "_scorer", "_views": "_features"},
    "DenseTable": {"gaps": "missing"},
    "MixedTableLayout": {"gaps": "missing"},
    "NoveltyScorer": {"usual": "inlier_scores"},
    "OutlierScorer": {"usual_distance": "median_distance"},
}


def with_names_of_today(cls: type, attributes: dict[str, Any]) -> dict[str, Any]:
    """Rename the attributes of an object of `cls` in an older file."""
    names: dict[str, str] = {}
    for base in cls.__mro__:
        names = _ATTRIBUTES.get(base.__name__, {}) | names
    return {names.get(name, name): value for name, value in attributes.items()}
