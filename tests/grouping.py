"""Which tests run in one process, and in which order: those of a family together.

A family's programs are then traced once, and no other family evicts them.
"""

import re
from collections import Counter

# A family among the parameters of a test: a class, an instance or a name.
_FAMILY = re.compile(r"[\[-](\w*Autoencoder)[\](-]")
# A fixture of this file holds what a fresh process says of all families.
_WHOLE = {"tests/test_survival.py"}
# A slow test counts as so many quick ones.
_SLOW = 5


def group_of(nodeid):
    """The family that a test is about, or else its file."""
    path, family = nodeid.split("::")[0], _FAMILY.search(nodeid)
    return family[1] if family and path not in _WHOLE else path


def sort_by_group(items):
    """Put the tests of a group next to each other, and the longest group first."""
    sizes = Counter()
    for item in items:
        sizes[group_of(item.nodeid)] += _SLOW if item.get_closest_marker("slow") else 1
    places = {group: place for place, (group, _) in enumerate(sizes.most_common())}
    items.sort(key=lambda item: places[group_of(item.nodeid)])


def make_scheduler(config, log):
    """A scheduler of pytest-xdist that gives a group to one process.

    Its own for groups wants to write them into the ids of tests, which pytest 9.2 no
    longer lets it do: without a word, each test is a group then.
    """
    from xdist.scheduler import LoadScopeScheduling

    class GroupScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return group_of(nodeid)

    config.option.loadscopereorder = False  # the order is that of `sort_by_group`
    return GroupScheduling(config, log)
