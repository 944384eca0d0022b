"""The data frame that `report` returns; imports pandas."""

import pandas as pd


class ReportFrame(pd.DataFrame):
    """A data frame that prints all its columns, in several blocks of lines if need be.

    What is made of it is an ordinary data frame.
    """

    @property
    def _constructor(self):
        return pd.DataFrame

    def __repr__(self) -> str:
        return self.to_string(line_width=pd.get_option("display.width"))
