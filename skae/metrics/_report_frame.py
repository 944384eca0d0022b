"""The data frame that `report` returns; imports pandas."""

import pandas as pd


class ReportFrame(pd.DataFrame):
    """Data frame that prints all its columns, in several blocks of lines if necessary.

    Results of operations on it are ordinary data frames.
    """

    @property
    def _constructor(self):
        return pd.DataFrame

    def __repr__(self) -> str:
        return self.to_string(line_width=pd.get_option("display.width"))
