"""Sphinx configuration of the mmprivacy documentation."""

import mmprivacy

project = 'mmprivacy'
author = 'The mmprivacy authors'
copyright = f'2026, {author}'
release = version = mmprivacy.__version__

extensions = [
    'myst_parser',
    'sphinx.ext.autodoc',
    'sphinx.ext.napoleon',
    'sphinx.ext.viewcode',
]
exclude_patterns = ['_build']
html_theme = 'furo'
html_title = f'mmprivacy {release}'
html_static_path = ['_static']
myst_heading_anchors = 3
napoleon_google_docstring = True
napoleon_use_ivar = True  # fields of named tuples are documented once
napoleon_custom_sections = ['Convention', 'Shape', 'Reference', 'Source']
autodoc_member_order = 'bysource'
autodoc_typehints = 'description'
# The API page lists our own members only; the hosts document theirs.
autodoc_default_options = {'members': True, 'show-inheritance': True}
suppress_warnings = ['myst.xref_missing']
