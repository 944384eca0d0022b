"""The base class of fitted objects, other than networks, that are saved in files."""


class SavedState:
    """An object whose attributes are numbers, arrays and other such objects.

    A file has its attributes by name, and `load` sets them without calling the
    constructor. `skae.persistence` maps former names of classes and attributes.
    """
