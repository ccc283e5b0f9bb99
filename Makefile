# mmprivacy: every target sets up what it needs. LANE=onedl (default) or upstream.
LANE ?= onedl
# What `make benchmark` measures: drag (default), privattnet, privobfnet, disappearance or
# eraser.
METHOD ?= drag
VENV := .venv-$(LANE)
PY := $(VENV)/bin/python

.PHONY: help setup train test test-slow lint docs benchmark clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup:  ## virtual environment of the lane (compiles mmcv on the first run)
	@PYTHON="$(PYTHON)" tools/setup.sh $(LANE) $(VENV)

train: setup  ## draw the sample data, train DRAG on it, test it
	$(PY) tools/train.py configs/drag/drag_r50.py --sample --test

test: setup  ## the default test suite, in two processes
	$(PY) -m pytest -n 2 --dist loadfile $(ARGS)

test-slow: setup  ## the tests marked slow
	$(PY) -m pytest -m slow $(ARGS)

lint: setup  ## ruff: rules and format
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

docs: setup  ## HTML documentation in docs/_build/html
	$(PY) -m pip install --quiet -r requirements/docs.txt
	$(PY) -m sphinx -W -b html docs docs/_build/html

benchmark: setup  ## regenerate docs/results/drag.md on the sample data (or METHOD=...)
	if [ $(METHOD) = disappearance ]; then \
		$(PY) -m pip install --quiet -r requirements/benchmarks.txt && \
		$(PY) -m pip install --quiet --no-deps torchattacks==3.5.1; fi
	$(PY) tools/benchmarks/$(METHOD).py

clean:  ## remove what was built, drawn and trained (not the environments)
	rm -rf build docs/_build work_dirs data/sample *.egg-info .pytest_cache .ruff_cache
