"""Sphinx: ``python -m sphinx -W docs docs/_build/html`` builds the site, offline."""

import os
import sys
from pathlib import Path

import skae
from skae.datasets import load_ecg5000

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

# TensorFlow's start-up notes are not part of any example.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

project = "skae"
author = "the skae developers"
copyright = "2026, the skae developers"
version = release = skae.__version__

extensions = [
    "api_pages",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "sphinx.ext.mathjax",
    # MathJax from the site itself: formulas need no network.
    "sphinx-mathjax-offline",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build", "auto_examples/**/*.ipynb"]
templates_path = ["_templates"]

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

extlinks = {"doi": ("https://doi.org/%s", "doi:%s")}
# Doctest needs the blank line at the end of a block; readers do not.
highlight_options = {"python": {"stripnl": True}}
default_role = "literal"
toc_object_entries_show_parents = "hide"
autodoc_typehints = "none"  # numpydoc's "Parameters" say more
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_xref_param_type = False


def _can_run(path: str) -> bool:
    """Whether the example's data are here: not all data sets may be passed on."""
    if "heart_beats" in path:
        try:
            load_ecg5000()
        except FileNotFoundError:
            return False
    return True


_EXAMPLES = sorted(Path(__file__).parent.parent.glob("examples/**/plot_*.py"))
_RUN = "|".join(path.stem for path in _EXAMPLES if _can_run(path.stem))

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "auto_examples",
    "filename_pattern": rf"/({_RUN})\.py",
    # An estimator's diagram, but not the name of the last artist.
    "capture_repr": ("_repr_html_",),
    "backreferences_dir": "api/backreferences",
    "within_subsection_order": "gallery_order.GalleryOrder",
    # Figures of several panels can be read on their cards (_static/gallery.css).
    "thumbnail_size": (640, 400),
    "doc_module": ("skae",),
    "reference_url": {"skae": None},
    "abort_on_example_error": True,
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "min_reported_time": 0,
    # Each example in a process; two need 3 GB.
    "parallel": 2,
    "plot_gallery": os.environ.get("SKAE_GALLERY", "1") == "1",
}

html_theme = "pydata_sphinx_theme"
html_title = "skae"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["gallery.css"]
# Pages without pages below them.
_ALONE = (
    *("architecture", "benchmarks", "changelog", "choosing"),
    *("migration", "reliability", "scaling"),
)
html_sidebars = {page: [] for page in _ALONE}
html_theme_options = {
    "logo": {"text": "skae"},
    "header_links_before_dropdown": 6,
    "navbar_align": "left",
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
