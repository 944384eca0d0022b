"""Columns of data frames of pandas and polars: types, values, and new columns."""

from skae.frames._date_texts import date_format as date_format
from skae.frames._date_texts import looks_like_dates as looks_like_dates
from skae.frames._frames import build as build
from skae.frames._frames import columns_of as columns_of
from skae.frames._frames import framed_like as framed_like
from skae.frames._frames import header_of as header_of
from skae.frames._frames import is_frame as is_frame
from skae.frames._frames import name_of_row as name_of_row
from skae.frames._frames import with_values as with_values
from skae.frames._series import fitted_values as fitted_values
from skae.frames._series import series_of as series_of
from skae.frames._series import without as without
from skae.frames._types import is_missing as is_missing
from skae.frames._types import kind_of as kind_of
from skae.frames._types import library_of as library_of
from skae.frames._types import type_of as type_of
from skae.frames._values import EXACT as EXACT
from skae.frames._values import differences_of as differences_of
from skae.frames._values import labels_of as labels_of
from skae.frames._values import missing_of as missing_of
from skae.frames._values import numbers_of as numbers_of
from skae.frames._values import seconds_of as seconds_of
from skae.frames._zones import from_wall as from_wall
from skae.frames._zones import to_wall as to_wall
from skae.frames._zones import zone_name as zone_name
from skae.frames._zones import zone_of as zone_of
