"""What estimators learn beside networks, in a form that files hold."""


class SavedState:
    """An object made of numbers, arrays and other such objects.

    A file holds its attributes by their names, and `load` sets them again without a
    call of its constructor. `skae.persistence` knows classes and attributes that had
    other names before.
    """
