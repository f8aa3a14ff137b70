"""Transformers whose parameters are arrays, one entry a feature.

A search tunes them together with all the other parameters of a pipeline.
"""

from skopt_evo.preprocessing._column_mask import ColumnMask
from skopt_evo.preprocessing._feature_scale import FeatureScale

__all__ = ["ColumnMask", "FeatureScale"]
